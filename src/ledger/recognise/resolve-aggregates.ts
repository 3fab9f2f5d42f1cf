// Agents, workflows and server spans that sum up calls. In: aggregate candidates and the decisions about calls.
// Out: a decision for each: a repeat of calls seen elsewhere, or, when no call of it was seen, a stand-in that is booked.
import type { Candidate, Decision } from './candidate.ts'
import { contains, figuresAgree, hasFigures, modelsAgree, sameClass, sameProcess, succeeded } from './same-call.ts'
import type { TraceTree } from './trace-tree.ts'
import { compareCandidates } from './views.ts'
import { addUp, covers } from './wrappers.ts'

export function decideAggregates(
  aggregates: readonly Candidate[],
  decided: readonly Decision[],
  tree: TraceTree,
): Decision[] {
  const calls = decided.filter(({ outcome }) => outcome === 'booked').map(({ candidate }) => candidate)
  const views = new Set(decided.map(({ candidate }) => candidate.spanId))
  const standIns = new Set<Candidate>()
  const innermostFirst = [...aggregates].sort((a, b) => tree.depth(b) - tree.depth(a) || compareCandidates(a, b))
  return innermostFirst.map((candidate): Decision => {
    const repeats = repeated(candidate, calls, views, standIns, tree)
    if (repeats !== undefined) return { candidate, outcome: 'aggregate', reason: repeats }
    if (!hasFigures(candidate) && candidate.standsForCalls !== true) {
      return { candidate, outcome: 'not_a_call', reason: 'no call and no figures' }
    }
    standIns.add(candidate)
    // How many calls it stands for, and whether it counted them all, nobody said.
    const isCertain = candidate.certainty === 'measured' && candidate.status === 'success'
    const booked: Candidate = isCertain ? { ...candidate, certainty: 'partial' } : candidate
    return { candidate: booked, outcome: 'booked', reason: 'stands in for calls that have no spans of their own' }
  })
}

function repeated(
  sum: Candidate,
  calls: readonly Candidate[],
  views: ReadonlySet<string>,
  standIns: ReadonlySet<Candidate>,
  tree: TraceTree,
): string | undefined {
  const matters = (call: Candidate): boolean => sameClass(sum, call) && (succeeded(call) || !succeeded(sum))
  const beneath = tree
    .beneath(sum)
    .filter((call) => (views.has(call.spanId) || standIns.has(call)) && call.role !== 'aggregate' && matters(call))
  const nested = tree.beneath(sum).filter((call) => standIns.has(call) && matters(call))
  const all = [...beneath, ...nested]
  if (all.length > 0 && !leavesOut(sum, all, tree)) return `repeats the figures of ${all.length} spans beneath it`

  for (const above of tree.above(sum)) {
    if (above.role === 'call' && views.has(above.spanId) && matters(above)) {
      return `repeats the call above it (${above.spanId})`
    }
  }
  if (all.length > 0) return undefined
  const elsewhere = calls.filter((call) => matters(call) && sameProcess(sum, call) && contains(sum, call))
  for (const call of elsewhere) {
    if (sum.responseId !== '' && call.responseId === sum.responseId) return `same response id as ${call.spanId}`
    if (tree.isOrphan(call) && modelsAgree(sum, call)) {
      return `contains the call ${call.spanId}, whose own parents have not arrived`
    }
  }
  const others = elsewhere.filter(({ scopeName }) => scopeName !== sum.scopeName)
  const isSumOfOthers = sum.usage !== undefined && others.length > 0 && figuresAgree(sum.usage, addUp(others))
  return isSumOfOthers ? `repeats the figures of ${others.length} spans beside it` : undefined
}

/**
 * A total that leaves out a nested agent: every call beneath belongs to another agent, and a tool's span lies between
 * or the total is too small to hold them. Then it speaks of calls of its own that nobody else reported.
 */
function leavesOut(sum: Candidate, beneath: readonly Candidate[], tree: TraceTree): boolean {
  if (sum.usage === undefined || !hasFigures(sum)) return false
  if (beneath.every((call) => tree.isBehindTool(sum, call))) return true
  const isDirect = (call: Candidate): boolean => {
    for (const above of tree.above(call)) {
      if (above === sum) return true
      if (above.role === 'aggregate' && hasFigures(above)) return false
    }
    return false
  }
  if (beneath.some(isDirect)) return false
  const { usage } = sum
  return beneath.some((call) => call.usage !== undefined && hasFigures(call) && !covers(usage, call.usage))
}
