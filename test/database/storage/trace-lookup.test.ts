// Resolving reads whole traces inside the ledger's transaction: the look-up must go by key whatever the planner knows.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClients } from '../../support/database-clients.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

const TRACES = 100
const SPANS = 40_000

let database: TestDatabase
const clients = createClients()
beforeAll(async () => {
  database = await createTestDatabase()
  const owner = await clients.connect(database.ownerUrl)
  await owner.query("select ensure_partitions('trace_spans', '2026-09-01', '2026-11-28')")
  await owner.query('alter table trace_spans disable trigger roll_up')
  await owner.query(`insert into trace_spans (org_id, trace_id, span_id, start_time, duration_ns, name)
    select 'o', lpad(to_hex(n / 8), 32, '0'), to_hex(n), timestamptz '2026-09-01' + (n / 8) * interval '15 minutes', 1, 'x'
    from generate_series(0, ${SPANS - 1}) n`)
})
afterAll(async () => {
  await clients.end()
  await database?.drop()
})

test.each(['without statistics', 'with statistics'])('%s each trace is found by its key', async (state) => {
  const owner = await clients.connect(database.ownerUrl)
  if (state === 'with statistics') await owner.query('analyze trace_spans')
  const traces = Array.from({ length: TRACES }, (_, index) => (1_000 + index).toString(16).padStart(32, '0'))
  const orgs = traces.map(() => 'o')
  const read = async () => {
    const before = await reads()
    const { rowCount } = await owner.query('select span_id from trace_readings($1, $2)', [orgs, traces])
    await owner.query('select pg_stat_force_next_flush()')
    return { rowCount, read: (await reads()) - before }
  }
  /** Rows fetched from leaves of trace_spans, by any path. */
  const reads = async () => {
    const [row] = await clients.rows(
      database.ownerUrl,
      `select coalesce(sum(seq_tup_read + idx_tup_fetch), 0)::int as n
      from pg_stat_user_tables where schemaname = 'partitions' and relname like 'trace\\_spans\\_%'`,
    )
    return row.n
  }
  await owner.query('select pg_stat_force_next_flush()')
  await owner.query('select 1')
  const { rowCount, read: fetched } = await read()
  expect(rowCount).toBe(TRACES * 8)
  // By key: eight rows a trace. By time or by scan it would be every row of a partition, for each trace.
  expect(fetched).toBeLessThanOrEqual(TRACES * 8 * 2)
  expect(fetched).toBeGreaterThanOrEqual(TRACES * 8)
})
