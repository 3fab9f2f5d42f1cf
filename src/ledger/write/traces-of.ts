// The traces of some spans, each once. In: spans. Out: parallel arrays, as the SQL functions take them.
import type { PreparedSpan } from './prepared-span.ts'
import type { TraceKeys } from './trace-state.ts'

export function tracesOf(spans: PreparedSpan[]): TraceKeys {
  const distinct = new Map(spans.map(({ traceKey, span }) => [traceKey, span]))
  const orgIds: string[] = []
  const traceIds: string[] = []
  for (const { orgId, traceId } of distinct.values()) {
    orgIds.push(orgId)
    traceIds.push(traceId)
  }
  return { orgIds, traceIds }
}
