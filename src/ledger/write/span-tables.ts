// Which spans get a row of their own in another table, besides trace_spans. In: a prepared span. Out: its row there.
import { appendFeature, isFeatureRun } from './feature-rows.ts'
import type { PreparedSpan } from './prepared-span.ts'
import { appendCacheLookup, appendRagStep, appendRequest, isCacheLookup, isRagStep, isRequest } from './step-rows.ts'
import { CACHE_METRICS, FEATURE_USAGE, RAG_METRICS, REQUEST_METRICS, type TargetTable } from './tables.ts'

export const SPAN_TABLES: {
  table: TargetTable
  takes: (prepared: PreparedSpan) => boolean
  append: typeof appendFeature
}[] = [
  { table: FEATURE_USAGE, takes: ({ span }) => isFeatureRun(span), append: appendFeature },
  { table: REQUEST_METRICS, takes: ({ span }) => isRequest(span), append: appendRequest },
  { table: RAG_METRICS, takes: ({ span }) => isRagStep(span), append: appendRagStep },
  { table: CACHE_METRICS, takes: ({ span }) => isCacheLookup(span), append: appendCacheLookup },
]
