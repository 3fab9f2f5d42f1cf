// Spans of large traces that were booked a moment ago, so that a trace that comes in very many requests is not read anew with
// each. In: traces, under their locks. Out: their spans, out of memory where the database says that nothing was added since.
import type { Client } from '../../shared/pg.ts'
import { traceKeyOf } from './prepared-span.ts'
import type { KnownSpan } from './resolve-trace.ts'
import { readSpans, readVersions, type TraceKeys } from './trace-state.ts'

export interface TraceMemory {
  /** Spans booked so far, by trace. Call it under the traces' locks. */
  readSpans(client: Client, traces: TraceKeys): Promise<Map<string, KnownSpan[]>>
  /** Call it after COMMIT. @param version as it was read at the end of the transaction. */
  remember(traceKey: string, spans: readonly KnownSpan[], version: string): void
}

interface Entry {
  spans: KnownSpan[]
  version: string
  bytes: number
}

const MAX_BYTES = 32 * 1024 * 1024
/** What a span takes in V8, and what a candidate takes beside it; both estimated high. */
const SPAN_BYTES = 500
const CANDIDATE_BYTES = 2_000

export function createTraceMemory(maxBytes = MAX_BYTES): TraceMemory {
  /** Least recently used first. */
  const entries = new Map<string, Entry>()
  let heldBytes = 0

  function forget(traceKey: string): void {
    heldBytes -= entries.get(traceKey)?.bytes ?? 0
    entries.delete(traceKey)
  }

  return {
    async readSpans(client, traces) {
      const remembered = pick(traces, (traceKey) => entries.has(traceKey))
      if (remembered.traceIds.length === 0) return readSpans(client, traces)
      const versions = await readVersions(client, remembered)
      const known = new Map<string, KnownSpan[]>()
      for (const [traceKey, version] of versions) {
        const entry = entries.get(traceKey)
        if (entry?.version === version) known.set(traceKey, entry.spans)
      }
      const others = pick(traces, (traceKey) => !known.has(traceKey))
      if (others.traceIds.length === 0) return known
      return new Map([...known, ...(await readSpans(client, others))])
    },
    remember(traceKey, spans, version) {
      forget(traceKey)
      const candidates = spans.filter(({ candidate }) => candidate !== undefined).length
      const bytes = spans.length * SPAN_BYTES + candidates * CANDIDATE_BYTES
      if (bytes > maxBytes) return
      entries.set(traceKey, { spans: spans.map(toPlain), version, bytes })
      heldBytes += bytes
      for (const [oldest] of entries) {
        if (heldBytes <= maxBytes) break
        forget(oldest)
      }
    },
  }
}

function pick({ orgIds, traceIds }: TraceKeys, isWanted: (traceKey: string) => boolean): TraceKeys {
  const picked: TraceKeys = { orgIds: [], traceIds: [] }
  for (const [at, orgId] of orgIds.entries()) {
    const traceId = traceIds[at] as string
    if (!isWanted(traceKeyOf(orgId, traceId))) continue
    picked.orgIds.push(orgId)
    picked.traceIds.push(traceId)
  }
  return picked
}

const plain = new WeakSet<KnownSpan>()

/** Without anything of the request it came in, whose body would stay in memory with it. */
function toPlain(span: KnownSpan): KnownSpan {
  if (plain.has(span)) return span
  const { key, place, dimensions, candidate } = span
  const kept: KnownSpan = { key, place: { ...place }, dimensions, candidate }
  plain.add(kept)
  return kept
}
