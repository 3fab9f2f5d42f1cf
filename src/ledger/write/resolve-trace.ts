// Convergent booking of a trace, pure. In: all its spans, booked or about to be, and the lines booked so far; with it
// the traces that show a response id of it.
// Out: the lines that are missing so that the booked calls are those the resolver sees now. Whatever the order of
// arrival, the last batch resolves the whole trace, so the net is that of resolving it at once.
import type { Candidate, Decision, SpanPlace } from '../recognise/candidate.ts'
import { settleAcross, spansShowing } from '../recognise/split-calls.ts'
import { type Dimensions, withMissing } from './dimensions.ts'
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

export interface KnownTrace {
  orgId: string
  traceId: string
  spans: KnownSpan[]
  /** False for a trace that got no new span and is here because it shows a response id of one that did. */
  isAffected: boolean
}

/**
 * Lines of traces that belong together; mostly that is one trace alone.
 * @param sharedIds response ids that affected traces share with others: all that can change in a trace that got no span.
 */
export function linesForTraces(
  traces: readonly KnownTrace[],
  sharedIds: ReadonlySet<string>,
  bookedLines: ReadonlyMap<string, UsageLine[]>,
  resolve: Resolve,
  price: (call: WantedCall) => Price,
): UsageLine[] {
  const decided = traces.map(({ spans }) => decide(spans, resolve))
  const settled = traces.length > 1 ? settleAcross(decided) : decided
  return traces.flatMap(({ orgId, spans, isAffected }, at) => {
    const decisions = settled[at] as Decision[]
    const showing = isAffected ? undefined : spansShowing(decided[at] as Decision[], sharedIds)
    const open = showing ? spans.filter(({ place }) => showing.has(place.spanId)) : spans
    const wanted = wantedCalls(orgId, decisions, spans)
    const lines: UsageLine[] = []
    for (const { key, candidate } of open) {
      // No lines were ever booked for a span that is no candidate.
      if (candidate === undefined) continue
      const booked = bookedLines.get(key) ?? []
      const call = wanted.get(key)
      if (call || booked.length > 0) lines.push(...missingLines(booked, call, price))
    }
    return lines
  })
}

/** The decisions about one trace by itself. */
export function decide(spans: readonly KnownSpan[], resolve: Resolve): Decision[] {
  const candidates = spans.flatMap(({ candidate }) => (candidate ? [candidate] : []))
  if (candidates.length === 0) return []
  return resolve(
    candidates,
    spans.map(({ place }) => place),
  )
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
  const otherViews = new Map<string, Dimensions[]>()
  // In the resolver's order, which is that of time.
  for (const { outcome, duplicateOf, candidate } of decisions) {
    if (outcome !== 'duplicate' || duplicateOf === undefined) continue
    const view = keys.get(identity(candidate))
    if (view !== undefined) otherViews.set(duplicateOf, [...(otherViews.get(duplicateOf) ?? []), view.dimensions])
    const before = standsFor.get(duplicateOf)
    if (before === undefined || candidate.spanId < before) standsFor.set(duplicateOf, candidate.spanId)
  }
  const wanted = new Map<string, WantedCall>()
  for (const { outcome, candidate } of decisions) {
    if (outcome !== 'booked') continue
    const span = keys.get(identity(candidate))
    if (!span) throw new Error(`the resolver booked span ${candidate.spanId}, which was not among its candidates`)
    const dimensions = withMissing(span.dimensions, otherViews.get(candidate.spanId) ?? [])
    wanted.set(span.key, toWantedCall(orgId, candidate, dimensions, standsFor.get(candidate.spanId) ?? ''))
  }
  return wanted
}

const identity = (candidate: Candidate): string => `${candidate.spanId} ${candidate.startTimeUnixNano}`
