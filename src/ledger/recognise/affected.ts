// What new spans can matter to in a large trace. In: all its candidates and places, and the ids of the spans that are new.
// Out: the candidates whose decisions may differ from those made before, with everything they depend on. Resolving these
// alone gives each of them the decision that resolving the whole trace would; the decisions of the rest stand.
//
// `resolve` looks from one candidate to another along five ways only: an equal span id or response id, notes beside a call
// (same parent and emitter), the nearest candidate above, calls of two emitters under way at once, and calls that lie in
// an aggregate's time. Candidates connected along them are a part. New spans join parts and never divide one, unless one has the
// id of a span before it, which may then lie elsewhere: that can matter to all.
import type { Candidate, SpanPlace } from './candidate.ts'
import { MOST_CONCURRENT } from './match-scopes.ts'
import { isInstant } from './resolve.ts'
import { isMeasured, mayBeOneInTime, sameEmitter, TOLERANCE_NANOS } from './same-call.ts'
import { setParent } from './trace-tree.ts'
import { compareCandidates } from './views.ts'

export interface Affected {
  candidates: Candidate[]
  /** The spans above them. */
  spanIds: Set<string>
}

export function affectedBy(
  newSpanIds: ReadonlySet<string>,
  candidates: readonly Candidate[],
  places: readonly SpanPlace[],
): Affected {
  const sorted = [...candidates].sort(compareCandidates)
  if (isRepeated(newSpanIds, places))
    return { candidates: sorted, spanIds: new Set(places.map(({ spanId }) => spanId)) }
  const parts = createParts(sorted)
  const parents = parentsOf(sorted, places)
  joinEqual(sorted, parts, ({ spanId }) => spanId)
  joinEqual(sorted, parts, ({ responseId }) => responseId)
  joinNoted(sorted, parts)
  const touched = joinUpwards(sorted, parts, parents, newSpanIds)
  joinConcurrent(sorted, parts)
  joinContained(sorted, parts)

  const affected = new Set([...touched].map(parts.of))
  const found = sorted.filter((candidate) => affected.has(parts.of(candidate)))
  const spanIds = new Set<string>()
  for (const { spanId } of found)
    for (let at = spanId; at !== '' && !spanIds.has(at); at = parents.get(at) ?? '') spanIds.add(at)
  return { candidates: found, spanIds }
}

function isRepeated(newSpanIds: ReadonlySet<string>, places: readonly SpanPlace[]): boolean {
  return places.filter(({ spanId }) => newSpanIds.has(spanId)).length > newSpanIds.size
}

/** A partition of the candidates that only ever joins. */
interface Parts {
  of(candidate: Candidate): Candidate
  join(a: Candidate, b: Candidate): void
}

function createParts(candidates: readonly Candidate[]): Parts {
  const heads = new Map(candidates.map((candidate) => [candidate, candidate]))
  const of = (candidate: Candidate): Candidate => {
    let head = candidate
    for (let next = heads.get(head) as Candidate; next !== head; next = heads.get(head) as Candidate) {
      // Halving the way, so that the next look is short.
      heads.set(head, heads.get(next) as Candidate)
      head = next
    }
    return head
  }
  return { of, join: (a, b) => void heads.set(of(a), of(b)) }
}

function joinEqual(candidates: readonly Candidate[], parts: Parts, idOf: (candidate: Candidate) => string): void {
  const firsts = new Map<string, Candidate>()
  for (const candidate of candidates) {
    const id = idOf(candidate)
    if (id === '') continue
    const first = firsts.get(id)
    if (first === undefined) firsts.set(id, candidate)
    else parts.join(first, candidate)
  }
}

/** Calls of one emitter beneath one span, where one of them may note another's figures. */
function joinNoted(candidates: readonly Candidate[], parts: Parts): void {
  const keyOf = (call: Candidate): string => [call.parentSpanId, call.scopeName, call.serviceName].join('\0')
  const noted = new Set(candidates.filter((call) => isInstant(call) && isMeasured(call)).map(keyOf))
  if (noted.size === 0) return
  joinEqual(candidates, parts, (call) => {
    const key = keyOf(call)
    return call.role === 'call' && noted.has(key) ? key : ''
  })
}

/** As trace-tree.ts knows them: what a candidate says of its parent counts. */
function parentsOf(candidates: readonly Candidate[], places: readonly SpanPlace[]): Map<string, string> {
  const parents = new Map<string, string>()
  for (const place of places) setParent(parents, place)
  for (const { spanId, parentSpanId } of candidates) parents.set(spanId, parentSpanId)
  return parents
}

/** What lies above a span, up to the nearest candidate. */
interface Way {
  upper: Candidate | undefined
  isNew: boolean
}

/** Joins each candidate to the nearest one above it. @returns those that are new, or above which a span is new. */
function joinUpwards(
  candidates: readonly Candidate[],
  parts: Parts,
  parents: ReadonlyMap<string, string>,
  newSpanIds: ReadonlySet<string>,
): Set<Candidate> {
  const bySpan = new Map(candidates.map((candidate) => [candidate.spanId, candidate]))
  const ways = new Map<string, Way>()
  const touched = new Set<Candidate>()
  for (const candidate of candidates) {
    const { upper, isNew } = wayUp(candidate.spanId, parents, bySpan, newSpanIds, ways)
    if (upper !== undefined) parts.join(candidate, upper)
    if (isNew) touched.add(candidate)
  }
  return touched
}

function wayUp(
  spanId: string,
  parents: ReadonlyMap<string, string>,
  bySpan: ReadonlyMap<string, Candidate>,
  newSpanIds: ReadonlySet<string>,
  ways: Map<string, Way>,
): Way {
  const passed: string[] = []
  const seen = new Set<string>()
  let way: Way | undefined
  for (let at = spanId; way === undefined; ) {
    way = ways.get(at)
    if (way !== undefined) break
    passed.push(at)
    seen.add(at)
    const parent = parents.get(at) ?? ''
    const upper = bySpan.get(parent)
    if (upper !== undefined || parent === '' || seen.has(parent) || !parents.has(parent)) way = { upper, isNew: false }
    else at = parent
  }
  // A missing parent that has come now is new itself, so the way that ended there before is seen to be new.
  for (const span of passed.toReversed()) {
    way = { upper: way.upper, isNew: way.isNew || newSpanIds.has(span) }
    ways.set(span, way)
  }
  return way
}

function joinConcurrent(candidates: readonly Candidate[], parts: Parts): void {
  const calls = candidates.filter(({ role }) => role === 'call')
  const [first] = calls
  if (first === undefined || calls.every((call) => sameEmitter(first, call))) return
  let open: Candidate[] = []
  let wasCrowd = false
  for (const call of calls) {
    open = open.filter((other) => other.endTimeUnixNano + TOLERANCE_NANOS >= call.startTimeUnixNano)
    // Of very many calls at once match-scopes.ts looks at the last only, whoever made them: then all of them count.
    const isCrowd = open.length >= MOST_CONCURRENT / 2
    // In a crowd that goes on, all are joined but the one that came last.
    const others = isCrowd && wasCrowd ? open.slice(-1) : open
    for (const other of others)
      if (isCrowd || (!sameEmitter(other, call) && mayBeOneInTime(other, call))) parts.join(other, call)
    wasCrowd = isCrowd
    open.push(call)
  }
}

/** An aggregate asks for calls within its time, wherever they lie. */
function joinContained(candidates: readonly Candidate[], parts: Parts): void {
  for (const sum of candidates) {
    if (sum.role !== 'aggregate') continue
    const earliest = sum.startTimeUnixNano - TOLERANCE_NANOS
    const latest = sum.endTimeUnixNano + TOLERANCE_NANOS
    for (let at = firstFrom(candidates, earliest); at < candidates.length; at++) {
      const call = candidates[at] as Candidate
      if (call.startTimeUnixNano > latest) break
      parts.join(sum, call)
    }
  }
}

/** Place of the first that does not start before a time. */
function firstFrom(sorted: readonly Candidate[], startNanos: bigint): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] as Candidate).startTimeUnixNano < startNanos) low = middle + 1
    else high = middle
  }
  return low
}
