// The ledger's own figures in system_metrics: those of /metrics, once a minute, for superadmins only.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { RECORDED } from '../../../src/ledger/system-recorder.ts'
import { startLedger, type TestLedger, withClient } from '../../support/ledger.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

const START_MS = Date.UTC(2026, 10, 21, 23, 59, 10)
let nowMs = START_MS
let database: TestDatabase
let ledger: TestLedger
beforeAll(async () => {
  database = await createTestDatabase()
  ledger = await startLedger(database, { clock: { nowMs: () => nowMs }, schemaBelievedMs: 0 })
})
afterAll(async () => {
  await ledger?.close()
  await database?.drop()
})

const rows = () =>
  withClient(database.ownerUrl, async (client) => {
    const { rows } = await client.query(
      `select org_id, to_char(created_at at time zone 'UTC', 'DD HH24:MI:SS') as at, service_name, metric, value, unit,
         attributes->>'state' as state, host_name <> '' as names_host
       from system_metrics order by created_at, metric, state`,
    )
    return rows
  })

it('keeps the figures of /metrics, one row each and minute, over midnight too', async () => {
  await ledger.system.record()
  nowMs += 20_000
  await ledger.system.record()
  const first = await rows()
  expect(new Set(first.map(({ metric }) => metric))).toEqual(new Set(Object.keys(RECORDED)))
  expect(new Set(first.map(({ at }) => at))).toEqual(new Set(['21 23:59:00']))
  const pool = first.filter(({ metric }) => metric === 'pg_pool_connections')
  expect(pool.map(({ state }) => state)).toEqual(['idle', 'used'])
  const memory = first.find(({ metric }) => metric === 'process_resident_memory_bytes')
  expect(memory).toMatchObject({ org_id: '_unattributed', service_name: 'ledger', unit: 'By', names_host: true })
  expect(memory.value).toBeGreaterThan(10_000_000)

  nowMs = START_MS + 60_000
  await ledger.system.record()
  const second = (await rows()).slice(first.length)
  expect(second.map(({ metric }) => metric)).toEqual(first.map(({ metric }) => metric))
  expect(new Set(second.map(({ at }) => at))).toEqual(new Set(['22 00:00:00']))
  const booked = await ledger.metrics.registry.getSingleMetricAsString('ledger_rows_booked_total')
  expect(booked).toContain(`{kind="system_metrics"} ${2 * first.length}`)
})

it('is not for an organisation to see', async () => {
  const seen = (orgId: string) =>
    withClient(database.ownerUrl, async (client) => {
      await client.query('begin; set local role spanledger_api')
      await client.query("select set_config('app.org_id', $1, true)", [orgId])
      return (await client.query('select count(*)::int as n from system_metrics')).rows[0].n
    })
  expect(await seen('acme')).toBe(0)
  // Control: the same question as the organisation whose rows they are.
  expect(await seen('_unattributed')).toBeGreaterThan(0)
})

it('writes nothing into a schema of another release, and goes on after a failure', async () => {
  const run = (sql: string) => withClient(database.ownerUrl, (client) => client.query(sql))
  const before = (await rows()).length
  nowMs += 60_000
  await run("insert into schema_migrations (name, run_on) values ('9999_future', now())")
  await ledger.system.record()
  expect((await rows()).length).toBe(before)
  await run("delete from schema_migrations where name = '9999_future'")

  await run('alter table system_metrics rename to system_metrics_away')
  await ledger.system.record()
  await run('alter table system_metrics_away rename to system_metrics')
  expect((await rows()).length).toBe(before)
  const missed = await ledger.metrics.registry.getSingleMetricAsString('ledger_system_minutes_missed_total')
  expect(missed).toMatch(/ledger_system_minutes_missed_total 2$/m)
  await ledger.system.record()
  expect((await rows()).length).toBeGreaterThan(before)
})
