// Convergent booking of one trace, pure. In: all its spans, booked or about to be, and the lines booked so far.
// Out: the lines that are missing so that the booked calls are those the resolver sees now. Whatever the order of
// arrival, the last batch resolves the whole trace, so the net is that of resolving it at once.
import type { Candidate, Decision, SpanPlace } from '../recognise/candidate.ts'
import type { Dimensions } from './dimensions.ts'
import { missingLines, type Price, type UsageLine, type WantedCall } from './usage-line.ts'
import { toWantedCall } from './wanted-call.ts'

/** What resolving needs of a span. */
export interface KnownSpan {
  key: string
  place: SpanPlace
  dimensions: Dimensions
  candidate: Candidate | undefined
}

export type Resolve = (candidates: Candidate[], places: SpanPlace[]) => Decision[]

export function linesForTrace(
  orgId: string,
  spans: readonly KnownSpan[],
  bookedLines: ReadonlyMap<string, UsageLine[]>,
  resolve: Resolve,
  price: (call: WantedCall) => Price,
): UsageLine[] {
  const bySpan = new Map<Candidate, KnownSpan>()
  for (const span of spans) if (span.candidate) bySpan.set(span.candidate, span)
  if (bySpan.size === 0) return []
  const decisions = resolve(
    [...bySpan.keys()],
    spans.map(({ place }) => place),
  )
  const wanted = wantedCalls(orgId, decisions, spans)
  const lines: UsageLine[] = []
  for (const span of spans) {
    const booked = bookedLines.get(span.key) ?? []
    const call = wanted.get(span.key)
    if (call || booked.length > 0) lines.push(...missingLines(booked, call, price))
  }
  return lines
}

function wantedCalls(
  orgId: string,
  decisions: readonly Decision[],
  spans: readonly KnownSpan[],
): Map<string, WantedCall> {
  // The resolver gives back candidates of its own: a booked one carries what other views of the call knew better.
  const keys = new Map(
    spans.filter(({ candidate }) => candidate).map((span) => [identity(span.candidate as Candidate), span]),
  )
  const standsFor = new Map<string, string>()
  for (const { outcome, duplicateOf, candidate } of decisions) {
    if (outcome !== 'duplicate' || duplicateOf === undefined) continue
    const before = standsFor.get(duplicateOf)
    if (before === undefined || candidate.spanId < before) standsFor.set(duplicateOf, candidate.spanId)
  }
  const wanted = new Map<string, WantedCall>()
  for (const { outcome, candidate } of decisions) {
    if (outcome !== 'booked') continue
    const span = keys.get(identity(candidate))
    if (!span) throw new Error(`the resolver booked span ${candidate.spanId}, which was not among its candidates`)
    wanted.set(span.key, toWantedCall(orgId, candidate, span.dimensions, standsFor.get(candidate.spanId) ?? ''))
  }
  return wanted
}

const identity = (candidate: Candidate): string => `${candidate.spanId} ${candidate.startTimeUnixNano}`
