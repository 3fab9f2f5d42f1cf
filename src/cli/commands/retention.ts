// `spanledger retention`: drops partitions past their time and makes those of the days to come. In: keep_days of
// storage_settings. Out: one line per partition dropped. Roll-ups are not touched.
import type { Command } from 'commander'
import type pg from 'pg'
import { asOwner, withDatabase } from '../database.ts'

const LOCK_NOT_AVAILABLE = '55P03'

export interface RetentionReport {
  dropped: string[]
  /** Someone was reading them; the next run drops them. */
  busy: string[]
  created: number
}

/** @param asOf what "now" is: rows older than keep_days before it go. */
export async function applyRetention(
  client: pg.Client,
  options: { asOf?: Date; dryRun?: boolean } = {},
): Promise<RetentionReport> {
  const asOf = options.asOf ?? new Date()
  const report: RetentionReport = { dropped: [], busy: [], created: 0 }
  const { rows } = await client.query<{ leaf_name: string }>('select leaf_name from expired_partitions($1)', [asOf])
  for (const { leaf_name: leaf } of rows) {
    if (options.dryRun) {
      report.dropped.push(leaf)
      continue
    }
    // One transaction each: a busy table must not keep the others.
    const outcome = await asOwner(client, () =>
      client.query('select drop_expired_partition($1, $2)', [leaf, asOf]),
    ).then(
      () => report.dropped,
      (error: { code?: string }) => {
        if (error.code === LOCK_NOT_AVAILABLE) return report.busy
        throw error
      },
    )
    outcome.push(leaf)
  }
  if (!options.dryRun) {
    const made = await asOwner(client, () => client.query<{ n: number }>('select ensure_partitions_ahead() as n'))
    report.created = made.rows[0]?.n ?? 0
  }
  return report
}

export function addRetention(program: Command): void {
  const retention = program.command('retention').description('How long rows are kept.')

  retention
    .command('run', { isDefault: true })
    .description('Drops partitions past their time and creates those of the next two weeks.')
    .option('--dry-run', 'only say what would be dropped')
    .action(async (options: { dryRun?: boolean }) => {
      const report = await withDatabase((client) => applyRetention(client, options))
      for (const leaf of report.dropped) console.log(`${options.dryRun ? 'would drop' : 'dropped'}  ${leaf}`)
      for (const leaf of report.busy) console.log(`busy, next time  ${leaf}`)
      console.log(`${report.dropped.length} partitions dropped, ${report.busy.length} busy, ${report.created} created.`)
    })

  retention
    .command('list')
    .description('Shows how many days each table is kept.')
    .action(() =>
      withDatabase(async (client) => {
        const { rows } = await client.query<{ table_name: string; keep_days: number; partition_days: number }>(
          'select table_name, keep_days, partition_days from storage_settings order by table_name',
        )
        for (const row of rows) {
          console.log(`${row.table_name.padEnd(16)} ${row.keep_days} days, in partitions of ${row.partition_days}`)
        }
      }),
    )

  retention
    .command('set <table> <days>')
    .description('Changes how many days a table is kept.')
    .action((table: string, days: string) =>
      withDatabase(async (client) => {
        const keepDays = Number(days)
        if (!Number.isInteger(keepDays) || keepDays < 1) throw new Error(`${days}: give a whole number of days from 1`)
        const changed = await asOwner(client, () =>
          client.query('update storage_settings set keep_days = $2 where table_name = $1', [table, keepDays]),
        )
        if (changed.rowCount === 0) throw new Error(`no table ${table}; spanledger retention list names them`)
        console.log(`${table} is kept ${keepDays} days.`)
      }),
    )
}
