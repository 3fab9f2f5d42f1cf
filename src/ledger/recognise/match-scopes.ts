// Two instrumentations of one process report the same calls, often as siblings or far apart in the tree. In: groups of
// views. Effect: joins groups of different scopes one to one. A scope never meets itself, so two identical concurrent
// calls stay two.
import type { CallGroup, CallGroups } from './call-groups.ts'
import type { Candidate } from './candidate.ts'
import { contains, figuresAgree, idsConflict, isMeasured, modelsAgree, sameClass, sameProcess } from './same-call.ts'
import type { TraceTree } from './trace-tree.ts'
import { compareCandidates } from './views.ts'

interface Match {
  a: Candidate
  b: Candidate
  strength: number
  distance: bigint
}

export function matchAcrossScopes(groups: CallGroups, sums: ReadonlyMap<Candidate, string>, tree: TraceTree): void {
  const all = groups.all().map((group) => group.views.filter((view) => !sums.has(view)))
  const matches: Match[] = []
  for (let i = 0; i < all.length; i++) {
    for (let j = i + 1; j < all.length; j++) {
      for (const a of all[i] ?? []) {
        for (const b of all[j] ?? []) {
          const strength = likeness(a, b, tree)
          if (strength > 0) matches.push({ a, b, strength, distance: apart(a, b) })
        }
      }
    }
  }
  matches.sort(
    (x, y) =>
      y.strength - x.strength ||
      (x.distance < y.distance ? -1 : x.distance > y.distance ? 1 : 0) ||
      compareCandidates(x.a, y.a) ||
      compareCandidates(x.b, y.b),
  )
  for (const { a, b } of matches) {
    const left = groups.of(a)
    const right = groups.of(b)
    if (left === right || shareScope(left, right) || conflict(left, right)) continue
    groups.join(a, b, `${b.scopeName || 'another scope'} and ${a.scopeName || 'another scope'} report the same call`)
  }
}

function likeness(a: Candidate, b: Candidate, tree: TraceTree): number {
  if (a.scopeName === b.scopeName || !sameClass(a, b) || !sameProcess(a, b)) return 0
  if (idsConflict(a, b) || !modelsAgree(a, b)) return 0
  if (tree.isAncestor(a.spanId, b.spanId) || tree.isAncestor(b.spanId, a.spanId)) return 0
  if (!contains(a, b) && !contains(b, a)) return 0
  const failed = a.status !== 'success'
  if (failed !== (b.status !== 'success')) return 0
  if (failed) return 2
  const bothMeasured = isMeasured(a) && isMeasured(b)
  if (a.usage !== undefined && b.usage !== undefined && bothMeasured) {
    if (figuresAgree(a.usage, b.usage)) return 3
    // An SDK's own span exists for every call of that SDK: whoever else reports a call around it reports that one.
    return a.level === 'sdk' || b.level === 'sdk' ? 1 : 0
  }
  return 2
}

function apart(a: Candidate, b: Candidate): bigint {
  const starts = a.startTimeUnixNano - b.startTimeUnixNano
  const ends = a.endTimeUnixNano - b.endTimeUnixNano
  return (starts < 0n ? -starts : starts) + (ends < 0n ? -ends : ends)
}

function shareScope(left: CallGroup, right: CallGroup): boolean {
  return left.views.some((a) => right.views.some((b) => a.scopeName === b.scopeName))
}

function conflict(left: CallGroup, right: CallGroup): boolean {
  return left.views.some((a) => right.views.some((b) => idsConflict(a, b)))
}
