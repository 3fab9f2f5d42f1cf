// A decoded log record. Comes out of decode/, goes into write/.
import type { Attributes, AttributeValue } from './span.ts'

export interface LogRecord {
  /** Tenant: record attribute `org_id`, else the resource's, else `_unattributed`. */
  orgId: string
  /** When it happened; the observed time, then the time of arrival, stand in for a missing one. */
  timeUnixNano: bigint
  /** OTLP SeverityNumber: 0 unspecified, 1–4 trace, 5–8 debug, 9–12 info, 13–16 warn, 17–20 error, 21–24 fatal. */
  severityNumber: number
  severityText: string
  body: AttributeValue
  eventName: string
  /** 32 lower-case hex digits, or empty when the record belongs to no trace. */
  traceId: string
  /** 16 lower-case hex digits, or empty. */
  spanId: string
  scopeName: string
  attributes: Attributes
  resource: Attributes
}
