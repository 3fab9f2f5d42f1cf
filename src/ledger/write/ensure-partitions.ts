// The partitions a transaction's rows need, made before it begins: other writers wait for a table while it gets one.
import type { Pool } from '../../shared/pg.ts'
import { mayBeStep } from '../asked-keys.ts'
import type { Chunk } from './book-chunk.ts'
import type { Partitions } from './partitions.ts'
import { SPAN_TABLES } from './span-tables.ts'
import { claimDays } from './split-days.ts'
import { LLM_USAGE, STRUCTURED_LOGS, TRACE_SPANS } from './tables.ts'

const DAY_MICROS = 86_400_000_000
const DAY_NANOS = 86_400_000_000_000n

export async function ensurePartitions({ spans, logs }: Chunk, pool: Pool, partitions: Partitions): Promise<void> {
  const days = new Set<number>()
  for (const { startMicros } of spans) days.add(Math.floor(startMicros / DAY_MICROS))
  for (const { name } of [TRACE_SPANS, { name: 'trace_parts' }, LLM_USAGE]) await partitions.ensure(pool, name, days)
  const claims = claimDays(spans)
  for (const name of ['response_traces', 'split_responses']) await partitions.ensure(pool, name, claims)
  const steps = spans.filter(({ span }) => mayBeStep(span))
  for (const { table, takes } of SPAN_TABLES) {
    const taken = steps.filter(takes).map(({ startMicros }) => Math.floor(startMicros / DAY_MICROS))
    await partitions.ensure(pool, table.name, taken)
  }
  const logDays = logs.map(({ log }) => Number(log.timeUnixNano / DAY_NANOS))
  await partitions.ensure(pool, STRUCTURED_LOGS.name, logDays)
}
