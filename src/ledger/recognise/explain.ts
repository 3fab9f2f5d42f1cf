// Text for `spanledger explain TRACE_ID`. In: the decisions about a trace. Out: every candidate in order of time, what
// it said, what became of it and why, and the sum of what was booked.
import type { Candidate, Decision } from './candidate.ts'
import { compareCandidates } from './views.ts'

const OUTCOMES: Record<Decision['outcome'], string> = {
  booked: 'BOOKED',
  aggregate: 'sum',
  duplicate: 'duplicate',
  not_a_call: 'no call',
}

export function explain(decisions: readonly Decision[]): string {
  if (decisions.length === 0) return 'No span of this trace speaks of a model call.\n'
  const sorted = [...decisions].sort((a, b) => compareCandidates(a.candidate, b.candidate))
  const first = sorted[0]?.candidate.startTimeUnixNano ?? 0n
  const depths = depthOf(sorted)
  const blocks = sorted.map((decision) => explainOne(decision, first, depths.get(decision.candidate.spanId) ?? 0))
  return `${blocks.join('\n')}\n${summary(sorted)}\n`
}

function explainOne({ candidate, outcome, duplicateOf, reason }: Decision, first: bigint, depth: number): string {
  const indent = '  '.repeat(depth)
  const at = `+${milliseconds(candidate.startTimeUnixNano - first)}`
  const long = milliseconds(candidate.endTimeUnixNano - candidate.startTimeUnixNano)
  const verdict = duplicateOf === undefined ? OUTCOMES[outcome] : `${OUTCOMES[outcome]} of ${duplicateOf}`
  const model = candidate.responseModel || candidate.requestModel || 'unknown model'
  return [
    `${indent}${candidate.spanId}  ${verdict}  ${at} for ${long}`,
    `${indent}  ${candidate.recognisedBy}, scope ${nameScope(candidate)}: ${candidate.provider || 'unknown provider'} ${model}`,
    `${indent}  ${figures(candidate)}, ${status(candidate)}`,
    `${indent}  because: ${reason}`,
  ].join('\n')
}

function nameScope({ scopeName, scopeVersion }: Candidate): string {
  if (scopeName === '') return 'without a name'
  return scopeVersion === '' ? scopeName : `${scopeName} ${scopeVersion}`
}

function figures({ usage, certainty, cacheConvention, besides }: Candidate): string {
  const unpriced = besides === undefined ? '' : `, and ${besides.replaceAll('+', ', ')} that no price covers`
  if (usage === undefined) return `no usage (unpriced)${unpriced}`
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, reasoningTokens } = usage
  const cached = cacheReadTokens + cacheWriteTokens
  const input =
    cached === 0 ? `${inputTokens}` : `${inputTokens} (read ${cacheReadTokens}, written ${cacheWriteTokens})`
  const output = reasoningTokens === 0 ? `${outputTokens}` : `${outputTokens} (reasoning ${reasoningTokens})`
  const convention = cached === 0 ? '' : `, cache ${cacheConvention}`
  return `input ${input}, output ${output}, ${certainty}${convention}${unpriced}`
}

function status({ status: ended, errorClass, responseId }: Candidate): string {
  const id = responseId === '' ? 'no response id' : `response ${responseId}`
  return errorClass === '' ? `${ended}, ${id}` : `${ended} (${errorClass}), ${id}`
}

function summary(decisions: readonly Decision[]): string {
  const booked = decisions.filter(({ outcome }) => outcome === 'booked').map(({ candidate }) => candidate)
  const input = booked.reduce((sum, { usage }) => sum + (usage?.inputTokens ?? 0), 0)
  const output = booked.reduce((sum, { usage }) => sum + (usage?.outputTokens ?? 0), 0)
  const unsure = booked.filter(({ certainty }) => certainty !== 'measured').length
  const flagged = unsure === 0 ? '' : `, ${unsure} of them not measured`
  return `${booked.length} calls booked out of ${decisions.length} candidates${flagged}: input ${input}, output ${output}`
}

const milliseconds = (nanos: bigint): string => `${(Number(nanos) / 1e6).toFixed(1)} ms`

/** Nesting among the candidates; spans in between are not shown. */
function depthOf(decisions: readonly Decision[]): Map<string, number> {
  const parents = new Map(decisions.map(({ candidate }) => [candidate.spanId, candidate.parentSpanId]))
  const depths = new Map<string, number>()
  for (const spanId of parents.keys()) {
    let depth = 0
    for (let at = parents.get(spanId); at !== undefined && parents.has(at) && depth < 16; at = parents.get(at)) depth++
    depths.set(spanId, depth)
  }
  return depths
}
