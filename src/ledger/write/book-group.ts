// A group of requests into transactions. In: batches. Out: one outcome per batch; never throws. A group is one
// transaction unless it touches more traces than may be locked at once; a transaction that meets another writer is
// redone on the staged road; one with a record Postgres can never store is halved until that record stands alone.
import type { Clock } from '../../shared/clock.ts'
import type { Logger } from '../../shared/logger.ts'
import { type Counts, count, type RejectReason } from '../decode/decoded.ts'
import type { LedgerMetrics } from '../metrics.ts'
import type { Candidate } from '../recognise/candidate.ts'
import type { Span } from '../span.ts'
import { type BookDependencies, bookChunk, type Chunk } from './book-chunk.ts'
import type { Batch, BookOutcome } from './booker.ts'
import type { Road } from './copy-rows.ts'
import { prepareLog } from './log-rows.ts'
import { classify } from './pg-failure.ts'
import { type PreparedSpan, prepareSpan, timesOf } from './prepared-span.ts'
import { createRecentKeys } from './recent-keys.ts'
import type { reportBooked } from './report-booked.ts'

export interface GroupDependencies extends BookDependencies {
  readSpan: (span: Span) => Candidate | undefined
  metrics: LedgerMetrics
  report: ReturnType<typeof reportBooked>
  logger: Logger
  clock: Clock
  limits: { maxPastMs: number; maxFutureMs: number }
  /** Forces one road; for tests that compare the two. */
  road?: Road
}

/** Each lock takes a slot of a table all sessions share. */
const MAX_LOCKED_TRACES = 1_000
const MAX_ATTEMPTS = 4
const REMEMBERED_LOGS = 65_536

export function createGroupBooker(on: GroupDependencies): (group: Batch[]) => Promise<BookOutcome[]> {
  const recentLogs = createRecentKeys(REMEMBERED_LOGS)

  return async (group) => {
    const outcomes = group.map(() => ({ rejected: {} as Counts<RejectReason>, unavailable: false }))
    const reject = (request: number, reason: RejectReason) =>
      count((outcomes[request] as (typeof outcomes)[number]).rejected, reason)

    for (const chunk of toChunks(prepare(group, reject, on))) {
      await bookAll(chunk, {
        reject,
        unavailable: (request) => {
          ;(outcomes[request] as (typeof outcomes)[number]).unavailable = true
        },
      })
    }
    return outcomes.map(({ rejected, unavailable }) =>
      unavailable
        ? { kind: 'unavailable', message: 'Postgres did not commit', retryAfterSeconds: 1 }
        : { kind: 'committed', rejected },
    )
  }

  async function bookAll(chunk: Chunk, settle: Settle): Promise<void> {
    // Log records that were here a moment ago come from a sender that did not hear the answer.
    let road: Road = on.road ?? (chunk.logs.some(({ key }) => recentLogs.has(key)) ? 'staged' : 'straight')
    for (let attempt = 1; ; attempt++) {
      const endTimer = on.metrics.writeDuration.startTimer()
      try {
        const booked = await bookChunk(chunk, road, on)
        endTimer()
        for (const { key } of chunk.logs) recentLogs.add(key)
        on.report(booked)
        return
      } catch (error) {
        const failure = classify(error)
        if (failure.kind === 'bad_record') return await halve(chunk, settle, failure.code)
        if (failure.kind === 'transient' || attempt === MAX_ATTEMPTS) {
          on.metrics.writeErrors.inc({ code: failure.code })
          on.logger.warn({ err: error, code: failure.code }, 'a group was not committed')
          for (const { request } of [...chunk.spans, ...chunk.logs]) settle.unavailable(request)
          return
        }
        on.metrics.groupFallbacks.inc({ cause: failure.kind })
        if (failure.kind === 'no_partition') on.partitions.forget()
        else road = on.road ?? 'staged'
      }
    }
  }

  async function halve({ spans, logs }: Chunk, settle: Settle, code: string): Promise<void> {
    const size = spans.length + logs.length
    if (size === 1) {
      const { request } = (spans[0] ?? logs[0]) as { request: number }
      on.logger.warn({ code }, 'a record that Postgres cannot store was rejected')
      settle.reject(request, 'unbookable')
      return
    }
    on.metrics.groupFallbacks.inc({ cause: 'bad_record' })
    const half = Math.ceil(size / 2)
    const logsFirst = Math.max(0, half - spans.length)
    await bookAll({ spans: spans.slice(0, half), logs: logs.slice(0, logsFirst) }, settle)
    await bookAll({ spans: spans.slice(half), logs: logs.slice(logsFirst) }, settle)
  }
}

interface Settle {
  reject: (request: number, reason: RejectReason) => void
  unavailable: (request: number) => void
}

/** No queue makes a span start in the future: its sender's clock is ahead of ours. */
const AHEAD_MS = 60_000

function prepare(group: Batch[], reject: Settle['reject'], on: GroupDependencies): Chunk {
  const nowMs = on.clock.nowMs()
  const earliestMicros = (nowMs - on.limits.maxPastMs) * 1000
  const latestMicros = (nowMs + on.limits.maxFutureMs) * 1000
  const aheadMicros = (nowMs + AHEAD_MS) * 1000
  const earliest = BigInt(earliestMicros) * 1000n
  const latest = BigInt(latestMicros) * 1000n
  const onFailure = (error: unknown): void => on.logger.error({ err: error }, 'recognition failed on a span')
  const chunk: Chunk = { spans: [], logs: [] }
  let previous: PreparedSpan | undefined
  group.forEach((batch, request) => {
    for (const span of batch.spans) {
      const { startMicros } = timesOf(span)
      if (startMicros < earliestMicros || startMicros >= latestMicros) reject(request, 'timestamp_out_of_range')
      else {
        if (startMicros > aheadMicros) on.metrics.spansAhead.inc()
        previous = prepareSpan(span, startMicros, request, on.readSpan, onFailure, previous)
        chunk.spans.push(previous)
      }
    }
    for (const log of batch.logs) {
      if (log.timeUnixNano === 0n) log.timeUnixNano = BigInt(nowMs) * 1_000_000n
      if (log.timeUnixNano < earliest || log.timeUnixNano > latest) reject(request, 'timestamp_out_of_range')
      else chunk.logs.push(prepareLog(log, request))
    }
  })
  return chunk
}

/** Splits by trace, so that all spans of a trace stay in one transaction; log records go with the first. */
function toChunks({ spans, logs }: Chunk): Chunk[] {
  const chunks: Chunk[] = []
  const chunkOf = new Map<string, PreparedSpan[]>()
  let current: PreparedSpan[] = []
  let traces = 0
  chunks.push({ spans: current, logs })
  let home: PreparedSpan[] | undefined
  let homeOf: string | undefined
  for (const prepared of spans) {
    // Spans of a trace mostly follow one another.
    if (prepared.traceKey !== homeOf) {
      home = chunkOf.get(prepared.traceKey)
      homeOf = prepared.traceKey
    }
    if (!home) {
      if (traces === MAX_LOCKED_TRACES) {
        current = []
        traces = 0
        chunks.push({ spans: current, logs: [] })
      }
      traces += 1
      home = current
      chunkOf.set(prepared.traceKey, home)
    }
    home.push(prepared)
  }
  return chunks.filter((chunk) => chunk.spans.length + chunk.logs.length > 0)
}
