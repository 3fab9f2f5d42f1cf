// Partitions on demand. In: the days a transaction writes at. Out: nothing, once every partition exists. Known weeks
// are remembered; retention may drop one, which the writer notices and asks again after `forget`.
import type { Pool } from '../../shared/pg.ts'

const DAY_MS = 86_400_000

export interface Partitions {
  /** @param days whole days since 1970-01-01, UTC. */
  ensure(pool: Pool, table: string, days: Iterable<number>): Promise<void>
  forget(): void
}

export function createPartitions(): Partitions {
  const known = new Map<string, Set<number>>()
  return {
    async ensure(pool, table, days) {
      const there = known.get(table) ?? new Set<number>()
      known.set(table, there)
      const missing = new Set<number>()
      for (const day of days) if (!there.has(day)) missing.add(day)
      for (const day of [...missing].sort((a, b) => a - b)) {
        await pool.query('select ensure_partitions($1, $2, $2)', [table, new Date(day * DAY_MS).toISOString()])
        there.add(day)
      }
    },
    forget() {
      known.clear()
    },
  }
}
