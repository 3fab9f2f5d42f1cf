// Step two of recognition. In: all candidates of one trace and the places of its spans, in any order. Out: one decision
// per candidate. The principle: one emitter (a scope in a process) reports each call once, so its spans never merge without an equal
// response id; different emitters report the same calls, so theirs are matched one to one. Figures come from the view
// that knows most. Structure decides what is a sum, never "has usage" or "parent = sum of children".

import { type CallGroup, type CallGroups, createGroups } from './call-groups.ts'
import type { Candidate, Decision, SpanPlace } from './candidate.ts'
import { matchAcrossScopes } from './match-scopes.ts'
import { decideAggregates } from './resolve-aggregates.ts'
import { isMeasured, modelsAgree, sameClass, sameEmitter } from './same-call.ts'
import { createTraceTree } from './trace-tree.ts'
import { compareCandidates, mergeViews } from './views.ts'
import { joinWrappers } from './wrappers.ts'

export function resolve(candidates: readonly Candidate[], places: readonly SpanPlace[]): Decision[] {
  const sorted = [...candidates].sort(compareCandidates)
  const tree = createTraceTree(sorted, places)
  const calls = sorted.filter(({ role }) => role === 'call')
  const groups = createGroups(calls)
  const sums = new Map<Candidate, string>()

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
  const firsts = new Map<string, Candidate>()
  for (const call of calls) {
    if (call.responseId === '') continue
    const first = firsts.get(call.responseId)
    if (first === undefined) firsts.set(call.responseId, call)
    else if (sameClass(first, call)) groups.join(first, call, `same response id ${call.responseId}`)
  }
}

const INSTANT_NANOS = 1_000_000n

/** No model answers in a millisecond: an instant span with figures is a note on the nearest call before it without any. */
function joinNotes(calls: readonly Candidate[], groups: CallGroups): void {
  const noted = new Set<Candidate>()
  for (const note of calls) {
    if (!isMeasured(note) || note.endTimeUnixNano - note.startTimeUnixNano >= INSTANT_NANOS) continue
    const call = calls.findLast(
      (other) =>
        sameEmitter(other, note) &&
        other.parentSpanId === note.parentSpanId &&
        other.startTimeUnixNano < note.startTimeUnixNano &&
        other.endTimeUnixNano - other.startTimeUnixNano >= INSTANT_NANOS &&
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
