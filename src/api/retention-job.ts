// Retention, once a UTC day: drops partitions that are past keep_days of storage_settings and makes those of the days to
// come. In: a pool as spanledger_api. Out: tables without expired rows; roll-ups stay. A table someone is reading is tried
// again at the next turn, so the job is asked more often than daily. Several apis may run it at once.
import type { Clock } from '../shared/clock.ts'
import type { Logger } from '../shared/logger.ts'
import type { Pool } from '../shared/pg.ts'

/** How often the job is asked; it must be seen to live (ApiJobStale), and a busy table to have its next chance. */
export const RETENTION_INTERVAL_MS = 5 * 60_000

const LOCK_NOT_AVAILABLE = '55P03'
/** Another api has dropped it meanwhile: it is no partition any more, or was dropped while this one waited for it. */
const GONE = new Set(['55000', '42P01'])

export function createRetentionJob(pool: Pool, clock: Clock, logger: Logger): () => Promise<void> {
  let doneDay = ''
  return async () => {
    const day = new Date(clock.nowMs()).toISOString().slice(0, 10)
    if (day === doneDay) return
    const dropped: string[] = []
    const busy: string[] = []
    const { rows } = await pool.query<{ leaf_name: string }>('select leaf_name from expired_partitions()')
    for (const { leaf_name: leaf } of rows) {
      try {
        await pool.query('select retire_partition($1)', [leaf])
        dropped.push(leaf)
      } catch (error) {
        const { code } = error as { code?: string }
        if (code === LOCK_NOT_AVAILABLE) busy.push(leaf)
        else if (code === undefined || !GONE.has(code)) throw error
      }
    }
    await pool.query('select ensure_partitions_ahead()')
    if (dropped.length + busy.length > 0) logger.info({ dropped, busy }, 'partitions past their time were dropped')
    if (busy.length === 0) doneDay = day
  }
}
