// OTLP as tests write and compare it: compact records in, OTLP/JSON out; decoded OTLP in, compact records out.
import { randomBytes } from 'node:crypto'

type Scalar = string | number | boolean
export type AttributeView = Record<string, Scalar>

export interface SpanView {
  name: string
  kind?: number
  durationMs?: number
  error?: boolean
  attributes: AttributeView
  /** Spans with the same number share a trace; without one, each call of toTraces is one trace. */
  trace?: number
}
export interface LogView {
  body: string
  attributes: AttributeView
}
export interface PointView {
  name: string
  value: number
  attributes: AttributeView
}

// biome-ignore lint/suspicious/noExplicitAny: decoded wire data
type Wire = any

export const toAttributes = (view: AttributeView) =>
  Object.entries(view).map(([key, value]) => ({
    key,
    value:
      typeof value === 'number'
        ? { intValue: String(value) }
        : typeof value === 'boolean'
          ? { boolValue: value }
          : { stringValue: value },
  }))

const hex = (bytes: number) => randomBytes(bytes).toString('hex')

/** An OTLP/JSON trace request and the ids of its traces. */
export function toTraces(resource: AttributeView, spans: readonly SpanView[]): { body: object; traceIds: string[] } {
  const ids = new Map<number, string>()
  const now = BigInt(Date.now()) * 1_000_000n
  const wire = spans.map((span) => {
    const trace = span.trace ?? 0
    const traceId = ids.get(trace) ?? hex(16)
    ids.set(trace, traceId)
    const end = now + BigInt(span.durationMs ?? 1) * 1_000_000n
    return {
      traceId,
      spanId: hex(8),
      name: span.name,
      kind: span.kind ?? 1,
      startTimeUnixNano: String(now),
      endTimeUnixNano: String(end),
      attributes: toAttributes(span.attributes),
      ...(span.error && { status: { code: 2 } }),
    }
  })
  const body = { resourceSpans: [{ resource: { attributes: toAttributes(resource) }, scopeSpans: [{ spans: wire }] }] }
  return { body, traceIds: [...ids.values()] }
}

export const toLogs = (resource: AttributeView, logs: readonly LogView[]): object => ({
  resourceLogs: [
    {
      resource: { attributes: toAttributes(resource) },
      scopeLogs: [
        {
          logRecords: logs.map(({ body, attributes }) => ({
            timeUnixNano: String(BigInt(Date.now()) * 1_000_000n),
            body: { stringValue: body },
            attributes: toAttributes(attributes),
          })),
        },
      ],
    },
  ],
})

/** Cumulative sums, one metric a point. */
export const toMetrics = (resource: AttributeView, points: readonly PointView[]): object => ({
  resourceMetrics: [
    {
      resource: { attributes: toAttributes(resource) },
      scopeMetrics: [
        {
          metrics: points.map(({ name, value, attributes }) => {
            const time = String(BigInt(Date.now()) * 1_000_000n)
            const dataPoints = [{ timeUnixNano: time, asInt: String(value), attributes: toAttributes(attributes) }]
            return { name, sum: { aggregationTemporality: 2, isMonotonic: true, dataPoints } }
          }),
        },
      ],
    },
  ],
})

const toScalar = (value: Wire): Scalar =>
  value?.stringValue ?? value?.boolValue ?? Number(value?.intValue ?? value?.doubleValue ?? Number.NaN)

export const toView = (attributes: Wire[] = []): AttributeView =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, toScalar(value)]))

/** Trace id as hex from hex (OTLP/JSON) or base64 (our protobuf decoder). */
const toHex = (id: string) => (/^[0-9a-f]{32}$/.test(id) ? id : Buffer.from(id, 'base64').toString('hex'))

export const readSpans = (body: Wire) =>
  (body.resourceSpans ?? []).flatMap((group: Wire) =>
    (group.scopeSpans ?? []).flatMap((scope: Wire) =>
      (scope.spans ?? []).map((span: Wire) => ({
        traceId: toHex(span.traceId),
        name: span.name as string,
        resource: toView(group.resource?.attributes),
        attributes: toView(span.attributes),
      })),
    ),
  ) as { traceId: string; name: string; resource: AttributeView; attributes: AttributeView }[]

export const readLogs = (body: Wire) =>
  (body.resourceLogs ?? []).flatMap((group: Wire) =>
    (group.scopeLogs ?? []).flatMap((scope: Wire) =>
      (scope.logRecords ?? []).map((record: Wire) => ({
        service: toView(group.resource?.attributes)['service.name'],
        body: toScalar(record.body),
        attributes: toView(record.attributes),
      })),
    ),
  ) as { service: Scalar; body: Scalar; attributes: AttributeView }[]

export const readPoints = (body: Wire) =>
  (body.resourceMetrics ?? []).flatMap((group: Wire) =>
    (group.scopeMetrics ?? []).flatMap((scope: Wire) =>
      (scope.metrics ?? []).flatMap((metric: Wire) =>
        (metric.sum?.dataPoints ?? metric.gauge?.dataPoints ?? metric.histogram?.dataPoints ?? []).map(
          (point: Wire) => ({
            name: metric.name as string,
            service: toView(group.resource?.attributes)['service.name'],
            value: Number(point.asInt ?? point.asDouble ?? point.count ?? 0),
            attributes: toView(point.attributes),
            exemplars: (point.exemplars ?? []).map((exemplar: Wire) => toHex(exemplar.traceId ?? '')) as string[],
          }),
        ),
      ),
    ),
  ) as { name: string; service?: Scalar; value: number; attributes: AttributeView; exemplars: string[] }[]
