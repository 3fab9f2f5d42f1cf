// OTLP messages for tests, built and encoded with protobufjs, independently of the ledger's own decoder.
import { readFileSync } from 'node:fs'
import protobuf from 'protobufjs'

const root = protobuf.parse(readFileSync(new URL('./otlp.proto', import.meta.url), 'utf8')).root

export const type = (name: string): protobuf.Type => root.lookupType(`otlp.${name}`)

export type PlainValue = string | number | bigint | boolean | null | PlainValue[] | { [key: string]: PlainValue }

export interface PlainSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name?: string
  kind?: number
  startTimeUnixNano: bigint
  endTimeUnixNano?: bigint
  attributes?: Record<string, PlainValue>
  status?: { code?: number; message?: string }
  events?: { name: string; timeUnixNano: bigint; attributes?: Record<string, PlainValue> }[]
}

export interface PlainLog {
  timeUnixNano: bigint
  observedTimeUnixNano?: bigint
  severityNumber?: number
  severityText?: string
  body?: PlainValue
  traceId?: string
  spanId?: string
  attributes?: Record<string, PlainValue>
}

/** A number that is written as a double even when it is whole. */
export class Double {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
}

// biome-ignore lint/suspicious/noExplicitAny: a message under construction, checked by protobufjs
type Message = any

export function anyValue(value: unknown): Message {
  if (value === null || value === undefined) return {}
  if (value instanceof Double) return { doubleValue: value.value }
  if (value instanceof Uint8Array) return { bytesValue: Buffer.from(value).toString('base64') }
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } }
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'bigint') return { intValue: value.toString() }
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value }
  return { kvlistValue: { values: keyValues(value as Record<string, unknown>) } }
}

export const keyValues = (attributes: Record<string, unknown> = {}): Message[] =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }))

/** A trace request as OTLP/JSON. */
export function tracesJson(
  spans: PlainSpan[],
  resource: Record<string, unknown> = { 'service.name': 'test' },
  scope = { name: 'test-scope', version: '1.0.0' },
): Message {
  const otlpSpans = spans.map((span) => ({
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId ?? '',
    name: span.name ?? 'span',
    kind: span.kind ?? 1,
    startTimeUnixNano: span.startTimeUnixNano.toString(),
    endTimeUnixNano: (span.endTimeUnixNano ?? span.startTimeUnixNano + 1_000_000n).toString(),
    attributes: keyValues(span.attributes),
    ...(span.events && {
      events: span.events.map((event) => ({
        name: event.name,
        timeUnixNano: event.timeUnixNano.toString(),
        attributes: keyValues(event.attributes),
      })),
    }),
    status: span.status ?? {},
  }))
  return {
    resourceSpans: [{ resource: { attributes: keyValues(resource) }, scopeSpans: [{ scope, spans: otlpSpans }] }],
  }
}

/** A logs request as OTLP/JSON. */
export function logsJson(logs: PlainLog[], resource: Record<string, unknown> = { 'service.name': 'test' }): Message {
  const logRecords = logs.map((log) => ({
    timeUnixNano: log.timeUnixNano.toString(),
    observedTimeUnixNano: (log.observedTimeUnixNano ?? log.timeUnixNano).toString(),
    severityNumber: log.severityNumber ?? 9,
    severityText: log.severityText ?? 'INFO',
    body: anyValue(log.body ?? 'a message'),
    traceId: log.traceId ?? '',
    spanId: log.spanId ?? '',
    attributes: keyValues(log.attributes),
  }))
  return {
    resourceLogs: [
      { resource: { attributes: keyValues(resource) }, scopeLogs: [{ scope: { name: 'logger' }, logRecords }] },
    ],
  }
}

/** OTLP/JSON writes ids as hex where protobufjs, like protobuf JSON, expects base64. */
function idsToBase64(value: Message): Message {
  if (Array.isArray(value)) return value.map(idsToBase64)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) =>
      key === 'traceId' || key === 'spanId' || key === 'parentSpanId'
        ? [key, Buffer.from(inner as string, 'hex').toString('base64')]
        : [key, idsToBase64(inner)],
    ),
  )
}

/** Encodes an OTLP/JSON request as protobuf. */
export function toProtobuf(message: Message, signal: 'traces' | 'logs'): Buffer {
  const request = type(signal === 'traces' ? 'ExportTraceServiceRequest' : 'ExportLogsServiceRequest')
  return Buffer.from(request.encode(request.fromObject(idsToBase64(message))).finish())
}

export const tracesProtobuf = (...args: Parameters<typeof tracesJson>): Buffer =>
  toProtobuf(tracesJson(...args), 'traces')
export const logsProtobuf = (...args: Parameters<typeof logsJson>): Buffer => toProtobuf(logsJson(...args), 'logs')
