// Rows of request_metrics, rag_metrics and cache_metrics. In: a span that says it is one. Out: its row.
import { ATTR } from '../../../instrumentation/semconv.ts'
import { mayHave, OLD_HTTP } from '../asked-keys.ts'
import type { AttributeValue, Span } from '../span.ts'
import type { CopyEncoder } from './copy-encoder.ts'
import { durationMs } from './feature-rows.ts'
import type { PreparedSpan } from './prepared-span.ts'

const SERVER_KIND = 2
const MAX_INT4 = 2 ** 31 - 1

/** A request served over HTTP, by the current or the old name of its method. */
export const isRequest = (span: Span): boolean =>
  span.kind === SERVER_KIND &&
  (mayHave(span, ATTR.httpMethod) || mayHave(span, OLD_HTTP.method)) &&
  typeof (span.attributes[ATTR.httpMethod] ?? span.attributes[OLD_HTTP.method]) === 'string'

export const isRagStep = (span: Span): boolean =>
  mayHave(span, ATTR.ragStep) && typeof span.attributes[ATTR.ragStep] === 'string'

/** A look-up in a cache: any span that says whether it hit. */
export const isCacheLookup = (span: Span): boolean =>
  mayHave(span, ATTR.cacheHit) && typeof span.attributes[ATTR.cacheHit] === 'boolean'

function appendKey(rows: CopyEncoder, span: Span): void {
  rows.startRow()
  rows.text(span.orgId)
  rows.text(span.traceId)
  rows.text(span.spanId)
  rows.timestamp(span.startTimeUnixNano)
}

export function appendRequest(rows: CopyEncoder, { span, dimensions }: PreparedSpan): void {
  const { attributes } = span
  appendKey(rows, span)
  rows.text(dimensions.dealId)
  rows.text(dimensions.userId)
  rows.text(dimensions.serviceName)
  rows.text(text(attributes[ATTR.httpMethod] ?? attributes[OLD_HTTP.method]))
  rows.text(text(attributes[ATTR.httpRoute]))
  int4(rows, attributes[ATTR.httpStatusCode] ?? attributes[OLD_HTTP.statusCode])
  rows.float8(durationMs(span))
  rows.text(text(attributes[ATTR.errorType]))
  int8(rows, attributes[ATTR.httpRequestBytes] ?? attributes[OLD_HTTP.requestBytes])
  int8(rows, attributes[ATTR.httpResponseBytes] ?? attributes[OLD_HTTP.responseBytes])
  rows.text(dimensions.environment)
  rows.text(dimensions.version)
}

export function appendRagStep(rows: CopyEncoder, { span, dimensions }: PreparedSpan): void {
  const { attributes } = span
  appendKey(rows, span)
  rows.text(dimensions.dealId)
  rows.text(dimensions.feature)
  rows.text(dimensions.agentId)
  rows.text(dimensions.environment)
  rows.text(dimensions.version)
  rows.text(text(attributes[ATTR.ragStep]))
  rows.text(text(attributes[ATTR.embeddingProvider] ?? attributes[ATTR.rerankProvider] ?? attributes[ATTR.dbSystem]))
  rows.text(text(attributes[ATTR.searchMode]))
  rows.float8(durationMs(span))
  rows.text(span.statusCode === 2 ? 'error' : 'success')
  int4(rows, attributes[ATTR.embeddingQueryLength])
  int4(rows, attributes[ATTR.chunksRetrieved] ?? attributes[ATTR.rerankCandidates] ?? attributes[ATTR.graphResults])
  int4(rows, attributes[ATTR.chunksUsed] ?? attributes[ATTR.rerankKept])
  float8(rows, attributes[ATTR.topScore])
  float8(rows, attributes[ATTR.averageScore])
  float8(rows, attributes[ATTR.scoreThreshold])
  bool(rows, attributes[ATTR.cacheHit])
  rows.text(span.statusMessage)
}

export function appendCacheLookup(rows: CopyEncoder, { span, dimensions }: PreparedSpan): void {
  appendKey(rows, span)
  rows.text(dimensions.dealId)
  rows.text(dimensions.feature)
  rows.text(dimensions.environment)
  rows.text(text(span.attributes[ATTR.ragStep]) || span.name)
  rows.text('get')
  bool(rows, span.attributes[ATTR.cacheHit])
  rows.float8(durationMs(span))
}

const text = (value: AttributeValue | undefined): string => (typeof value === 'string' ? value : '')

function int4(rows: CopyEncoder, value: AttributeValue | undefined): void {
  if (typeof value === 'number' && Number.isFinite(value)) {
    rows.int4(Math.max(-MAX_INT4, Math.min(MAX_INT4, Math.trunc(value))))
  } else rows.null()
}

function int8(rows: CopyEncoder, value: AttributeValue | undefined): void {
  if (typeof value === 'number' && Number.isSafeInteger(value)) rows.int8(BigInt(value))
  else rows.null()
}

function float8(rows: CopyEncoder, value: AttributeValue | undefined): void {
  if (typeof value === 'number') rows.float8(value)
  else rows.null()
}

function bool(rows: CopyEncoder, value: AttributeValue | undefined): void {
  if (typeof value === 'boolean') rows.bool(value)
  else rows.null()
}
