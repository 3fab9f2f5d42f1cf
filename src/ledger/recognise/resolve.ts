// Step two of recognition. In: all candidates of one trace and the places of its spans, in any order. Out: one decision
// per candidate. The principle: one emitter (a scope in a process) reports each call once, so its spans never merge without an equal
// response id; different emitters report the same calls, so theirs are matched one to one. Figures come from the view
// that knows most. Structure decides what is a sum, never "has usage" or "parent = sum of children".

import { type CallGroup, type CallGroups, createGroups } from './call-groups.ts'
import type { Candidate, Decision, SpanPlace, Usage } from './candidate.ts'
import { matchAcrossScopes } from './match-scopes.ts'
import { decideAggregates } from './resolve-aggregates.ts'
import { figuresAgree, hasFigures, isMeasured, modelsAgree, overlap, sameClass, sameEmitter } from './same-call.ts'
import { isProviderIssued } from './split-calls.ts'
import { createTraceTree } from './trace-tree.ts'
import { compareCandidates, mergeViews } from './views.ts'
import { joinWrappers } from './wrappers.ts'

export function resolve(candidates: readonly Candidate[], places: readonly SpanPlace[]): Decision[] {
  const sorted = [...candidates].sort(compareCandidates)
  const tree = createTraceTree(sorted, places)
  const calls = sorted.filter(({ role }) => role === 'call')
  const groups = createGroups(calls)
  const sums = new Map<Candidate, string>()

  joinRepeats(calls, groups)
  joinEqualResponseIds(calls, groups)
  joinNotes(calls, groups)
  joinWrappers(calls, groups, tree, sums)
  matchAcrossScopes(calls, groups, sums, tree)

  const decisions = new Map<Candidate, Decision>()
  for (const group of groups.all()) {
    const views = group.views.filter((view) => !sums.has(view))
    if (views.length === 0) continue
    const { chosen, merged, reason } = mergeViews(views, tree)
    for (const view of views) {
      decisions.set(
        view,
        view === chosen
          ? { candidate: merged, outcome: 'booked', reason }
          : { candidate: view, outcome: 'duplicate', duplicateOf: chosen.spanId, reason: whyJoined(group, view) },
      )
    }
  }
  for (const [candidate, reason] of sums) decisions.set(candidate, { candidate, outcome: 'aggregate', reason })
  const aggregates = sorted.filter(({ role }) => role === 'aggregate')
  for (const decision of decideAggregates(aggregates, [...decisions.values()], tree)) {
    decisions.set(decision.candidate, decision)
  }
  return [...decisions.values()].sort((a, b) => compareCandidates(a.candidate, b.candidate))
}

function whyJoined(group: CallGroup, view: Candidate): string {
  return group.reasons.get(view) ?? 'another view of the booked call'
}

function joinEqualResponseIds(calls: readonly Candidate[], groups: CallGroups): void {
  const byId = Map.groupBy(calls, ({ responseId }) => responseId)
  byId.delete('')
  for (const [id, showing] of byId) {
    const isProof = isProviderIssued(id)
    // `None`, `chatcmpl-123`: what no provider numbered says little, and nothing where one emitter shows it twice.
    if (!isProof && showing.some((call, at) => showing.slice(0, at).some((other) => sameEmitter(other, call)))) continue
    const [first, ...others] = showing as [Candidate, ...Candidate[]]
    for (const call of others) {
      if (!sameClass(first, call)) continue
      const isSame = isProof ? !areUnlike(first, call) : modelsAgree(first, call) && overlap(first, call) > 0
      if (isSame) groups.join(first, call, `same response id ${id}`)
    }
  }
}

/** One emitter's reports of two calls behind one id: one after the other, with other figures. */
function areUnlike(a: Candidate, b: Candidate): boolean {
  if (!sameEmitter(a, b) || overlap(a, b) > 0 || !hasFigures(a) || !hasFigures(b)) return false
  return !figuresAgree(a.usage as Usage, b.usage as Usage)
}

/** What a start loses as a JSON number (a double), in ns. */
const ROUNDED_NANOS = 1_000n

/** One span sent twice, its start rounded on one of the ways: another key to the ledger, but the same call. */
function joinRepeats(calls: readonly Candidate[], groups: CallGroups): void {
  for (const repeats of Map.groupBy(calls, ({ spanId }) => spanId).values()) {
    const [first, ...others] = repeats as [Candidate, ...Candidate[]]
    for (const call of others)
      if (sameEmitter(first, call) && call.startTimeUnixNano - first.startTimeUnixNano <= ROUNDED_NANOS)
        groups.join(first, call, 'the same span again, its start rounded')
  }
}

const INSTANT_NANOS = 1_000_000n

/** No model answers in a millisecond. */
export const isInstant = ({ startTimeUnixNano, endTimeUnixNano }: Candidate): boolean =>
  endTimeUnixNano - startTimeUnixNano < INSTANT_NANOS

/** An instant span with figures is a note on the nearest call before it without any. */
function joinNotes(calls: readonly Candidate[], groups: CallGroups): void {
  const noted = new Set<Candidate>()
  for (const note of calls) {
    if (!isMeasured(note) || !isInstant(note)) continue
    const call = calls.findLast(
      (other) =>
        sameEmitter(other, note) &&
        other.parentSpanId === note.parentSpanId &&
        other.startTimeUnixNano < note.startTimeUnixNano &&
        !isInstant(other) &&
        !isMeasured(other) &&
        !noted.has(other) &&
        sameClass(note, other) &&
        modelsAgree(note, other),
    )
    if (call === undefined) continue
    noted.add(call)
    groups.join(call, note, 'notes the figures of a call that had none')
  }
}
