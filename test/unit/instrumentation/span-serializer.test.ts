// Our encoding of spans is, byte for byte, the SDK's.
import { type AnyValue, type Attributes, createTraceState, type SpanContext } from '@opentelemetry/api'
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSpanSerializer } from '../../../instrumentation/wire/span-serializer.ts'
import { runs } from '../../support/property-runs.ts'

const hex = (digits: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: digits, maxLength: digits })
const text = fc.oneof(fc.string(), fc.string({ unit: 'binary', maxLength: 300 }), fc.constantFrom('acme', 'chat'))
const count = fc.nat({ max: 1_000_000 })
const hrTime = fc.tuple(fc.nat({ max: 4_000_000_000 }), fc.nat({ max: 999_999_999 }))
const value = fc.letrec<{ any: AnyValue }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    fc.boolean(),
    fc.double(),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.constantFrom(null, undefined, 2 ** 63, -(2 ** 63), 2 ** 32, -1, -(2 ** 32)),
    fc.uint8Array({ maxLength: 200 }),
    fc.array(tie('any'), { maxLength: 5 }),
    fc.dictionary(text, tie('any'), { maxKeys: 5 }),
  ),
})).any
const attributes = fc.dictionary(fc.oneof(text, fc.constantFrom('org_id', 'deal_id')), value, {
  maxKeys: 20,
  noNullPrototype: true,
})
const spanContext = fc.record<SpanContext>({
  traceId: hex(32),
  spanId: hex(16),
  traceFlags: fc.constantFrom(0, 1),
  isRemote: fc.constantFrom(true, false, undefined as unknown as boolean),
  traceState: fc.constantFrom(undefined as never, createTraceState('a=1,b=2')),
})
const resource = fc.constantFrom(
  resourceFromAttributes({ 'service.name': 'one' }),
  resourceFromAttributes({ 'service.name': 'two', n: 1 }, { schemaUrl: 'https://schema' }),
)
const scope = fc.constantFrom(
  { name: 'plain' },
  { name: 'whole', version: '1.2.3', schemaUrl: 'https://opentelemetry.io/schemas/1.41.1' },
)
const span = fc
  .record({
    context: spanContext,
    parentSpanContext: fc.option(spanContext, { nil: undefined }),
    name: text,
    kind: fc.nat({ max: 4 }),
    startTime: hrTime,
    endTime: hrTime,
    status: fc.record({ code: fc.nat({ max: 2 }), message: fc.option(text, { nil: undefined }) }),
    attributes,
    events: fc.array(fc.record({ time: hrTime, name: text, attributes, droppedAttributesCount: count }), {
      maxLength: 3,
    }),
    links: fc.array(fc.record({ context: spanContext, attributes, droppedAttributesCount: count }), { maxLength: 3 }),
    droppedAttributesCount: count,
    droppedEventsCount: count,
    droppedLinksCount: count,
    resource,
    instrumentationScope: scope,
  })
  .map(({ context, ...rest }) => ({ ...rest, spanContext: () => context }) as unknown as ReadableSpan)

describe('the span serializer', () => {
  it('gives the bytes of the SDK for whatever spans hold', () => {
    // One for all batches, as in an app: what it remembers must not show.
    const serializer = createSpanSerializer()
    fc.assert(
      fc.property(fc.array(span, { maxLength: 12 }), (spans) => {
        const ours = serializer.serializeRequest(spans)
        expect(Buffer.from(ours ?? []).toString('hex')).toBe(
          Buffer.from(ProtobufTraceSerializer.serializeRequest(spans) ?? []).toString('hex'),
        )
      }),
      runs(500),
    )
  }, 30_000)

  it('gives the bytes of the SDK for spans of the SDK, beyond what it remembers', () => {
    const exporter = new InMemorySpanExporter()
    const tracer = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }).getTracer('t', '1')
    for (let index = 0; index < 2_000; index++) {
      const own: Attributes = {
        org_id: `org-${index % 100}`,
        id: `r-${index}`,
        [`key-${index}`]: 'ä'.repeat(index % 90),
      }
      const started = tracer.startSpan(`work ${index % 7}`, { attributes: own })
      started.recordException(new Error('no answer'))
      started.end()
    }
    const spans = exporter.getFinishedSpans()
    expect(spans).toHaveLength(2_000)
    const ours = createSpanSerializer().serializeRequest(spans)
    expect(Buffer.from(ours ?? []).equals(ProtobufTraceSerializer.serializeRequest(spans) ?? new Uint8Array())).toBe(
      true,
    )
  })
})
