// Call spans around call spans. In: call candidates, grouped so far, and the tree. Effect: a wrapper joins the call it
// wraps, or is noted as a sum when it wraps several; a call that merely happened inside another stays a call.
import type { CallGroup, CallGroups } from './call-groups.ts'
import type { Candidate, Usage } from './candidate.ts'
import {
  figuresAgree,
  hasFigures,
  idsConflict,
  isMeasured,
  sameClass,
  sameEmitter,
  sameProcess,
  succeeded,
} from './same-call.ts'
import type { TraceTree } from './trace-tree.ts'
import { NO_USAGE } from './usage.ts'
import { compareCandidates, LEVELS } from './views.ts'

const CLIENT = 3

export function joinWrappers(
  calls: readonly Candidate[],
  groups: CallGroups,
  tree: TraceTree,
  sums: Map<Candidate, string>,
): void {
  // Innermost first, so that what a wrapper wraps is settled before the wrapper is looked at.
  const innermostFirst = [...calls].sort((a, b) => tree.depth(b) - tree.depth(a) || compareCandidates(a, b))
  for (const outer of innermostFirst) {
    const inner = tree
      .beneath(outer)
      .filter((call) => call.role === 'call' && sameClass(outer, call) && !sums.has(call))
      .filter((call) => !tree.isBehindTool(outer, call))
    if (inner.length === 0) continue
    const isSum = repeatsSum(outer, inner)
    const wrapped = inner.filter((call) => isSum || isWrapped(outer, call))
    if (wrapped.length === 0) continue
    const billed = distinctGroups(wrapped.filter(succeeded), groups)
    const [first] = billed
    if (first !== undefined && billed.length === 1) groups.join(first, outer, 'wraps the booked call')
    else if (billed.length > 1) sums.set(outer, `wraps ${billed.length} calls that have spans of their own`)
    else if (!succeeded(outer)) joinFailure(outer, wrapped, groups, sums)
    // Else only failed attempts are visible beneath a success: the attempt that succeeded is this span's own.
  }
}

function joinFailure(
  outer: Candidate,
  wrapped: readonly Candidate[],
  groups: CallGroups,
  sums: Map<Candidate, string>,
): void {
  const failed = distinctGroups(wrapped, groups)
  const [first] = failed
  if (first !== undefined && failed.length === 1) groups.join(first, outer, 'wraps the failed call')
  else sums.set(outer, `wraps ${failed.length} failed attempts that have spans of their own`)
}

function isWrapped(outer: Candidate, inner: Candidate): boolean {
  if (!sameEmitter(outer, inner)) return !isInsideOut(outer, inner)
  // One emitter inside itself: a client's own request twice, a framework's sum, or work done while a stream was read.
  if (idsConflict(outer, inner)) return false
  if (!isMeasured(outer) || !isMeasured(inner) || outer.usage === undefined || inner.usage === undefined) return true
  if (figuresAgree(outer.usage, inner.usage)) return true
  return outer.spanKind !== CLIENT && covers(outer.usage, inner.usage)
}

/** A framework within a client's own call is no view of it: something else happened while its stream was read. */
function isInsideOut(outer: Candidate, inner: Candidate): boolean {
  if (!sameProcess(outer, inner) || LEVELS[outer.level] <= LEVELS[inner.level]) return false
  if (!isMeasured(outer) || !isMeasured(inner) || outer.usage === undefined || inner.usage === undefined) return false
  return !figuresAgree(outer.usage, inner.usage)
}

/** The figures are those of the same emitter's calls beneath, added up. */
function repeatsSum(outer: Candidate, inner: readonly Candidate[]): boolean {
  if (!hasFigures(outer) || outer.usage === undefined) return false
  const own = inner.filter((call) => sameEmitter(outer, call) && call.usage !== undefined)
  if (own.length < 2) return false
  return figuresAgree(outer.usage, addUp(own))
}

export function addUp(calls: readonly Candidate[]): Usage {
  const total = { ...NO_USAGE }
  for (const { usage } of calls) {
    if (usage === undefined) continue
    for (const part of Object.keys(total) as (keyof Usage)[]) total[part] += usage[part]
  }
  return total
}

export function covers(outer: Usage, inner: Usage): boolean {
  return outer.inputTokens >= inner.inputTokens && outer.outputTokens >= inner.outputTokens
}

function distinctGroups(calls: readonly Candidate[], groups: CallGroups): Candidate[] {
  const firsts = new Map<CallGroup, Candidate>()
  for (const call of calls) {
    const group = groups.of(call)
    if (!firsts.has(group)) firsts.set(group, call)
  }
  return [...firsts.values()]
}
