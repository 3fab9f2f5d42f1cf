// The limit ingest is compared with: server-side COPY FROM file of the rows of one database into an equal, empty one.
import { join } from 'node:path'
import type { Stand } from './stand.ts'

const TABLES = { trace_spans: 'start_time', llm_usage: 'created_at' } as const

/** @param keepTriggers whether the roll-ups are kept too. @returns spans a second. */
export async function copyLimit(stand: Stand, from: string, to: string, keepTriggers: boolean): Promise<number> {
  await stand.createDatabase(to)
  const [where] = await stand.query<{ data_directory: string }>(from, 'show data_directory')
  const fileOf = (table: string): string => join(where?.data_directory as string, `${from}_${table}.copy`)
  for (const [table, time] of Object.entries(TABLES)) {
    // Heap order is the order of arrival, so the indexes are filled as they were.
    await stand.query(from, `copy (select * from ${table}) to '${fileOf(table)}'`)
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
  for (const table of Object.keys(TABLES)) await stand.query(to, `copy ${table} from '${fileOf(table)}'`)
  const seconds = (performance.now() - startedAtMs) / 1000
  const [rows] = await stand.query<{ n: string }>(to, 'select count(*) as n from trace_spans')
  return Number(rows?.n) / seconds
}
