// A span ready to be booked: where it belongs, its dimensions and what recognition read from it.
import type { Candidate } from '../recognise/candidate.ts'
import type { Span, SpanTimes } from '../span.ts'
import { type Dimensions, haveSameDimensions, toDimensions } from './dimensions.ts'

export class PreparedSpan {
  readonly span: Span
  readonly traceKey: string
  readonly startMicros: number
  readonly dimensions: Dimensions
  readonly candidate: Candidate | undefined
  /** Place of the request this span came in, within its group. */
  readonly request: number
  private keptKey: string | undefined

  constructor(span: Span, traceKey: string, startMicros: number, dimensions: Dimensions, more: Reading) {
    this.span = span
    this.traceKey = traceKey
    this.startMicros = startMicros
    this.dimensions = dimensions
    this.candidate = more.candidate
    this.request = more.request
  }

  /** Identity: organisation, trace, span and start; the start as Postgres keeps it, in microseconds. */
  get key(): string {
    this.keptKey ??= spanKeyOf(this.traceKey, this.span.spanId, this.startMicros)
    return this.keptKey
  }
}

interface Reading {
  candidate: Candidate | undefined
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
  startMicros: number,
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
  const dimensions = previous && haveSameDimensions(previous.span, span) ? previous.dimensions : toDimensions(span)
  return new PreparedSpan(span, traceKey, startMicros, dimensions, { candidate, request })
}
