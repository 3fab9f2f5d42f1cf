// One page of a list. In: a query whose rows say the `total` (`count(*) over () as total`), and a page. Out: the rows, and how
// many there are in all: also for a page behind the last one, which has no row to say it.
import type { Client } from '../../shared/pg.ts'
import { offsetOf, type Page } from './paging.ts'

export async function selectPage<R extends object>(
  client: Client,
  { sql, values }: { sql: string; values: unknown[] },
  page: Page,
): Promise<{ rows: R[]; total: number }> {
  const ask = async (limit: number, offset: number) =>
    (
      await client.query<R & { total: string }>(`${sql} limit $${values.length + 1} offset $${values.length + 2}`, [
        ...values,
        limit,
        offset,
      ])
    ).rows
  const rows = await ask(page.limit, offsetOf(page))
  const [first] = rows.length > 0 || page.page === 1 ? rows : await ask(1, 0)
  return { rows: rows.map(({ total: _, ...row }) => row as unknown as R), total: Number(first?.total ?? 0) }
}
