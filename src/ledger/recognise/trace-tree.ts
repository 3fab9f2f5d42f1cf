// Who is above whom in one trace. In: candidates and the places of all spans seen so far. Out: ancestor questions that
// hold for broken trees too (missing parents, self-parents, cycles).
import type { Candidate, SpanPlace } from './candidate.ts'

export interface TraceTree {
  /** Ancestors of a span, nearest first, as far as they have arrived. */
  ancestors(spanId: string): readonly string[]
  isAncestor(ancestorId: string, spanId: string): boolean
  /** The chain of parents ends at a span that has not arrived (or never will). */
  isOrphan(spanId: string): boolean
}

export function createTraceTree(candidates: readonly Candidate[], places: readonly SpanPlace[]): TraceTree {
  const parents = new Map<string, string>()
  for (const place of places) parents.set(place.spanId, place.parentSpanId)
  for (const candidate of candidates) parents.set(candidate.spanId, candidate.parentSpanId)
  const chains = new Map<string, readonly string[]>()

  const ancestors = (spanId: string): readonly string[] => {
    const known = chains.get(spanId)
    if (known !== undefined) return known
    const chain: string[] = []
    const seen = new Set([spanId])
    let parent = parents.get(spanId) ?? ''
    while (parent !== '' && !seen.has(parent) && parents.has(parent)) {
      seen.add(parent)
      chain.push(parent)
      parent = parents.get(parent) ?? ''
    }
    chains.set(spanId, chain)
    return chain
  }
  return {
    ancestors,
    isAncestor: (ancestorId, spanId) => ancestors(spanId).includes(ancestorId),
    isOrphan: (spanId) => {
      const top = ancestors(spanId).at(-1) ?? spanId
      const parent = parents.get(top) ?? ''
      return parent !== '' && !parents.has(parent)
    },
  }
}
