// Two instrumentations of one process report the same calls, often as siblings or far apart in the tree. In: groups of
// views. Effect: joins groups of different emitters one to one. An emitter never meets itself, so two identical
// concurrent calls stay two.
import type { CallGroup, CallGroups } from './call-groups.ts'
import type { Candidate } from './candidate.ts'
import {
  contains,
  figuresAgree,
  idsConflict,
  isMeasured,
  modelsAgree,
  overlap,
  sameClass,
  sameEmitter,
  sameProcess,
} from './same-call.ts'
import type { TraceTree } from './trace-tree.ts'
import { compareCandidates } from './views.ts'

interface Match {
  a: Candidate
  b: Candidate
  strength: number
  distance: bigint
}

export function matchAcrossScopes(
  calls: readonly Candidate[],
  groups: CallGroups,
  sums: ReadonlyMap<Candidate, string>,
  tree: TraceTree,
): void {
  const [first] = calls
  if (first === undefined || calls.every((call) => sameEmitter(first, call))) return
  const matches: Match[] = []
  // Sorted by start: who starts after another has ended meets neither it nor anything before.
  const open: Candidate[] = []
  for (const b of calls) {
    if (sums.has(b)) continue
    let kept = 0
    for (const a of open) {
      if (a.endTimeUnixNano < b.startTimeUnixNano) continue
      open[kept++] = a
      if (groups.of(a) === groups.of(b)) continue
      const strength = likeness(a, b, tree)
      if (strength > 0) matches.push({ a, b, strength, distance: apart(a, b) })
    }
    open.length = kept
    open.push(b)
  }
  matches.sort(compareMatches)
  for (const { a, b } of matches) {
    const left = groups.of(a)
    const right = groups.of(b)
    if (left === right || shareEmitter(left, right) || conflict(left, right)) continue
    groups.join(a, b, `${b.scopeName || 'another scope'} and ${a.scopeName || 'another scope'} report the same call`)
  }
}

function compareMatches(x: Match, y: Match): number {
  if (x.strength !== y.strength) return y.strength - x.strength
  if (x.distance !== y.distance) return x.distance < y.distance ? -1 : 1
  return compareCandidates(x.a, y.a) || compareCandidates(x.b, y.b)
}

/** 3: the figures say so; 2: nothing speaks against it; 1: the SDK's own span must be the call; 0: two calls. */
function likeness(a: Candidate, b: Candidate, tree: TraceTree): number {
  if (sameEmitter(a, b) || !sameClass(a, b) || !sameProcess(a, b)) return 0
  if (idsConflict(a, b) || !modelsAgree(a, b)) return 0
  if (tree.isAbove(a, b) || tree.isAbove(b, a)) return 0
  const failed = a.status !== 'success'
  if (failed !== (b.status !== 'success')) return 0
  const isWithin = contains(a, b) || contains(b, a)
  if (!failed && isMeasured(a) && isMeasured(b) && a.usage !== undefined && b.usage !== undefined) {
    // Equal figures may lie askew: the first call of a process spends its time outside the inner instrumentation.
    if (figuresAgree(a.usage, b.usage)) return isWithin || overlap(a, b) >= 0.5 ? 3 : 0
    // An SDK's own span exists for every call of that SDK: whoever else reports a call around it reports that one.
    return isWithin && (a.level === 'sdk' || b.level === 'sdk') ? 1 : 0
  }
  return isWithin ? 2 : 0
}

function apart(a: Candidate, b: Candidate): bigint {
  const starts = a.startTimeUnixNano - b.startTimeUnixNano
  const ends = a.endTimeUnixNano - b.endTimeUnixNano
  return (starts < 0n ? -starts : starts) + (ends < 0n ? -ends : ends)
}

function shareEmitter(left: CallGroup, right: CallGroup): boolean {
  return left.views.some((a) => right.views.some((b) => sameEmitter(a, b)))
}

function conflict(left: CallGroup, right: CallGroup): boolean {
  return left.views.some((a) => right.views.some((b) => idsConflict(a, b)))
}
