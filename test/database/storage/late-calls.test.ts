// late_calls: how many calls were first booked late. What is taken back or corrected later changes nothing in it.
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClients } from '../../support/database-clients.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

/** Booked in time or late, and what became of it; always late: the lines after the first. */
const CALLS: [org: string, isLate: boolean, later: 'nothing' | 'reversal' | 'correction'][] = [
  ['punctual', false, 'nothing'],
  ['punctual-reversed', false, 'reversal'],
  ['punctual-corrected', false, 'correction'],
  ['late', true, 'nothing'],
  ['late-reversed', true, 'reversal'],
  ['late-corrected', true, 'correction'],
]
const EXPECTED = CALLS.map(([org, isLate, later]) => ({
  org_id: org,
  calls: later === 'reversal' ? 0 : 1,
  late: isLate ? 1 : 0,
})).sort((a, b) => (a.org_id < b.org_id ? -1 : 1))

let database: TestDatabase
const clients = createClients()
const owner = (text: string, values?: unknown[]) => clients.rows(database.ownerUrl, text, values)

async function bookAll(): Promise<void> {
  await owner("select ensure_partitions('llm_usage', '2026-03-01', '2026-03-01')")
  const line = (org: string, revision: number, kind: string, calls: number, isLate: boolean) =>
    owner(
      `insert into llm_usage (org_id, trace_id, span_id, created_at, recorded_at, revision, line_kind, model, calls, cost_usd,
         price_status) values ($1, 't', '1', '2026-03-01 12:30Z', $2, $3, $4, $5, $6, 0, 'priced')`,
      [org, isLate ? '2026-03-02 01:00Z' : '2026-03-01 12:31Z', revision, kind, revision < 2 ? 'm' : 'better', calls],
    )
  for (const [org, isLate, later] of CALLS) {
    await line(org, 0, 'call', 1, isLate)
    if (later !== 'nothing') await line(org, 1, 'reversal', -1, true)
    if (later === 'correction') await line(org, 2, 'correction', 1, true)
  }
}
const counted = (table: string) =>
  owner(`select org_id, sum(calls)::int as calls, sum(late_calls)::int as late from ${table} group by 1 order by 1`)

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(async () => {
  await clients.end()
  await database?.drop()
})

describe.each(['usage_daily', 'usage_hourly'])('%s', (table) => {
  test('a database that counted otherwise is put right as far as its lines reach', async () => {
    const client = await clients.connect(database.ownerUrl)
    const file = new URL('../../../migrations/0022_late_calls.sql', import.meta.url)
    const [up = '', down = ''] = (await readFile(file, 'utf8')).split('-- Down Migration')
    await client.query(`begin; ${down}; commit`)
    await owner('truncate llm_usage, usage_daily, usage_hourly')
    await bookAll()
    // The control: so it was.
    expect(await counted(table)).toContainEqual({ org_id: 'punctual-reversed', calls: 0, late: -1 })
    await client.query(`begin; ${up}; commit`)
    expect(await counted(table)).toEqual(EXPECTED)
  })

  test('counts first lines, and never less than none', async () => {
    await owner('truncate llm_usage, usage_daily, usage_hourly')
    await bookAll()
    expect(await counted(table)).toEqual(EXPECTED)
    expect(await owner(`select count(*)::int as n from ${table} where late_calls < 0`)).toEqual([{ n: 0 }])
  })
})
