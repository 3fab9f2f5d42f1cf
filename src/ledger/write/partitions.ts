// Partitions on demand. In: the times a transaction writes at. Out: nothing, once every partition exists. Known weeks
// are remembered; retention may drop one, which the writer notices and asks again after `forget`.
import type { Pool } from '../../shared/pg.ts'
import type { TargetTable } from './tables.ts'

const DAY_NANOS = 86_400_000_000_000n

export interface Partitions {
  ensure(pool: Pool, table: TargetTable, timesUnixNano: Iterable<bigint>): Promise<void>
  forget(): void
}

export function createPartitions(): Partitions {
  const known = new Map<string, Set<bigint>>()
  return {
    async ensure(pool, table, timesUnixNano) {
      const days = known.get(table.name) ?? new Set<bigint>()
      known.set(table.name, days)
      const missing = new Set<bigint>()
      for (const time of timesUnixNano) {
        const day = time / DAY_NANOS
        if (!days.has(day)) missing.add(day)
      }
      for (const day of [...missing].sort((a, b) => (a < b ? -1 : 1))) {
        const iso = new Date(Number(day * 86_400_000n)).toISOString()
        await pool.query('select ensure_partitions($1, $2, $2)', [table.name, iso])
        days.add(day)
      }
    },
    forget() {
      known.clear()
    },
  }
}
