// The oracle of the decoder's differential test: protobufjs, flattened to what the ledger's decoder gives.
// Two differences are on purpose and are applied to the oracle as well: text is repaired instead of refused, and what
// Postgres or JSON cannot hold is replaced.
import { readFileSync } from 'node:fs'
import protobuf from 'protobufjs'
import type { DecodeOutcome } from '../../../src/ledger/decode/decoder.ts'
import type { Attributes, AttributeValue, Span } from '../../../src/ledger/span.ts'

// biome-ignore lint/suspicious/noExplicitAny: decoded messages of any shape
type Message = any

// The ledger repairs invalid UTF-8 where proto3 refuses the message, so the oracle does not verify it either.
const schema = readFileSync(new URL('../../support/otlp/otlp.proto', import.meta.url), 'utf8').replace(
  'syntax = "proto3";',
  'edition = "2023"; option features.utf8_validation = NONE; option features.field_presence = IMPLICIT;',
)
const request = protobuf.parse(schema).root.lookupType('otlp.ExportTraceServiceRequest')

export type Flat = { kind: 'decoded'; spans: Span[] } | { kind: 'malformed' }

/** What protobufjs makes of the bytes. */
export function oracle(bytes: Buffer): Flat {
  let message: Message
  try {
    message = request.decode(bytes)
  } catch {
    return { kind: 'malformed' }
  }
  const spans: Span[] = []
  for (const resourceSpans of message.resourceSpans) {
    const resource = attributes(resourceSpans.resource?.attributes ?? [])
    for (const { scope, spans: list } of resourceSpans.scopeSpans) {
      for (const span of list) {
        const flat = flatten(span, scope, resource)
        if (flat) spans.push(flat)
      }
    }
  }
  return { kind: 'decoded', spans }
}

/** What the ledger's decoder made of them, in the same form. */
export const ours = (outcome: DecodeOutcome<Span>): Flat =>
  outcome.kind === 'decoded' ? { kind: 'decoded', spans: outcome.decoded.items.map(plain) } : { kind: 'malformed' }

/** A span's own fields, without what a decoder noted in passing. */
export const plain = (span: Span): Span => ({
  orgId: span.orgId,
  traceId: span.traceId,
  spanId: span.spanId,
  parentSpanId: span.parentSpanId,
  startTimeUnixNano: span.startTimeUnixNano,
  endTimeUnixNano: span.endTimeUnixNano,
  name: span.name,
  kind: span.kind,
  statusCode: span.statusCode,
  statusMessage: span.statusMessage,
  scopeName: span.scopeName,
  scopeVersion: span.scopeVersion,
  attributes: span.attributes,
  resource: span.resource,
  events: span.events,
  links: span.links,
})

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const text = (value: string): string => value.replaceAll('\0', '\ufffd')
const uint64 = (value: { low: number; high: number } | number): bigint =>
  typeof value === 'number' ? BigInt(value) : (BigInt(value.high >>> 0) << 32n) | BigInt(value.low >>> 0)
const within = (value: number, max: number): number => (value >= 0 && value <= max ? value : 0)
const isId = (id: string, digits: number): boolean => id.length === digits && !/^0*$/.test(id)

function flatten(span: Message, scope: Message, resource: Attributes): Span | undefined {
  const [traceId, spanId, parent] = [hex(span.traceId), hex(span.spanId), hex(span.parentSpanId)]
  if (!isId(traceId, 32) || !isId(spanId, 16)) return undefined
  const start = uint64(span.startTimeUnixNano)
  const end = uint64(span.endTimeUnixNano)
  return {
    orgId: '',
    traceId,
    spanId,
    parentSpanId: isId(parent, 16) ? parent : '',
    startTimeUnixNano: start,
    endTimeUnixNano: start + (end > start ? end - start : 0n),
    name: text(span.name),
    kind: within(span.kind, 5),
    statusCode: within(span.status?.code ?? 0, 2),
    statusMessage: text(span.status?.message ?? ''),
    scopeName: text(scope?.name ?? ''),
    scopeVersion: text(scope?.version ?? ''),
    attributes: attributes(span.attributes),
    resource,
    events: span.events.map((event: Message) => ({
      name: text(event.name),
      timeUnixNano: uint64(event.timeUnixNano),
      attributes: attributes(event.attributes),
    })),
    links: span.links.map((link: Message) => ({
      traceId: hex(link.traceId),
      spanId: hex(link.spanId),
      attributes: attributes(link.attributes),
    })),
  }
}

function attributes(list: Message[], depth = 1): Attributes {
  const flat: Attributes = {}
  for (const { key, value } of list) {
    Object.defineProperty(flat, text(key), {
      value: anyValue(value, depth),
      enumerable: true,
      configurable: true,
      writable: true,
    })
  }
  return flat
}

function anyValue(value: Message, depth: number): AttributeValue {
  if (!value || depth > 32) return null
  switch (value.value) {
    case 'stringValue':
      return text(value.stringValue)
    case 'boolValue':
      return value.boolValue
    case 'intValue':
      return integer(value.intValue)
    case 'doubleValue':
      return Number.isFinite(value.doubleValue) ? value.doubleValue : String(value.doubleValue)
    case 'arrayValue':
      return value.arrayValue.values.map((item: Message) => anyValue(item, depth + 1))
    case 'kvlistValue':
      return attributes(value.kvlistValue.values, depth + 1)
    case 'bytesValue':
      return Buffer.from(value.bytesValue).toString('base64')
    default:
      return null
  }
}

function integer(value: { low: number; high: number } | number): number | bigint {
  if (typeof value === 'number') return value
  const big = BigInt.asIntN(64, uint64(value))
  const number = Number(big)
  return Number.isSafeInteger(number) ? number : big
}
