// A trace of the demo data before it is encoded. Comes out of plan-trace, goes into the OTLP encoder, into the
// Prometheus history, and into tests.

export type Value = string | number | boolean | readonly string[]
export type Attributes = Record<string, Value>

export interface PlannedSpan {
  /** Position of the parent in the trace's spans; -1 for the root. */
  parent: number
  name: string
  /** OTLP SpanKind: 1 internal, 2 server, 3 client. */
  kind: 1 | 2 | 3
  /** Microseconds since the Unix epoch. */
  startUs: number
  endUs: number
  /** What the span failed with; absent: it went well. */
  error?: { type: string; message: string } | undefined
  attributes: Attributes
}

export interface PlannedTrace {
  orgId: string
  /** 128 bits as four unsigned 32-bit numbers. */
  traceId: readonly [number, number, number, number]
  /** One id per span: 64 bits as two numbers. */
  spanIds: readonly (readonly [number, number])[]
  /** On every span: tenant, feature, agent, user, intent. */
  common: Attributes
  spans: PlannedSpan[]
  /** Log records; `span` is the position of the span they belong to. */
  logs: {
    eventName?: string
    span: number
    timeUs: number
    severity: 'INFO' | 'WARN' | 'ERROR'
    body: string
    attributes: Attributes
  }[]
}
