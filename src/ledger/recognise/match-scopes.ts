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
  mayBeOneInTime,
  modelsAgree,
  sameClass,
  sameEmitter,
  sameProcess,
  TOLERANCE_NANOS,
} from './same-call.ts'
import type { TraceTree } from './trace-tree.ts'
import { compareCandidates } from './views.ts'

/** Who reports a call starts its span near to the others': among more concurrent ones than this none is looked for. */
export const MOST_CONCURRENT = 128

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
  let open: Candidate[] = []
  for (const b of calls) {
    if (sums.has(b)) continue
    open = open.filter((a) => a.endTimeUnixNano + TOLERANCE_NANOS >= b.startTimeUnixNano)
    for (const a of open.slice(-MOST_CONCURRENT)) {
      if (groups.of(a) === groups.of(b)) continue
      const strength = likeness(a, b, tree)
      if (strength > 0) matches.push({ a, b, strength, distance: apart(a, b) })
    }
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
  const failed = a.status !== 'success'
  if (failed !== (b.status !== 'success')) return 0
  const strength = failed || !isMeasured(a) || !isMeasured(b) ? likenessInTime(a, b) : likenessInFigures(a, b)
  if (strength === 0 || idsConflict(a, b) || !modelsAgree(a, b)) return 0
  return tree.isAbove(a, b) || tree.isAbove(b, a) ? 0 : strength
}

const isWithin = (a: Candidate, b: Candidate): boolean => contains(a, b) || contains(b, a)

const likenessInTime = (a: Candidate, b: Candidate): number => (isWithin(a, b) ? 2 : 0)

function likenessInFigures(a: Candidate, b: Candidate): number {
  // Equal figures may lie askew: the first call of a process spends its time outside the inner instrumentation.
  if (a.usage !== undefined && b.usage !== undefined && figuresAgree(a.usage, b.usage)) {
    return mayBeOneInTime(a, b) ? 3 : 0
  }
  // An SDK's own span exists for every call of that SDK: whoever else reports a call around it reports that one.
  return (a.level === 'sdk' || b.level === 'sdk') && isWithin(a, b) ? 1 : 0
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
