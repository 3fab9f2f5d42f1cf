// The ledger's own state once a minute, as rows of system_metrics: what it knows of its process and of its connections, under
// the names and from the registry of /metrics, so that both say the same. In: the metrics. Out: rows of `_unattributed`, which
// only superadmins see: a process is no organisation's. What is missed while Postgres is away is missed: nothing waits for it.
import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import type { Clock } from '../shared/clock.ts'
import { UNATTRIBUTED_ORG } from '../shared/ids.ts'
import type { Logger } from '../shared/logger.ts'
import type { Pool } from '../shared/pg.ts'
import type { SchemaState } from '../shared/pg-schema.ts'
import type { LedgerMetrics } from './metrics.ts'
import type { Partitions } from './write/partitions.ts'
import { classify } from './write/pg-failure.ts'

export interface SystemRecorder {
  /** One row a figure and minute, however often it is called; never throws. */
  record(): Promise<void>
  /** Records every minute from now on. */
  start(): void
  stop(): Promise<void>
}

export interface SystemDependencies {
  pool: Pool
  partitions: Partitions
  schemaState: () => Promise<SchemaState>
  metrics: LedgerMetrics
  logger: Logger
  clock: Clock
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const SERVICE = 'ledger'
/** Metric → unit (UCUM). */
export const RECORDED: Readonly<Record<string, string>> = {
  process_cpu_seconds_total: 's',
  process_resident_memory_bytes: 'By',
  nodejs_heap_size_used_bytes: 'By',
  nodejs_eventloop_lag_p99_seconds: 's',
  pg_pool_connections: '{connection}',
  pg_pool_waiting_requests: '{request}',
  ledger_queue_spans: '{record}',
}

interface Figure {
  metric: string
  value: number
  labels: Readonly<Record<string, string | number | undefined>>
}

export function createSystemRecorder(on: SystemDependencies): SystemRecorder {
  const host = hostname()
  let timer: NodeJS.Timeout | undefined
  let recording: Promise<void> = Promise.resolve()

  async function record(): Promise<void> {
    try {
      if ((await on.schemaState()).kind !== 'current') {
        on.metrics.systemMissed.inc()
        return
      }
      const atMs = Math.floor(on.clock.nowMs() / MINUTE_MS) * MINUTE_MS
      await on.partitions.ensure(on.pool, 'system_metrics', [Math.floor(atMs / DAY_MS)])
      const rows = (await figures(on.metrics)).map((figure) => [idOf(host, atMs, figure), ...columnsOf(figure)])
      const { rowCount } = await on.pool.query(INSERT, [
        ...[UNATTRIBUTED_ORG, new Date(atMs), SERVICE, host],
        ...[0, 1, 2, 3, 4].map((column) => rows.map((row) => row[column])),
      ])
      on.metrics.rowsBooked.inc({ kind: 'system_metrics' }, rowCount ?? 0)
    } catch (error) {
      // Nobody's record: ledger_write_errors_total counts what senders were refused.
      on.metrics.systemMissed.inc()
      if (classify(error).kind === 'no_partition') on.partitions.forget()
      on.logger.warn({ err: error }, 'the state of this minute was not recorded')
    }
  }

  return {
    record,
    start() {
      const next = (): void => {
        recording = record()
      }
      next()
      timer ??= setInterval(next, MINUTE_MS).unref()
    },
    async stop() {
      clearInterval(timer)
      await recording
    },
  }
}

const INSERT = `insert into system_metrics
    (org_id, created_at, service_name, host_name, record_id, metric, value, unit, attributes)
  select $1, $2, $3, $4, record_id, metric, value, unit, attributes
  from unnest($5::uuid[], $6::text[], $7::double precision[], $8::text[], $9::json[])
    as figure (record_id, metric, value, unit, attributes)
  on conflict do nothing`

async function figures({ registry }: LedgerMetrics): Promise<Figure[]> {
  const all = await registry.getMetricsAsJSON()
  return all.flatMap(({ name, values }) =>
    name in RECORDED ? values.map(({ value, labels }) => ({ metric: name, value, labels })) : [],
  )
}

function columnsOf({ metric, value, labels }: Figure): [string, number, string, string] {
  return [metric, value, RECORDED[metric] as string, JSON.stringify({ ...labels, 'process.pid': process.pid })]
}

/** The same figure of the same minute is the same row. */
function idOf(host: string, atMs: number, { metric, labels }: Figure): string {
  const content = [host, process.pid, atMs, metric, JSON.stringify(labels)].join('\0')
  return createHash('sha256').update(content).digest('hex').slice(0, 32)
}
