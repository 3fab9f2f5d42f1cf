// Rows of trace_spans. In: a prepared span. Out: its binary row, with a hash of the content that tells a replay from
// another span under the same id.
import { crc32 } from 'node:zlib'
import type { Span, SpanEvent, SpanLink } from '../span.ts'
import { candidateToJson } from './candidate-json.ts'
import type { CopyEncoder } from './copy-encoder.ts'
import { type Dimensions, isRepeated, repeatedKeys } from './dimensions.ts'
import { attributesJson } from './json-text.ts'
import { type PreparedSpan, timesOf } from './prepared-span.ts'
import { resourceJson } from './resource-json.ts'

const MAX_INT8 = 2n ** 63n - 1n

/** Appends the span's row, whose last column is the hash of its content. */
export function appendSpan(rows: CopyEncoder, prepared: PreparedSpan): void {
  const { span, dimensions } = prepared
  const times = timesOf(span)
  const start = rows.mark()
  rows.startRow()
  rows.text(span.orgId)
  rows.text(span.traceId)
  rows.text(span.spanId)
  rows.timestampMicros(times.startMicros)
  rows.int2(times.startNanos)
  if (times.durationNs === undefined) rows.int8(longDuration(span))
  else rows.wholeNumber(times.durationNs)
  rows.text(span.parentSpanId)
  rows.text(span.name)
  rows.int2(span.kind)
  rows.int2(span.statusCode)
  rows.text(span.statusMessage)
  if (!rows.repeat(dimensions)) {
    const from = rows.mark()
    rows.text(dimensions.serviceName)
    rows.text(dimensions.dealId)
    rows.text(dimensions.userId)
    rows.text(dimensions.sessionId)
    rows.text(dimensions.feature)
    rows.text(dimensions.department)
    rows.text(dimensions.agentId)
    rows.text(dimensions.environment)
    rows.text(dimensions.version)
    rows.text(dimensions.intent)
    rows.text(dimensions.segment)
    rows.keep(dimensions, from)
  }
  rows.text(span.scopeName)
  rows.text(span.scopeVersion)
  appendBag(rows, span, dimensions)
  rows.textOrNull(resourceJson(span.resource))
  rows.textOrNull(eventsJson(span.events))
  rows.textOrNull(linksJson(span.links))
  const content = rows.since(start)
  const { length } = content
  const hash = crc32(content)
  // What recognition makes of a span may change with its version; what was received does not.
  rows.textOrNull(prepared.candidate && candidateToJson(prepared.candidate))
  rows.halves(length & 0x7fffffff, hash)
}

function appendBag(rows: CopyEncoder, span: Span, dimensions: Dimensions): void {
  const isSpared = span.bag && span.promoted && isRepeated(span.promoted, dimensions, span.orgId)
  if (!isSpared) rows.textOrNull(attributesJson(span.attributes, repeatedKeys(span.attributes, dimensions, span.orgId)))
  else if (span.bag.from === span.bag.to) rows.null()
  else rows.json(span.bag)
}

function longDuration(span: Span): bigint {
  const durationNs = span.endTimeUnixNano - span.startTimeUnixNano
  return durationNs > MAX_INT8 ? MAX_INT8 : durationNs
}

function eventsJson(events: SpanEvent[]): string | undefined {
  if (events.length === 0) return undefined
  const list = events.map(
    ({ name, timeUnixNano, attributes }) =>
      `{"name":${JSON.stringify(name)},"time_unix_nano":"${timeUnixNano}","attributes":${attributesJson(attributes) ?? '{}'}}`,
  )
  return `[${list.join(',')}]`
}

function linksJson(links: SpanLink[]): string | undefined {
  if (links.length === 0) return undefined
  const list = links.map(
    ({ traceId, spanId, attributes }) =>
      `{"trace_id":${JSON.stringify(traceId)},"span_id":${JSON.stringify(spanId)},"attributes":${attributesJson(attributes) ?? '{}'}}`,
  )
  return `[${list.join(',')}]`
}
