// cost_as_known_on with a day: everything recorded on that UTC day counts, whatever zone the session is in.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClients } from '../../support/database-clients.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

let database: TestDatabase
const clients = createClients()
beforeAll(async () => {
  database = await createTestDatabase()
  const owner = await clients.connect(database.ownerUrl)
  await owner.query("select ensure_partitions('llm_usage', '2026-11-19', '2026-11-19')")
  // One line each: at the day's first and last moment, and at the next day's first.
  await owner.query(
    `insert into llm_usage (org_id, trace_id, span_id, created_at, recorded_at, model, calls, cost_usd, price_status) values
       ('acme', '1', '1', '2026-11-19 10:00Z', '2026-11-20 00:00Z', 'm', 1, 1, 'priced'),
       ('acme', '2', '1', '2026-11-19 11:00Z', '2026-11-20 23:59:59.999999Z', 'm', 1, 10, 'priced'),
       ('acme', '3', '1', '2026-11-19 12:00Z', '2026-11-21 00:00Z', 'm', 1, 100, 'priced')`,
  )
})
afterAll(async () => {
  await clients.end()
  await database?.drop()
})

describe.each(['UTC', 'Pacific/Auckland', 'America/Los_Angeles'])('in a session of %s', (zone) => {
  test.each([
    ["'2026-11-20'::date", '11'],
    ["'2026-11-20'", '11'],
    ["known_on => '2026-11-20'", '11'],
    ["date '2026-11-19'", undefined],
    ["'2026-11-20 00:00Z'", '1'],
    ["'2026-11-20 00:00Z'::timestamptz", '1'],
    ["'2026-11-21T00:00:00Z'", '111'],
    ["'infinity'", '111'],
    ["'infinity'::date", '111'],
    ["'2026-11-20', '2026-11-19 10:30Z', '2026-11-19 11:30Z'", '10'],
  ])('cost_as_known_on(%s) is %s', async (known, cost) => {
    const reader = await clients.connect(database.readerUrl)
    await reader.query(`set timezone = '${zone}'`)
    const { rows } = await reader.query(`select trim_scale(cost_usd)::text as cost from cost_as_known_on(${known})`)
    expect(rows[0]?.cost).toBe(cost)
  })

  test('a bound parameter is read like text or like a moment', async () => {
    const reader = await clients.connect(database.readerUrl)
    await reader.query(`set timezone = '${zone}'`)
    const ask = async (value: unknown) =>
      (await reader.query('select trim_scale(cost_usd)::text as cost from cost_as_known_on($1)', [value])).rows[0]?.cost
    expect([await ask('2026-11-20'), await ask(new Date('2026-11-20T00:00:00Z'))]).toEqual(['11', '1'])
  })
})
