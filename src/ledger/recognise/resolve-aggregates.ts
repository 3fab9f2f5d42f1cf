// Agents, workflows and server spans that sum up calls. In: aggregate candidates and the decisions about calls.
// Out: a decision for each: a repeat of calls seen elsewhere, or, when no call of it was seen, a stand-in that is booked.
import type { Candidate, Decision } from './candidate.ts'
import { contains, hasFigures, modelsAgree, sameClass, sameProcess, succeeded } from './same-call.ts'
import type { TraceTree } from './trace-tree.ts'
import { compareCandidates } from './views.ts'

export function decideAggregates(
  aggregates: readonly Candidate[],
  decided: readonly Decision[],
  tree: TraceTree,
): Decision[] {
  const calls = decided.map(({ candidate }) => candidate)
  const standIns: Candidate[] = []
  const innermostFirst = [...aggregates].sort(
    (a, b) => tree.ancestors(b.spanId).length - tree.ancestors(a.spanId).length || compareCandidates(a, b),
  )
  return innermostFirst.map((candidate): Decision => {
    const repeats = repeated(candidate, calls, standIns, tree)
    if (repeats !== undefined) return { candidate, outcome: 'aggregate', reason: repeats }
    if (!hasFigures(candidate) && candidate.standsForCalls !== true)
      return { candidate, outcome: 'not_a_call', reason: 'no call and no figures' }
    standIns.push(candidate)
    // How many calls it stands for, and whether it counted them all, nobody said.
    const isCertain = candidate.certainty === 'measured' && candidate.status === 'success'
    const booked: Candidate = isCertain ? { ...candidate, certainty: 'partial' } : candidate
    return { candidate: booked, outcome: 'booked', reason: 'stands in for calls that have no spans of their own' }
  })
}

function repeated(
  candidate: Candidate,
  calls: readonly Candidate[],
  standIns: readonly Candidate[],
  tree: TraceTree,
): string | undefined {
  const matters = succeeded(candidate) ? succeeded : () => true
  const known = [...calls.filter(matters), ...standIns].filter((call) => sameClass(candidate, call))
  const beneath = known.filter((call) => tree.isAncestor(candidate.spanId, call.spanId))
  if (beneath.length > 0) return `repeats the figures of ${beneath.length} spans beneath it`
  const above = known.find((call) => call.role === 'call' && tree.isAncestor(call.spanId, candidate.spanId))
  if (above !== undefined) return `repeats the call above it (${above.spanId})`
  const sameId = known.find((call) => candidate.responseId !== '' && call.responseId === candidate.responseId)
  if (sameId !== undefined) return `same response id as ${sameId.spanId}`
  const lost = known.find(
    (call) =>
      tree.isOrphan(call.spanId) &&
      contains(candidate, call) &&
      sameProcess(candidate, call) &&
      modelsAgree(candidate, call),
  )
  return lost && `contains the call ${lost.spanId}, whose own parents have not arrived`
}
