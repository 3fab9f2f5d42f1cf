// ExportTraceServiceRequest from protobuf bytes, in one pass and in place. Field numbers are those of
// opentelemetry/proto/trace/v1/trace.proto. A `resource` or `scope` may follow the spans it describes: spans share
// the resource object, which is filled when it comes, and scope names are put on the spans at the end of the scope.
import type { Attributes, Span, SpanEvent, SpanLink } from '../span.ts'
import { readKeyValue } from './any-value-protobuf.ts'
import { bookableSpan } from './bookable.ts'
import { CONTAINER_BYTES, ENTRY_BYTES } from './decode-context.ts'
import { readSpanInPassing } from './passing-span.ts'
import type { WireReader } from './wire-reader.ts'

const NO_EVENTS: SpanEvent[] = []
const NO_LINKS: SpanLink[] = []

/** Runs `onField` for every field of the delimited message the reader is at. */
function readMessage(reader: WireReader, onField: (tag: number) => void): void {
  const outerEnd = reader.end
  const size = reader.size()
  reader.end = reader.pos + size
  while (reader.pos < reader.end) onField(reader.tag())
  reader.end = outerEnd
}

/** @throws MalformedBody, TooLarge */
export function readTraces(reader: WireReader): Span[] {
  const spans: Span[] = []
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x0a) readResourceSpans(reader, spans)
    else reader.skip(tag)
  }
  return spans
}

function readResourceSpans(reader: WireReader, spans: Span[]): void {
  reader.context.charge(CONTAINER_BYTES)
  const resource: Attributes = {}
  readMessage(reader, (tag) => {
    if (tag === 0x0a) readAttributesOf(reader, resource, 0x0a)
    else if (tag === 0x12) readScopeSpans(reader, spans, resource)
    else reader.skip(tag)
  })
}

/** A Resource or a Link's like: only its attributes are read. */
export function readAttributesOf(reader: WireReader, into: Attributes, attributesTag: number): void {
  reader.context.startValues()
  readMessage(reader, (tag) => {
    if (tag === attributesTag) readKeyValue(reader, into, 1)
    else reader.skip(tag)
  })
}

export interface Scope {
  name: string
  version: string
}

export function readScope(reader: WireReader, scope: Scope): void {
  readMessage(reader, (tag) => {
    if (tag === 0x0a) scope.name = reader.text()
    else if (tag === 0x12) scope.version = reader.text()
    // Not kept, but a scope that cannot be read makes the body malformed like any other part.
    else if (tag === 0x1a) readKeyValue(reader, {}, 1)
    else reader.skip(tag)
  })
}

function readScopeSpans(reader: WireReader, spans: Span[], resource: Attributes): void {
  const scope: Scope = { name: '', version: '' }
  const firstSpan = spans.length
  readMessage(reader, (tag) => {
    if (tag === 0x0a) readScope(reader, scope)
    else if (tag === 0x12) readSpan(reader, spans, resource, scope)
    else reader.skip(tag)
  })
  for (let i = firstSpan; i < spans.length; i++) {
    const span = spans[i] as Span
    span.scopeName = scope.name
    span.scopeVersion = scope.version
  }
}

function readSpan(reader: WireReader, spans: Span[], resource: Attributes, scope: Scope): void {
  const { context } = reader
  context.startRecord()
  const size = reader.size()
  const from = reader.pos
  const passed = readSpanInPassing(reader, from, from + size, resource)
  if (passed) {
    reader.pos = from + size
    passed.scopeName = scope.name
    passed.scopeVersion = scope.version
    spans.push(passed)
    return
  }
  const span: Span = {
    orgId: '',
    traceId: '',
    spanId: '',
    parentSpanId: '',
    startTimeUnixNano: 0n,
    endTimeUnixNano: 0n,
    name: '',
    kind: 0,
    statusCode: 0,
    statusMessage: '',
    scopeName: scope.name,
    scopeVersion: scope.version,
    attributes: {},
    resource,
    events: NO_EVENTS,
    links: NO_LINKS,
  }
  const outerEnd = reader.end
  reader.end = from + size
  while (reader.pos < reader.end) readSpanField(reader, span, reader.tag())
  reader.end = outerEnd
  if (bookableSpan(span, context)) spans.push(span)
}

function readSpanField(reader: WireReader, span: Span, tag: number): void {
  switch (tag) {
    case 0x4a:
      readKeyValue(reader, span.attributes, 1)
      return
    case 0x0a:
      span.traceId = reader.hex()
      return
    case 0x12:
      span.spanId = reader.hex()
      return
    case 0x22:
      span.parentSpanId = reader.hex()
      return
    case 0x2a:
      span.name = reader.text()
      return
    case 0x30:
      span.kind = reader.int32()
      return
    case 0x39:
      span.startTimeUnixNano = reader.fixed64()
      return
    case 0x41:
      span.endTimeUnixNano = reader.fixed64()
      return
    case 0x5a:
      if (span.events === NO_EVENTS) span.events = []
      readEvent(reader, span.events)
      return
    case 0x6a:
      if (span.links === NO_LINKS) span.links = []
      readLink(reader, span.links)
      return
    case 0x7a:
      readStatus(reader, span)
      return
    default:
      reader.skip(tag)
  }
}

function readStatus(reader: WireReader, span: Span): void {
  readMessage(reader, (tag) => {
    if (tag === 0x12) span.statusMessage = reader.text()
    else if (tag === 0x18) span.statusCode = reader.int32()
    else reader.skip(tag)
  })
}

function readEvent(reader: WireReader, events: SpanEvent[]): void {
  reader.context.charge(ENTRY_BYTES)
  const event: SpanEvent = { name: '', timeUnixNano: 0n, attributes: {} }
  readMessage(reader, (tag) => {
    if (tag === 0x09) event.timeUnixNano = reader.fixed64()
    else if (tag === 0x12) event.name = reader.text()
    else if (tag === 0x1a) readKeyValue(reader, event.attributes, 1)
    else reader.skip(tag)
  })
  if (reader.context.mayKeepValue()) events.push(event)
}

function readLink(reader: WireReader, links: SpanLink[]): void {
  reader.context.charge(ENTRY_BYTES)
  const link: SpanLink = { traceId: '', spanId: '', attributes: {} }
  readMessage(reader, (tag) => {
    if (tag === 0x0a) link.traceId = reader.hex()
    else if (tag === 0x12) link.spanId = reader.hex()
    else if (tag === 0x22) readKeyValue(reader, link.attributes, 1)
    else reader.skip(tag)
  })
  if (reader.context.mayKeepValue()) links.push(link)
}
