// One transaction: everything a set of spans and log records becomes. In: prepared records and the road to take.
// Out: what was committed. Order inside: lock the traces (sorted, so writers never wait in a circle), read what is
// booked, resolve, write; llm_usage last, because its trigger locks roll-up rows that other writers want too.
import type { Client, Pool } from '../../shared/pg.ts'
import { withTransaction } from '../../shared/pg.ts'
import { mayBeStep } from '../asked-keys.ts'
import { CopyEncoder } from './copy-encoder.ts'
import { copyInPieces } from './copy-in-pieces.ts'
import { copyRows, type Road } from './copy-rows.ts'
import { ensurePartitions } from './ensure-partitions.ts'
import { appendLog, type PreparedLog } from './log-rows.ts'
import { type LargeTrace, largeTracesOf, readMissingLines } from './missing-lines.ts'
import type { Partitions } from './partitions.ts'
import { type PreparedSpan, traceKeyOf } from './prepared-span.ts'
import type { Pricing } from './pricing.ts'
import type { KnownSpan, KnownTrace, Resolve } from './resolve-trace.ts'
import { appendSpan } from './span-rows.ts'
import { SPAN_TABLES } from './span-tables.ts'
import { lockSplitDays } from './split-days.ts'
import { claimResponses, readLinks } from './split-responses.ts'
import { LLM_USAGE, STRUCTURED_LOGS, type TargetTable, TRACE_SPANS } from './tables.ts'
import { requireLocked, type TraceLink, withLinked, withMoreTraces } from './trace-links.ts'
import type { TraceMemory } from './trace-memory.ts'
import { lockTraces } from './trace-state.ts'
import { tracesOf } from './traces-of.ts'
import type { Price, UsageLine, WantedCall } from './usage-line.ts'
import { appendLine } from './usage-rows.ts'
import { withoutDuplicates } from './without-duplicates.ts'

export interface Chunk {
  spans: PreparedSpan[]
  logs: PreparedLog[]
}

/** What one transaction changed. */
export interface Booked {
  rows: Record<string, number>
  lines: UsageLine[]
  duplicateSpans: number
  duplicateLogs: number
  conflicts: number
  /** With all their spans, so that they need not be read again. */
  largeTraces: LargeTrace[]
}

export interface BookDependencies {
  pool: Pool
  partitions: Partitions
  resolve: Resolve
  pricing: Pricing
  memory: TraceMemory
  /** Traces of as many spans are remembered, and resolved in part. */
  largeTraceSpans: number
}

/** @throws what Postgres answers; then nothing of the chunk is booked, unless the answer to COMMIT was lost. */
export async function bookChunk(chunk: Chunk, road: Road, on: BookDependencies): Promise<Booked> {
  await ensurePartitions(chunk, on.pool, on.partitions)
  const price = await on.pricing.current()
  const committed = await withMoreTraces((linked) =>
    withTransaction(on.pool, async (client) => {
      const booked: Booked = { rows: {}, lines: [], duplicateSpans: 0, duplicateLogs: 0, conflicts: 0, largeTraces: [] }
      const write = async (table: TargetTable, rows: CopyEncoder): Promise<number> => {
        if (rows.rows === 0) return 0
        const inserted = await copyRows(client, table, rows, road)
        booked.rows[table.name] = (booked.rows[table.name] ?? 0) + inserted
        return inserted
      }
      if (chunk.spans.length > 0) await bookSpans(client, chunk.spans, booked, write, { ...on, price, linked })
      await bookLogs(chunk.logs, booked, write)
      const lines = new CopyEncoder(LLM_USAGE.columns.length)
      for (const line of booked.lines) appendLine(lines, line)
      await write(LLM_USAGE, lines)
      return booked
    }),
  )
  for (const { traceKey, spans, version } of committed.largeTraces) on.memory.remember(traceKey, spans, version)
  return committed
}

interface Resolving extends BookDependencies {
  price: (call: WantedCall) => Price
  /** Traces of other chunks that show a response id of this one's. */
  linked: readonly TraceLink[]
}

type Write = (table: TargetTable, rows: CopyEncoder) => Promise<number>

async function bookSpans(
  client: Client,
  spans: PreparedSpan[],
  booked: Booked,
  write: Write,
  on: Resolving,
): Promise<void> {
  const own = tracesOf(spans)
  const traces = withLinked(own, on.linked)
  const locked = new Set(traces.orgIds.map((orgId, at) => traceKeyOf(orgId, traces.traceIds[at] as string)))
  const isLocked = (traceKey: string): boolean => locked.has(traceKey)
  const splitDays = await lockSplitDays(client, spans)
  await lockTraces(client, traces)
  const [known, links] = await Promise.all([on.memory.readSpans(client, traces), readLinks(client, own, splitDays)])
  requireLocked(links, isLocked)
  const fresh = await withoutDuplicates(client, spans, known, booked)
  links.push(...(await claimResponses(client, fresh, known, isLocked, splitDays)))
  await copyInPieces(TRACE_SPANS, fresh, appendSpan, write)
  const steps = fresh.filter(({ span }) => mayBeStep(span))
  for (const { table, takes, append } of SPAN_TABLES) {
    const selected = steps.filter(takes)
    if (selected.length === 0) continue
    const encoder = new CopyEncoder(table.columns.length)
    for (const prepared of selected) append(encoder, prepared)
    await write(table, encoder)
  }
  const continued = continuedBy(fresh, known)
  booked.lines = await readMissingLines(client, { continued, fresh, known, links }, on)
  booked.largeTraces = await largeTracesOf(client, continued, on.largeTraceSpans)
}

/** The traces that got new spans, with all their spans. */
function continuedBy(fresh: readonly PreparedSpan[], known: ReadonlyMap<string, KnownSpan[]>): Map<string, KnownTrace> {
  const byTrace = new Map<string, KnownTrace>()
  for (const prepared of fresh) {
    let trace = byTrace.get(prepared.traceKey)
    if (!trace) {
      const { orgId, traceId } = prepared.span
      trace = { orgId, traceId, spans: [...(known.get(prepared.traceKey) ?? [])], isAffected: true }
      byTrace.set(prepared.traceKey, trace)
    }
    trace.spans.push(toKnown(prepared))
  }
  return byTrace
}

const toKnown = (prepared: PreparedSpan): KnownSpan => ({
  // Made when it is asked for, which is for candidates only.
  get key() {
    return prepared.key
  },
  place: {
    spanId: prepared.span.spanId,
    parentSpanId: prepared.span.parentSpanId,
    name: prepared.span.name,
  },
  dimensions: prepared.dimensions,
  candidate: prepared.candidate,
})

async function bookLogs(logs: PreparedLog[], booked: Booked, write: Write): Promise<void> {
  if (logs.length === 0) return
  const distinct = new Map(logs.map((log) => [log.key, log]))
  const inserted = await copyInPieces(STRUCTURED_LOGS, [...distinct.values()], appendLog, write)
  booked.duplicateLogs = logs.length - inserted
}
