// OTLP/JSON requests for tests that speak to the collector's or the ledger's door themselves.
import { randomBytes } from 'node:crypto'

export type Value = string | number | boolean | string[]

export interface TestSpan {
  traceId?: string
  spanId?: string
  parentSpanId?: string
  name?: string
  /** OTLP SpanKind; 3 is CLIENT. */
  kind?: number
  startMs?: number
  durationMs?: number
  attributes: Record<string, Value>
}

export const newTraceId = () => randomBytes(16).toString('hex')
export const newSpanId = () => randomBytes(8).toString('hex')

const toAnyValue = (value: Value): object => {
  if (Array.isArray(value)) return { arrayValue: { values: value.map(toAnyValue) } }
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
}

const toKeyValues = (attributes: Record<string, Value>) =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: toAnyValue(value) }))

/** The body of `POST /v1/traces` for spans of one service. */
export function traceRequest(spans: TestSpan[], serviceName = 'test'): object {
  return {
    resourceSpans: [
      {
        resource: { attributes: toKeyValues({ 'service.name': serviceName }) },
        scopeSpans: [{ scope: { name: 'test' }, spans: spans.map(toSpan) }],
      },
    ],
  }
}

function toSpan(span: TestSpan): object {
  const startMs = span.startMs ?? Date.now() - 1000
  return {
    traceId: span.traceId ?? newTraceId(),
    spanId: span.spanId ?? newSpanId(),
    parentSpanId: span.parentSpanId ?? '',
    name: span.name ?? 'chat gemini-2.5-flash',
    kind: span.kind ?? 3,
    startTimeUnixNano: `${startMs}000000`,
    endTimeUnixNano: `${startMs + (span.durationMs ?? 100)}000000`,
    attributes: toKeyValues(span.attributes),
  }
}

/** Posts JSON to an OTLP door. */
export const postOtlp = (url: string, token: string, body: object): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  })
