// A decoded span as the ledger's steps see it. Comes out of decode/, goes into recognise/ and write/.

/** An OTLP AnyValue: int64 is bigint when beyond 2^53, bytes are base64 text. */
export type AttributeValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | AttributeValue[]
  | { [key: string]: AttributeValue }

export type Attributes = Record<string, AttributeValue>

export interface SpanEvent {
  name: string
  timeUnixNano: bigint
  attributes: Attributes
}

export interface SpanLink {
  traceId: string
  spanId: string
  attributes: Attributes
}

export interface Span {
  /** Tenant: span attribute `org_id`, else the resource's, else `_unattributed`. */
  orgId: string
  /** 32 lower-case hex digits. */
  traceId: string
  /** 16 lower-case hex digits. */
  spanId: string
  /** 16 lower-case hex digits, or empty for a root. */
  parentSpanId: string
  startTimeUnixNano: bigint
  endTimeUnixNano: bigint
  name: string
  /** OTLP SpanKind: 0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  kind: number
  /** OTLP status code: 0 unset, 1 ok, 2 error. */
  statusCode: number
  statusMessage: string
  scopeName: string
  scopeVersion: string
  attributes: Attributes
  resource: Attributes
  events: SpanEvent[]
  links: SpanLink[]
  /** What a decoder noted in passing; absent where the attributes have to be asked. See asked-keys.ts. */
  readonly asked?: number
  readonly promoted?: readonly (AttributeValue | undefined)[]
  /** JSON of the attributes without those that have columns. */
  readonly bag?: JsonBytes
  /** The times in halves that fit a number. */
  readonly times?: SpanTimes
}

/** UTF-8 text of one JSON object, or nothing: `from` equals `to`. */
export interface JsonBytes {
  /** Replaced by a larger one as it fills; holds the bytes at the same place then. */
  readonly source: { readonly buffer: Buffer }
  from: number
  to: number
}

export interface SpanTimes {
  startMicros: number
  /** Nanoseconds beyond the microsecond: 0 to 999. */
  startNanos: number
  /** Exact below 2^53; absent beyond. */
  durationNs: number | undefined
}
