// The ledger put together, without the process around it. In: configuration. Out: a server to listen with and an
// orderly end. Tests and benchmarks start the same thing.
import type { Server } from 'node:http'
import { type Clock, systemClock } from '../shared/clock.ts'
import type { Logger } from '../shared/logger.ts'
import { createPool } from '../shared/pg.ts'
import { createSchemaCheck } from '../shared/pg-schema.ts'
import { registerPoolMetrics } from '../shared/pool-metrics.ts'
import type { LedgerConfig } from './config.ts'
import { createDecoder } from './decode/decoder.ts'
import { createMetrics, type LedgerMetrics } from './metrics.ts'
import { createAdmission } from './receive/admission.ts'
import { createWriterTokens } from './receive/writer-tokens.ts'
import { readSpan } from './recognise/read-span.ts'
import { resolve } from './recognise/resolve.ts'
import { createLedgerServer } from './server.ts'
import { createSystemRecorder, type SystemRecorder } from './system-recorder.ts'
import { createGroupBooker } from './write/book-group.ts'
import type { Road } from './write/copy-rows.ts'
import { createGroupQueue } from './write/group-queue.ts'
import { createPartitions } from './write/partitions.ts'
import { createPricing } from './write/pricing.ts'
import { reportBooked } from './write/report-booked.ts'
import { createSchemaGate } from './write/schema-gate.ts'
import { createTraceMemory } from './write/trace-memory.ts'

export interface Ledger {
  server: Server
  metrics: LedgerMetrics
  /** Its own figures, kept in system_metrics; whoever runs the process starts it. */
  system: SystemRecorder
  /** Undefined when the schema is that of this code, or Postgres does not answer yet; else what to do about it. */
  schemaProblem: () => Promise<string | undefined>
  /** Stops accepting, books what was accepted, closes the connections. */
  close: () => Promise<void>
}

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
/** Connections beside the writers': tokens, prices, readiness. */
const SIDE_CONNECTIONS = 2
/** Below, reading a trace anew costs less than asking whether that is needed. */
const LARGE_TRACE_SPANS = 200

export interface LedgerOptions {
  logger: Logger
  clock?: Clock
  /** Forces one road of the write path. */
  road?: Road
  /** How long a schema that was current is believed to be. */
  schemaBelievedMs?: number
  /** Traces of as many spans are remembered, and resolved in part. */
  largeTraceSpans?: number
}

export function createLedger(config: LedgerConfig, options: LedgerOptions): Ledger {
  const { logger, clock = systemClock, road, schemaBelievedMs, largeTraceSpans = LARGE_TRACE_SPANS } = options
  const metrics = createMetrics()
  const pool = createPool(withSessionSettings(config.LEDGER_DATABASE_URL), {
    max: config.LEDGER_WRITER_CONNECTIONS + SIDE_CONNECTIONS,
    name: 'spanledger-ledger',
    logger,
  })
  registerPoolMetrics(pool, metrics.registry)
  const onBookLoaded = (newestMs: number, unreadable: number) => {
    metrics.priceBookRecorded.set(newestMs / 1000)
    metrics.priceVersionsUnreadable.set(unreadable)
  }
  const pricing = createPricing(pool, clock, onBookLoaded, logger)
  const partitions = createPartitions()
  const bookGroup = createGroupBooker({
    pool,
    partitions,
    readSpan,
    resolve,
    pricing,
    memory: createTraceMemory(),
    largeTraceSpans,
    metrics,
    report: reportBooked(metrics),
    logger,
    clock,
    limits: { maxPastMs: config.LEDGER_MAX_PAST_DAYS * DAY_MS, maxFutureMs: config.LEDGER_MAX_FUTURE_HOURS * HOUR_MS },
    ...(road && { road }),
  })
  const schemaState = createSchemaCheck(pool, schemaBelievedMs === undefined ? {} : { believedMs: schemaBelievedMs })
  const queue = createGroupQueue({
    lanes: config.LEDGER_WRITER_CONNECTIONS,
    groupRecords: config.LEDGER_GROUP_RECORDS,
    maxQueuedRecords: config.LEDGER_MAX_QUEUED_RECORDS,
    bookGroup: createSchemaGate(schemaState, bookGroup, { metrics, logger }),
    onQueued: (records) => metrics.queueSpans.set(records),
  })
  const system = createSystemRecorder({ pool, partitions, schemaState, metrics, logger, clock })
  let stopping = false
  const server = createLedgerServer({
    tokens: createWriterTokens(pool, clock),
    admission: createAdmission(config.LEDGER_MAX_IN_FLIGHT_BYTES),
    decoder: createDecoder(),
    booker: queue,
    metrics,
    limits: { maxBodyBytes: config.LEDGER_MAX_BODY_BYTES },
    logger,
    async notReadyBecause() {
      if (stopping) return 'stopping'
      try {
        await pool.query('select 1')
      } catch (error) {
        return `Postgres: ${(error as Error).message}`
      }
      const state = await schemaState()
      return state.kind === 'current' ? undefined : state.message
    },
  })
  return {
    server,
    metrics,
    system,
    async schemaProblem() {
      const state = await schemaState()
      if (state.kind === 'unknown') logger.warn(`${state.message}; senders get 503 until it answers`)
      return state.kind === 'other' ? state.message : undefined
    },
    async close() {
      stopping = true
      await system.stop()
      // Requests under way get their answer; new connections and idle ones end now.
      const closed = new Promise((done) => server.close(done))
      server.closeIdleConnections()
      const idle = setInterval(() => server.closeIdleConnections(), 50)
      await closed
      clearInterval(idle)
      await queue.drain()
      await pool.end()
    },
  }
}

/**
 * A stuck statement or lock must end as an error that the sender can retry, not as silence. Every look-up is by key: a
 * plan made while the tables were empty would scan whole organisations for ever after, so plans are made each time and
 * joins go through the index.
 */
const SESSION_SETTINGS = [
  ...['statement_timeout=30s', 'lock_timeout=10s', 'idle_in_transaction_session_timeout=30s', 'jit=off'],
  ...['plan_cache_mode=force_custom_plan', 'enable_seqscan=off', 'enable_hashjoin=off', 'enable_mergejoin=off'],
]

function withSessionSettings(url: string): string {
  const parsed = new URL(url)
  parsed.searchParams.set('options', SESSION_SETTINGS.map((setting) => `-c ${setting}`).join(' '))
  return parsed.href
}
