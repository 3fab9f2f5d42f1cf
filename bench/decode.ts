// One-pass decoding against protobufjs plus flattening to the same spans. In: replay bodies. Out: nanoseconds a span.

import { readFileSync } from 'node:fs'
import protobuf from 'protobufjs'
import { createDecoder } from '../src/ledger/decode/decoder.ts'
import type { Attributes, AttributeValue, Span } from '../src/ledger/span.ts'
import { median } from './cpu.ts'
import type { FigureSet } from './figure-set.ts'
import { createReplay, SPANS_PER_REQUEST } from './replay.ts'

// biome-ignore lint/suspicious/noExplicitAny: decoded messages
type Message = any

const ROUNDS = 7
/** For the compiler. */
const WARM_UP_ROUNDS = 2
const REQUESTS = 20

export const decode: FigureSet = {
  title: 'Decoding',
  minutes: () => 0.2,
  async run(_, report) {
    report.note(
      `${REQUESTS} requests of 512 spans, medians of ${ROUNDS - WARM_UP_ROUNDS} rounds after ${WARM_UP_ROUNDS} unmeasured ones, order alternated`,
    )
    const nanos = decodeNanos(createReplay(7, REQUESTS))
    report.figure({ name: 'decode, one pass', value: nanos.ours / 1000, unit: 'µs/span' })
    report.figure({ name: 'decode, protobufjs + flatten', value: nanos.protobufjs / 1000, unit: 'µs/span' })
    const ratio = nanos.protobufjs / nanos.ours
    report.figure({ name: 'decode, times protobufjs + flatten', value: ratio, unit: '×', target: { atLeast: 1.5 } })
  },
}

function decodeNanos(bodies: Buffer[]): { ours: number; protobufjs: number } {
  const decoder = createDecoder()
  const request = protobuf
    .parse(readFileSync(new URL('../test/support/otlp/otlp.proto', import.meta.url), 'utf8'))
    .root.lookupType('otlp.ExportTraceServiceRequest')
  const contestants = {
    ours: (body: Buffer) => {
      const outcome = decoder.traces(body, 'protobuf')
      return outcome.kind === 'decoded' ? outcome.decoded.items.length : 0
    },
    protobufjs: (body: Buffer) => flatten(request.decode(body)).length,
  }
  const nanos = { ours: [] as number[], protobufjs: [] as number[] }
  for (let round = 0; round < ROUNDS; round++) {
    const order = round % 2 === 0 ? (['ours', 'protobufjs'] as const) : (['protobufjs', 'ours'] as const)
    for (const name of order) {
      const startedAtMs = performance.now()
      let spans = 0
      for (const body of bodies) spans += contestants[name](body)
      if (spans !== bodies.length * SPANS_PER_REQUEST) throw new Error(`${name} decoded ${spans} spans`)
      if (round >= WARM_UP_ROUNDS) nanos[name].push(((performance.now() - startedAtMs) * 1e6) / spans)
    }
  }
  return { ours: median(nanos.ours), protobufjs: median(nanos.protobufjs) }
}

const hex = (bytes: Uint8Array): string => (bytes as Buffer).toString('hex')
const big = (value: Message): bigint => (BigInt(value.high >>> 0) << 32n) | BigInt(value.low >>> 0)

function flatten(message: Message): Span[] {
  const spans: Span[] = []
  for (const { resource, scopeSpans } of message.resourceSpans) {
    const resourceAttributes = attributes(resource?.attributes ?? [])
    for (const { scope, spans: list } of scopeSpans) {
      for (const span of list) {
        spans.push({
          orgId: '',
          traceId: hex(span.traceId),
          spanId: hex(span.spanId),
          parentSpanId: hex(span.parentSpanId),
          startTimeUnixNano: big(span.startTimeUnixNano),
          endTimeUnixNano: big(span.endTimeUnixNano),
          name: span.name,
          kind: span.kind,
          statusCode: span.status?.code ?? 0,
          statusMessage: span.status?.message ?? '',
          scopeName: scope?.name ?? '',
          scopeVersion: scope?.version ?? '',
          attributes: attributes(span.attributes),
          resource: resourceAttributes,
          events: [],
          links: [],
        })
      }
    }
  }
  return spans
}

function attributes(list: Message[]): Attributes {
  const flat: Attributes = {}
  for (const { key, value } of list) flat[key] = anyValue(value)
  return flat
}

function anyValue(value: Message): AttributeValue {
  switch (value?.value) {
    case 'stringValue':
      return value.stringValue
    case 'intValue':
      return typeof value.intValue === 'number' ? value.intValue : value.intValue.toNumber()
    case 'doubleValue':
      return value.doubleValue
    case 'boolValue':
      return value.boolValue
    case 'arrayValue':
      return value.arrayValue.values.map(anyValue)
    default:
      return null
  }
}
