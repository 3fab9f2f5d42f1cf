// Spans as an OTLP ExportTraceServiceRequest (opentelemetry-proto v1). In: ended spans. Out: the bytes that the SDK's own
// serializer gives, at a third of its cost: encoding is the largest part of what a span costs the app.
import type { SpanContext } from '@opentelemetry/api'
import type { InstrumentationScope } from '@opentelemetry/core'
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import type { ReadableSpan, TimedEvent } from '@opentelemetry/sdk-trace'
import { BYTES, FIXED32, FIXED64, ProtoWriter, VARINT } from './proto-writer.ts'
import { AttributeWriter } from './write-attributes.ts'

type Serializer = typeof ProtobufTraceSerializer

export function createSpanSerializer(): Serializer {
  const writer = new ProtoWriter()
  const attributes = new AttributeWriter()
  return {
    serializeRequest: (spans) => writeRequest(writer, attributes, spans),
    deserializeResponse: (data) => ProtobufTraceSerializer.deserializeResponse(data),
  }
}

function writeRequest(writer: ProtoWriter, attributes: AttributeWriter, spans: readonly ReadableSpan[]) {
  for (const [resource, scopes] of groupSpans(spans)) {
    writer.tag(1, BYTES)
    const resourceSpans = writer.open(4)
    writer.tag(1, BYTES)
    const described = writer.open(2)
    attributes.write(writer, 1, resource.attributes)
    writer.tag(2, VARINT)
    writer.varint(0)
    writer.close(described, 2)
    for (const [scope, ofScope] of scopes) {
      writer.tag(2, BYTES)
      const scopeSpans = writer.open(4)
      writeScope(writer, scope)
      for (const span of ofScope) writeSpan(writer, attributes, span)
      writeText(writer, 3, scope.schemaUrl)
      writer.close(scopeSpans, 4)
    }
    writeText(writer, 3, resource.schemaUrl)
    writer.close(resourceSpans, 4)
  }
  return writer.take()
}

function groupSpans(spans: readonly ReadableSpan[]) {
  const resources = new Map<ReadableSpan['resource'], Map<InstrumentationScope, ReadableSpan[]>>()
  for (const span of spans) {
    const scopes = resources.get(span.resource) ?? new Map<InstrumentationScope, ReadableSpan[]>()
    if (scopes.size === 0) resources.set(span.resource, scopes)
    const ofScope = scopes.get(span.instrumentationScope)
    if (ofScope) ofScope.push(span)
    else scopes.set(span.instrumentationScope, [span])
  }
  return resources
}

function writeScope(writer: ProtoWriter, scope: InstrumentationScope): void {
  writer.tag(1, BYTES)
  const start = writer.open()
  writer.tag(1, BYTES)
  writer.string(scope.name)
  writeText(writer, 2, scope.version)
  writer.close(start)
}

function writeSpan(writer: ProtoWriter, attributes: AttributeWriter, span: ReadableSpan): void {
  const context = span.spanContext()
  writer.tag(2, BYTES)
  const start = writer.open(2)
  writeIds(writer, context)
  const parent = span.parentSpanContext
  if (parent?.spanId) {
    writer.tag(4, BYTES)
    writer.hex(parent.spanId)
  }
  writer.tag(5, BYTES)
  writer.string(span.name)
  writeCount(writer, 6, span.kind + 1)
  writer.tag(7, FIXED64)
  writer.nanos(span.startTime)
  writer.tag(8, FIXED64)
  writer.nanos(span.endTime)
  attributes.write(writer, 9, span.attributes)
  writeCount(writer, 10, span.droppedAttributesCount)
  for (const event of span.events) writeEvent(writer, attributes, event)
  writeCount(writer, 12, span.droppedEventsCount)
  for (const link of span.links) {
    writer.tag(13, BYTES)
    const linked = writer.open()
    writeIds(writer, link.context)
    if (link.attributes) attributes.write(writer, 4, link.attributes)
    writeCount(writer, 5, link.droppedAttributesCount ?? 0)
    writeFlags(writer, 6, link.context.traceFlags, link.context.isRemote)
    writer.close(linked)
  }
  writeCount(writer, 14, span.droppedLinksCount)
  writer.tag(15, BYTES)
  const status = writer.open()
  writeText(writer, 2, span.status.message)
  writeCount(writer, 3, span.status.code)
  writer.close(status)
  writeFlags(writer, 16, context.traceFlags, parent?.isRemote)
  writer.close(start, 2)
}

function writeEvent(writer: ProtoWriter, attributes: AttributeWriter, event: TimedEvent): void {
  writer.tag(11, BYTES)
  const start = writer.open()
  writer.tag(1, FIXED64)
  writer.nanos(event.time)
  writer.tag(2, BYTES)
  writer.string(event.name)
  if (event.attributes) attributes.write(writer, 3, event.attributes)
  writeCount(writer, 4, event.droppedAttributesCount ?? 0)
  writer.close(start)
}

function writeIds(writer: ProtoWriter, { traceId, spanId, traceState }: SpanContext): void {
  writer.tag(1, BYTES)
  writer.hex(traceId)
  writer.tag(2, BYTES)
  writer.hex(spanId)
  writeText(writer, 3, traceState?.serialize())
}

function writeText(writer: ProtoWriter, field: number, text: string | undefined): void {
  if (!text) return
  writer.tag(field, BYTES)
  writer.string(text)
}

function writeCount(writer: ProtoWriter, field: number, count: number): void {
  writer.tag(field, VARINT)
  writer.varint(count)
}

// Bit 8 says that bit 9 is meant: whether the parent, or what is linked, runs in another process.
function writeFlags(writer: ProtoWriter, field: number, traceFlags: number, isRemote: boolean | undefined): void {
  writer.tag(field, FIXED32)
  writer.fixed32((traceFlags & 0xff) | 0x100 | (isRemote ? 0x200 : 0))
}
