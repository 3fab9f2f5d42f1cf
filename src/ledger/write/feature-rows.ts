// Rows of feature_usage: one for each span that carries a feature run's status.
import { ATTR, FEATURE_SPAN_PREFIX, FEATURE_STATUSES, type FeatureStatus } from '../../../instrumentation/semconv.ts'
import { mayHave } from '../asked-keys.ts'
import type { Span } from '../span.ts'
import { cleanJson } from './clean-json.ts'
import type { CopyEncoder } from './copy-encoder.ts'
import type { PreparedSpan } from './prepared-span.ts'

export const isFeatureRun = (span: Span): boolean =>
  mayHave(span, ATTR.featureStatus) && span.attributes[ATTR.featureStatus] !== undefined

export function appendFeature(rows: CopyEncoder, { span, dimensions }: PreparedSpan): void {
  rows.startRow()
  rows.text(span.orgId)
  rows.text(span.traceId)
  rows.text(span.spanId)
  rows.timestamp(span.startTimeUnixNano)
  rows.text(dimensions.dealId)
  rows.text(dimensions.userId)
  rows.text(dimensions.sessionId)
  rows.text(featureName(span, dimensions.feature))
  rows.text(featureStatus(span))
  rows.float8(durationMs(span))
  rows.text(span.statusCode === 2 ? errorMessage(span) : '')
  rows.jsonb(metadataJson(span))
  rows.text(dimensions.department)
  rows.text(dimensions.agentId)
  rows.text(dimensions.environment)
  rows.text(dimensions.version)
  rows.text(dimensions.intent)
  rows.text(dimensions.segment)
}

export const durationMs = (span: Span): number => Number(span.endTimeUnixNano - span.startTimeUnixNano) / 1e6

function featureName(span: Span, feature: string): string {
  if (feature !== '') return feature
  return span.name.startsWith(FEATURE_SPAN_PREFIX) ? span.name.slice(FEATURE_SPAN_PREFIX.length) : span.name
}

/** A status nobody agreed on is told by the span's own status. */
function featureStatus(span: Span): FeatureStatus {
  const given = span.attributes[ATTR.featureStatus]
  const known = FEATURE_STATUSES.find((status) => status === given)
  return known ?? (span.statusCode === 2 ? 'error' : 'success')
}

const EXCEPTION_EVENT = 'exception'

function errorMessage(span: Span): string {
  if (span.statusMessage !== '') return span.statusMessage
  const message = span.events.find(({ name }) => name === EXCEPTION_EVENT)?.attributes[ATTR.exceptionMessage]
  return typeof message === 'string' ? message : ''
}

/** The application's metadata; the stack of a recorded exception is kept in it when the application gave none. */
function metadataJson(span: Span): string {
  const given = span.attributes[ATTR.featureMetadata]
  const metadata = toObject(typeof given === 'string' ? parse(given) : given)
  const stack = span.events.find(({ name }) => name === EXCEPTION_EVENT)?.attributes[ATTR.exceptionStacktrace]
  if (metadata.error === undefined && typeof stack === 'string') metadata.error = { stack }
  return JSON.stringify(metadata)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return { text }
  }
}

function toObject(value: unknown): Record<string, unknown> {
  const clean = cleanJson(value)
  return typeof clean === 'object' && clean !== null && !Array.isArray(clean)
    ? (clean as Record<string, unknown>)
    : clean === null
      ? {}
      : { value: clean }
}
