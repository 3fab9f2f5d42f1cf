// Which candidate lies beneath which in one trace. In: candidates and the places of all spans seen so far. Out: the
// tree of candidates alone, sound for broken trees too (missing parents, self-parents, cycles, absurd depth).
import type { Candidate, SpanPlace } from './candidate.ts'

export interface TraceTree {
  /** Candidates above this one, nearest first. */
  above(candidate: Candidate): Generator<Candidate>
  /** Candidates beneath, at any depth. */
  beneath(candidate: Candidate): readonly Candidate[]
  isAbove(upper: Candidate, lower: Candidate): boolean
  /** A tool's span lies between them: the lower one is work the model asked for, no part of the upper call. */
  isBehindTool(upper: Candidate, lower: Candidate): boolean
  /** How many candidates are above. */
  depth(candidate: Candidate): number
  /** The chain of parents ends at a span that has not arrived (or never will). */
  isOrphan(candidate: Candidate): boolean
}

/** Deeper nesting of model calls is nobody's program: what lies above is not looked at. */
const DEEPEST = 64

/** How frameworks name the spans of their tools; other names tell nothing. */
const TOOL_NAME = /^(?:execute_tools?|ai\.toolCall|running tools?)\b|\.tool$/

export function createTraceTree(candidates: readonly Candidate[], places: readonly SpanPlace[]): TraceTree {
  const parents = new Map<string, string>()
  const tools = new Set<string>()
  for (const place of places) {
    setParent(parents, place)
    if (TOOL_NAME.test(place.name)) tools.add(place.spanId)
  }
  const bySpan = new Map<string, Candidate>()
  for (const candidate of candidates) {
    parents.set(candidate.spanId, candidate.parentSpanId)
    bySpan.set(candidate.spanId, candidate)
  }
  const nearest = new Map<string, Nearest>()
  const up = (candidate: Candidate): Candidate | undefined =>
    climb(candidate.spanId, parents, bySpan, nearest).candidate

  function* above(candidate: Candidate): Generator<Candidate> {
    let upper = up(candidate)
    for (let depth = 0; upper !== undefined && upper !== candidate && depth < DEEPEST; depth++) {
      yield upper
      upper = up(upper)
    }
  }
  const lower = new Map<Candidate, Candidate[]>()
  const depths = new Map<Candidate, number>()
  for (const candidate of candidates) {
    const uppers = new Set(above(candidate))
    depths.set(candidate, uppers.size)
    for (const upper of uppers) {
      const found = lower.get(upper)
      if (found === undefined) lower.set(upper, [candidate])
      else found.push(candidate)
    }
  }
  return {
    above,
    beneath: (candidate) => lower.get(candidate) ?? [],
    isAbove: (upper, below) => {
      if ((depths.get(below) ?? 0) <= (depths.get(upper) ?? 0)) return false
      for (const candidate of above(below)) if (candidate === upper) return true
      return false
    },
    isBehindTool: (upper, below) => {
      if (tools.size === 0) return false
      const seen = new Set<string>()
      for (let at = below.spanId; at !== '' && at !== upper.spanId && !seen.has(at); at = parents.get(at) ?? '') {
        if (tools.has(at)) return true
        seen.add(at)
      }
      return false
    },
    depth: (candidate) => depths.get(candidate) ?? 0,
    isOrphan: (candidate) => {
      let top = candidate
      for (const upper of above(candidate)) top = upper
      return climb(top.spanId, parents, bySpan, nearest).isBroken
    },
  }
}

/** Of two spans with one id the lesser parent counts, whichever came first. */
export function setParent(parents: Map<string, string>, { spanId, parentSpanId }: SpanPlace): void {
  const before = parents.get(spanId)
  if (before === undefined || parentSpanId < before) parents.set(spanId, parentSpanId)
}

interface Nearest {
  candidate: Candidate | undefined
  isBroken: boolean
}

/** The nearest candidate above a span; the answer is kept for every span on the way. */
function climb(
  spanId: string,
  parents: ReadonlyMap<string, string>,
  bySpan: ReadonlyMap<string, Candidate>,
  nearest: Map<string, Nearest>,
): Nearest {
  const way: string[] = []
  const seen = new Set<string>()
  let at = spanId
  let found: Nearest | undefined
  while (found === undefined) {
    found = nearest.get(at)
    if (found !== undefined) break
    way.push(at)
    seen.add(at)
    const parent = parents.get(at) ?? ''
    const candidate = bySpan.get(parent)
    if (candidate !== undefined) found = { candidate, isBroken: false }
    else if (parent === '' || seen.has(parent)) found = { candidate: undefined, isBroken: false }
    else if (!parents.has(parent)) found = { candidate: undefined, isBroken: true }
    else at = parent
  }
  for (const passed of way) nearest.set(passed, found)
  return found
}
