// The api's job drops what is past its time, once a day, and cannot drop anything else.
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRetentionJob } from '../../../src/api/retention-job.ts'
import { createLogger } from '../../../src/shared/logger.ts'
import { startTestApi } from '../../support/api.ts'
import { createClients } from '../../support/database-clients.ts'
import { pollUntil } from '../../support/poll.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

const logger = createLogger('api', 'silent')
let database: TestDatabase
let pool: pg.Pool
let nowMs = Date.now()
const clock = { nowMs: () => nowMs }
const clients = createClients()
const owner = (text: string, values?: unknown[]) => clients.rows(database.ownerUrl, text, values)
const expired = async () => (await owner('select leaf_name from expired_partitions()')).map((row) => row.leaf_name)
/** A partition of cache_metrics, kept 7 days, of so many days ago. */
async function partitionOf(daysAgo: number): Promise<string> {
  const time = `now() - interval '${daysAgo} days'`
  await owner(`select ensure_partitions('cache_metrics', ${time}, ${time})`)
  const [{ leaf }] = await owner(`select 'cache_metrics_' || to_char((${time}) at time zone 'UTC', 'YYYYMMDD') as leaf`)
  return leaf
}
const exists = async (leaf: string) =>
  (await owner('select from pg_class where oid = to_regclass($1)', [`partitions.${leaf}`])).length === 1

beforeAll(async () => {
  database = await createTestDatabase()
  pool = new pg.Pool({ connectionString: database.apiUrl, max: 2 })
})
afterAll(async () => {
  await pool?.end()
  await clients.end()
  await database?.drop()
})

test('drops what is past its time, keeps the rest, makes what is to come; again only on the next day', async () => {
  const [old, young] = [await partitionOf(20), await partitionOf(3)]
  const run = createRetentionJob(pool, clock, logger)
  await run()
  expect([await exists(old), await exists(young)]).toEqual([false, true])
  const [{ ahead }] = await owner(
    "select count(*)::int as ahead from partition_leaves where table_name = 'llm_usage' and from_time > now()",
  )
  expect(ahead).toBeGreaterThan(0)
  const again = await partitionOf(21)
  await run()
  expect(await exists(again)).toBe(true)
  nowMs += 86_400_000
  await run()
  expect(await exists(again)).toBe(false)
})

test('a table someone reads is tried again at the next turn of the same day', async () => {
  const old = await partitionOf(22)
  const reader = await clients.connect(database.readerUrl)
  await reader.query('begin')
  await reader.query('select count(*) from cache_metrics')
  const run = createRetentionJob(pool, clock, logger)
  await run()
  expect(await exists(old)).toBe(true)
  await reader.query('commit')
  await run()
  expect(await exists(old)).toBe(false)
})

test('two at once drop each partition once and both end well', async () => {
  await Promise.all([23, 24, 25, 26].map(partitionOf))
  expect(await expired()).toHaveLength(4)
  const jobs = [createRetentionJob(pool, clock, logger), createRetentionJob(pool, clock, logger)]
  await Promise.all(jobs.map((run) => run()))
  expect(await expired()).toEqual([])
})

test('the api’s login can drop nothing that is kept, by no name and at no time it says', async () => {
  const kept = await partitionOf(2)
  await expect(pool.query('select retire_partition($1)', [kept])).rejects.toMatchObject({ code: '55000' })
  await expect(pool.query("select drop_expired_partition($1, '2100-01-01')", [kept])).rejects.toMatchObject({
    code: '42501',
  })
  await expect(pool.query('update storage_settings set keep_days = 1')).rejects.toMatchObject({ code: '42501' })
  await expect(pool.query(`drop table partitions.${kept}`)).rejects.toMatchObject({ code: '42501' })
  expect(await exists(kept)).toBe(true)
  for (const url of [database.writerUrl, database.readerUrl]) {
    const client = await clients.connect(url)
    await expect(client.query('select retire_partition($1)', [kept])).rejects.toMatchObject({ code: '42501' })
  }
})

test('the api runs it', async () => {
  const old = await partitionOf(27)
  const api = await startTestApi(database, { jobs: true })
  try {
    await pollUntil('the job to have ended well', async () => {
      const seen = await (await fetch(`${api.url}/metrics`)).text()
      expect(seen).toMatch(/api_job_last_success_timestamp_seconds\{task="retention"\} \d/)
    })
    expect(await exists(old)).toBe(false)
  } finally {
    await api.close()
  }
})
