// CSV of any size. In: a client inside a transaction, a query. Out: rows written as they come from a cursor, a thousand at a
// time, at the pace of the reader; memory does not grow with the table.
import { once } from 'node:events'
import type { Response } from 'express'
import type { Client } from '../../shared/pg.ts'

const ROWS_PER_FETCH = 1000

/** RFC 4180, with CRLF. A cell that a spreadsheet would take for a formula gets an apostrophe in front. */
export function toCell(value: unknown): string {
  if (value === null || value === undefined) return ''
  const text =
    value instanceof Date ? value.toISOString() : typeof value === 'object' ? JSON.stringify(value) : String(value)
  const safe = /^[=+@\t\r]|^-(?![\d.]+$)/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export async function streamCsv(
  client: Client,
  response: Response,
  query: { fileName: string; columns: string[]; sql: string; values: unknown[] },
): Promise<void> {
  // The query is parsed here: what is wrong with it becomes an error answer, not half a file.
  await client.query(`declare rows no scroll cursor for ${query.sql}`, query.values)
  response.status(200).type('text/csv').attachment(`${query.fileName}.csv`)
  response.write(`${query.columns.map(toCell).join(',')}\r\n`)
  for (;;) {
    const { rows } = await client.query<Record<string, unknown>>(`fetch ${ROWS_PER_FETCH} from rows`)
    if (rows.length === 0 || response.destroyed) break
    const text = rows.map((row) => `${query.columns.map((column) => toCell(row[column])).join(',')}\r\n`).join('')
    if (!response.write(text)) await Promise.race([once(response, 'drain'), once(response, 'close')])
  }
  response.end()
}
