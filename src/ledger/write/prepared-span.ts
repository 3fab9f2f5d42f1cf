// A span ready to be booked: where it belongs, its dimensions and what recognition read from it.
import type { Candidate } from '../recognise/candidate.ts'
import type { Span, SpanTimes } from '../span.ts'
import { type Dimensions, haveSameDimensions, toDimensions } from './dimensions.ts'

export interface PreparedSpan {
  span: Span
  /** Identity: organisation, trace, span and start; the start as Postgres keeps it, in microseconds. */
  key: string
  traceKey: string
  times: SpanTimes
  dimensions: Dimensions
  candidate: Candidate | undefined
  /** Place of the request this span came in, within its group. */
  request: number
}

export const traceKeyOf = (orgId: string, traceId: string): string => `${orgId} ${traceId}`

export const spanKeyOf = (traceKey: string, spanId: string, startMicros: bigint | number): string =>
  `${traceKey} ${spanId} ${startMicros}`

export const timesOf = (span: Span): SpanTimes => {
  if (span.times) return span.times
  const durationNs = span.endTimeUnixNano - span.startTimeUnixNano
  return {
    startMicros: Number(span.startTimeUnixNano / 1000n),
    startNanos: Number(span.startTimeUnixNano % 1000n),
    durationNs: durationNs <= Number.MAX_SAFE_INTEGER ? Number(durationNs) : undefined,
  }
}

/**
 * @param readSpan step one of recognition; a bug in it must not cost the span.
 * @param previous the span before it, which is mostly of the same trace: what they have in common is made once.
 */
export function prepareSpan(
  span: Span,
  times: SpanTimes,
  request: number,
  readSpan: (span: Span) => Candidate | undefined,
  onFailure: (error: unknown) => void,
  previous?: PreparedSpan,
): PreparedSpan {
  const isSameTrace = previous?.span.traceId === span.traceId && previous.span.orgId === span.orgId
  const traceKey = isSameTrace ? previous.traceKey : traceKeyOf(span.orgId, span.traceId)
  let candidate: Candidate | undefined
  try {
    candidate = readSpan(span)
  } catch (error) {
    onFailure(error)
  }
  return {
    span,
    key: spanKeyOf(traceKey, span.spanId, times.startMicros),
    traceKey,
    times,
    dimensions: previous && haveSameDimensions(previous.span, span) ? previous.dimensions : toDimensions(span),
    candidate,
    request,
  }
}
