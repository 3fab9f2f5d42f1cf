// ExportTraceServiceRequest from OTLP/JSON: lowerCamelCase names, hex ids, unknown fields ignored.
import type { Span, SpanEvent, SpanLink } from '../span.ts'
import { readAttributes } from './any-value-json.ts'
import { bookableSpan } from './bookable.ts'
import { type DecodeContext, ENTRY_BYTES } from './decode-context.ts'
import { readJsonBody } from './json-body.ts'
import { enumNumber, hexId, type JsonObject, objects, optionalObject, string, uint64 } from './json-field.ts'

const SHAPE = { resources: 'resourceSpans', scopes: 'scopeSpans', records: 'spans' }

/** @throws MalformedBody, TooLarge */
export function readTracesJson(bytes: Buffer, context: DecodeContext): Span[] {
  const spans: Span[] = []
  for (const { resource, scopes } of readJsonBody(bytes, SHAPE, context)) {
    context.startValues()
    const resourceAttributes = readAttributes(resource, 'attributes', context)
    for (const { scope, records } of scopes) {
      const scopeName = context.text(string(scope, 'name'))
      const scopeVersion = context.text(string(scope, 'version'))
      for (const entry of records) {
        context.startRecord()
        const span = toSpan(entry, context)
        span.scopeName = scopeName
        span.scopeVersion = scopeVersion
        span.resource = resourceAttributes
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
    events: kept(objects(entry, 'events'), toEvent, context),
    links: kept(objects(entry, 'links'), toLink, context),
  }
}

const NONE: never[] = []

function kept<Item>(
  entries: JsonObject[],
  toItem: (entry: JsonObject, context: DecodeContext) => Item,
  context: DecodeContext,
): Item[] {
  if (entries.length === 0) return NONE
  const items: Item[] = []
  for (const entry of entries) {
    const item = toItem(entry, context)
    if (context.mayKeepValue()) items.push(item)
  }
  return items
}

function toEvent(event: JsonObject, context: DecodeContext): SpanEvent {
  context.charge(ENTRY_BYTES)
  return {
    name: context.text(string(event, 'name')),
    timeUnixNano: uint64(event, 'timeUnixNano'),
    attributes: readAttributes(event, 'attributes', context),
  }
}

function toLink(link: JsonObject, context: DecodeContext): SpanLink {
  context.charge(ENTRY_BYTES)
  return {
    traceId: hexLike(link, 'traceId', context),
    spanId: hexLike(link, 'spanId', context),
    attributes: readAttributes(link, 'attributes', context),
  }
}

/** Ids of links are kept as they come; only text Postgres cannot hold is repaired. */
const hexLike = (link: JsonObject, field: string, context: DecodeContext): string => context.text(hexId(link, field))
