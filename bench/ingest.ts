// Durable ingest over HTTP against the server-side COPY of the same rows into the same tables. In: a stand. Out: rates,
// CPU a span, and acknowledgement times at half load. One round: the ledger books a replay; its rows are then written
// out and read back by COPY FROM file into an equal, empty database, with and without the roll-up triggers.
import { join } from 'node:path'
import { median, percentile } from './cpu.ts'
import { createReplay, SPANS_PER_REQUEST } from './replay.ts'
import type { Stand } from './stand.ts'

const SENDERS = 8
const WARM_UP_REQUESTS = 8

export interface IngestRound {
  spansPerSecond: number
  copySpansPerSecond: number
  copyWithRollUpsSpansPerSecond: number
  ledgerMicrosPerSpan: number
  postgresMicrosPerSpan: number
  p99Ms: number
  residentBytes: number
}

export async function ingestRound(stand: Stand, seed: number, requests: number): Promise<IngestRound> {
  const name = `ingest_${seed}`
  await stand.createDatabase(name)
  const ledger = await stand.startLedger(name)
  try {
    await sendAll(ledger.send, createReplay(seed * 1000 + 1, WARM_UP_REQUESTS))
    const bodies = createReplay(seed * 1000, requests)
    const before = { ledger: ledger.cpuMicros(), postgres: stand.postgresCpuMicros(), atMs: performance.now() }
    const latencies = await sendAll(ledger.send, bodies)
    const seconds = (performance.now() - before.atMs) / 1000
    const spans = requests * SPANS_PER_REQUEST
    const round = {
      spansPerSecond: spans / seconds,
      ledgerMicrosPerSpan: (ledger.cpuMicros() - before.ledger) / spans,
      postgresMicrosPerSpan: (stand.postgresCpuMicros() - before.postgres) / spans,
      p99Ms: percentile(latencies, 0.99),
      residentBytes: ledger.residentBytes(),
    }
    const [booked] = await stand.query<{ n: string }>(name, 'select count(*) as n from trace_spans')
    const expected = spans + WARM_UP_REQUESTS * SPANS_PER_REQUEST
    if (Number(booked?.n) !== expected) throw new Error(`${booked?.n} spans booked, not ${expected}`)
    await ledger.stop()
    const copy = (keepTriggers: boolean) => copyLimit(stand, name, `${name}_copy_${keepTriggers}`, keepTriggers)
    return { ...round, copySpansPerSecond: await copy(false), copyWithRollUpsSpansPerSecond: await copy(true) }
  } finally {
    await ledger.stop().catch(() => {})
  }
}

/** Sends at a fixed rate, whatever the answers take. Gives the acknowledgement times. */
export async function paced(stand: Stand, seed: number, requests: number, spansPerSecond: number): Promise<number[]> {
  const name = `paced_${seed}`
  await stand.createDatabase(name)
  const ledger = await stand.startLedger(name)
  try {
    await sendAll(ledger.send, createReplay(seed * 1000 + 1, WARM_UP_REQUESTS))
    const bodies = createReplay(seed * 1000, requests)
    const everyMs = (SPANS_PER_REQUEST / spansPerSecond) * 1000
    const startedAtMs = performance.now()
    return await Promise.all(
      bodies.map(async (body, index) => {
        await new Promise((resolve) =>
          setTimeout(resolve, Math.max(0, startedAtMs + index * everyMs - performance.now())),
        )
        return ledger.send(body)
      }),
    )
  } finally {
    await ledger.stop()
  }
}

async function sendAll(send: (body: Buffer) => Promise<number>, bodies: Buffer[]): Promise<number[]> {
  const queue = [...bodies]
  const latencies: number[] = []
  const sender = async () => {
    for (let body = queue.pop(); body; body = queue.pop()) latencies.push(await send(body))
  }
  await Promise.all(Array.from({ length: SENDERS }, sender))
  return latencies
}

async function copyLimit(stand: Stand, from: string, to: string, keepTriggers: boolean): Promise<number> {
  await stand.createDatabase(to)
  const [where] = await stand.query<{ data_directory: string }>(from, 'show data_directory')
  const tables = ['trace_spans', 'llm_usage']
  const fileOf = (table: string): string => join(where?.data_directory as string, `${from}_${table}.copy`)
  for (const table of tables) {
    // Heap order is the order of arrival, so the indexes are filled as they were.
    await stand.query(from, `copy (select * from ${table}) to '${fileOf(table)}'`)
    const time = table === 'trace_spans' ? 'start_time' : 'created_at'
    const [range] = await stand.query<{ low: string; high: string }>(
      from,
      `select min(${time})::text as low, max(${time})::text as high from ${table}`,
    )
    for (const target of table === 'trace_spans' ? [table, 'trace_parts'] : [table]) {
      await stand.query(to, `select ensure_partitions('${target}', '${range?.low}', '${range?.high}')`)
    }
    if (!keepTriggers) await stand.query(to, `alter table ${table} disable trigger roll_up`)
  }
  await stand.query(to, 'checkpoint')
  const startedAtMs = performance.now()
  for (const table of tables) await stand.query(to, `copy ${table} from '${fileOf(table)}'`)
  const seconds = (performance.now() - startedAtMs) / 1000
  const [rows] = await stand.query<{ n: string }>(to, 'select count(*) as n from trace_spans')
  return Number(rows?.n) / seconds
}

export const medianOf = (rounds: readonly IngestRound[], figure: keyof IngestRound): number =>
  median(rounds.map((round) => round[figure]))
