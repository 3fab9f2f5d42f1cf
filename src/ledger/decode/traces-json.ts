// ExportTraceServiceRequest from OTLP/JSON: lowerCamelCase names, hex ids, unknown fields ignored.
import type { Span, SpanEvent, SpanLink } from '../span.ts'
import { readAttributes } from './any-value-json.ts'
import { bookableSpan } from './bookable.ts'
import type { DecodeContext } from './decode-context.ts'
import type { Json } from './json-body.ts'
import { enumNumber, hexId, type JsonObject, objects, optionalObject, string, toObject, uint64 } from './json-field.ts'

/** @throws MalformedBody, TooLarge */
export function readTracesJson(body: Json, context: DecodeContext): Span[] {
  const spans: Span[] = []
  for (const resourceSpans of objects(toObject(body, 'the body'), 'resourceSpans')) {
    context.startValues()
    const resource = readAttributes(optionalObject(resourceSpans, 'resource') ?? {}, 'attributes', context)
    for (const scopeSpans of objects(resourceSpans, 'scopeSpans')) {
      const scope = optionalObject(scopeSpans, 'scope') ?? {}
      const scopeName = context.text(string(scope, 'name'))
      const scopeVersion = context.text(string(scope, 'version'))
      for (const entry of objects(scopeSpans, 'spans')) {
        context.startRecord()
        const span = toSpan(entry, context)
        span.scopeName = scopeName
        span.scopeVersion = scopeVersion
        span.resource = resource
        if (bookableSpan(span, context)) spans.push(span)
      }
    }
  }
  return spans
}

function toSpan(entry: JsonObject, context: DecodeContext): Span {
  const status = optionalObject(entry, 'status') ?? {}
  return {
    orgId: '',
    traceId: hexId(entry, 'traceId'),
    spanId: hexId(entry, 'spanId'),
    parentSpanId: hexId(entry, 'parentSpanId'),
    startTimeUnixNano: uint64(entry, 'startTimeUnixNano'),
    endTimeUnixNano: uint64(entry, 'endTimeUnixNano'),
    name: context.text(string(entry, 'name')),
    kind: enumNumber(entry, 'kind'),
    statusCode: enumNumber(status, 'code'),
    statusMessage: context.text(string(status, 'message')),
    scopeName: '',
    scopeVersion: '',
    attributes: readAttributes(entry, 'attributes', context),
    resource: {},
    events: objects(entry, 'events')
      .map((event) => toEvent(event, context))
      .filter(() => context.mayKeepValue()),
    links: objects(entry, 'links')
      .map((link) => toLink(link, context))
      .filter(() => context.mayKeepValue()),
  }
}

const toEvent = (event: JsonObject, context: DecodeContext): SpanEvent => ({
  name: context.text(string(event, 'name')),
  timeUnixNano: uint64(event, 'timeUnixNano'),
  attributes: readAttributes(event, 'attributes', context),
})

const toLink = (link: JsonObject, context: DecodeContext): SpanLink => ({
  traceId: hexLike(link, 'traceId', context),
  spanId: hexLike(link, 'spanId', context),
  attributes: readAttributes(link, 'attributes', context),
})

/** Ids of links are kept as they come; only text Postgres cannot hold is repaired. */
const hexLike = (link: JsonObject, field: string, context: DecodeContext): string => context.text(hexId(link, field))
