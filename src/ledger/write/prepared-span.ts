// A span ready to be booked: where it belongs, its dimensions and what recognition read from it.
import type { Candidate } from '../recognise/candidate.ts'
import type { Span } from '../span.ts'
import { type Dimensions, toDimensions } from './dimensions.ts'

export interface PreparedSpan {
  span: Span
  /** Identity: organisation, trace, span and start; the start as Postgres keeps it, in microseconds. */
  key: string
  traceKey: string
  dimensions: Dimensions
  candidate: Candidate | undefined
  /** Place of the request this span came in, within its group. */
  request: number
}

export const traceKeyOf = (orgId: string, traceId: string): string => `${orgId} ${traceId}`

export const spanKeyOf = (traceKey: string, spanId: string, startMicros: bigint): string =>
  `${traceKey} ${spanId} ${startMicros}`

/** @param readSpan step one of recognition; a bug in it must not cost the span. */
export function prepareSpan(
  span: Span,
  request: number,
  readSpan: (span: Span) => Candidate | undefined,
  onFailure: (error: unknown) => void,
): PreparedSpan {
  const traceKey = traceKeyOf(span.orgId, span.traceId)
  let candidate: Candidate | undefined
  try {
    candidate = readSpan(span)
  } catch (error) {
    onFailure(error)
  }
  return {
    span,
    key: spanKeyOf(traceKey, span.spanId, span.startTimeUnixNano / 1000n),
    traceKey,
    dimensions: toDimensions(span),
    candidate,
    request,
  }
}
