// Rows into a table, by one of two roads that book the same. `straight`: COPY into the table itself; one row that is
// booked already fails the statement. `staged`: COPY into a temporary table, then INSERT … ON CONFLICT DO NOTHING.
import { from as copyFrom } from 'pg-copy-streams'
import type { Client } from '../../shared/pg.ts'
import type { CopyEncoder } from './copy-encoder.ts'
import type { TargetTable } from './tables.ts'

export type Road = 'straight' | 'staged'

/** @returns the number of rows really inserted. */
export async function copyRows(client: Client, table: TargetTable, rows: CopyEncoder, road: Road): Promise<number> {
  if (rows.rows === 0) return 0
  const columns = table.columns.join(', ')
  if (road === 'straight') {
    await copy(client, `copy ${table.name} (${columns}) from stdin (format binary)`, rows.finish())
    return rows.rows
  }
  const stage = `stage_${table.name}`
  // Spelled out: the writer may not read the table, so it cannot be copied with LIKE.
  const definition = table.columns.map((column) => `${column} ${table.types[column] ?? 'text'}`).join(', ')
  await client.query(`create temp table ${stage} (${definition}) on commit drop`)
  await copy(client, `copy ${stage} (${columns}) from stdin (format binary)`, rows.finish())
  const { rowCount } = await client.query(
    `insert into ${table.name} (${columns}) select ${columns} from ${stage} order by ${table.key.join(', ')} on conflict do nothing`,
  )
  // The table's next piece is staged anew.
  await client.query(`drop table ${stage}`)
  return rowCount ?? 0
}

function copy(client: Client, sql: string, data: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = client.query(copyFrom(sql))
    stream.once('error', reject)
    stream.once('finish', resolve)
    stream.end(data)
  })
}
