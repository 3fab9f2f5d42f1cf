// The checks a decoded record passes before anything else sees it, whatever its encoding was.
// In: a decoded record. Out: whether it can be booked; repairs are made in place, both are counted.
import type { LogRecord } from '../log-record.ts'
import type { Span } from '../span.ts'
import { type DecodeContext, isSpanId, isTraceId } from './decode-context.ts'

/** OTLP enums are open: a number outside them is kept as unspecified, unset. */
export const MAX_KIND = 5
export const MAX_STATUS = 2
const MAX_SEVERITY = 24

export function bookableSpan(span: Span, context: DecodeContext): boolean {
  if (!isTraceId(span.traceId)) {
    context.reject('invalid_trace_id')
    return false
  }
  if (!isSpanId(span.spanId)) {
    context.reject('invalid_span_id')
    return false
  }
  span.parentSpanId = context.parentId(span.parentSpanId)
  if (span.endTimeUnixNano < span.startTimeUnixNano) {
    // An end of 0 means that the sender does not know it; anything else is a clock that went backwards.
    if (span.endTimeUnixNano !== 0n) context.clean('negative_duration')
    span.endTimeUnixNano = span.startTimeUnixNano
  }
  span.kind = within(span.kind, MAX_KIND)
  span.statusCode = within(span.statusCode, MAX_STATUS)
  return true
}

/** Log records need no ids: invalid ones are emptied. One without any time gets that of its arrival when it is booked. */
export function repairLog(record: LogRecord, context: DecodeContext): void {
  if (record.timeUnixNano === 0n) context.clean('missing_log_time')
  record.severityNumber = within(record.severityNumber, MAX_SEVERITY)
  if (record.traceId !== '' && !isTraceId(record.traceId)) {
    if (!/^0*$/.test(record.traceId)) context.clean('invalid_log_context')
    record.traceId = ''
  }
  if (record.spanId !== '' && !isSpanId(record.spanId)) {
    if (!/^0*$/.test(record.spanId)) context.clean('invalid_log_context')
    record.spanId = ''
  }
}

const within = (value: number, max: number): number =>
  Number.isInteger(value) && value >= 0 && value <= max ? value : 0
