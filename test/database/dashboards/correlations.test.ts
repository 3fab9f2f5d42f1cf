// Where spans lead in Grafana itself: the correlations that are provisioned with its Tempo data source, asked as they are.
import { resolve } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DataSource, readDataSources } from '../../../grafana/viewer/server/provisioning.ts'
import { expandMacros } from '../../../grafana/viewer/server/sql-macros.ts'
import { runSql, seedOrganisations } from '../../support/api.ts'
import { HOUR_MS, TODAY } from '../../support/fixed-now.ts'
import { plantCalls } from '../../support/planted-usage.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

interface Correlation {
  targetUID: string
  label: unknown
  description: unknown
  type?: string
  config: { field: string; target: { rawSql: string; rawQuery: boolean; format: string } }
}

const TRACE = 'ce'.repeat(16)
let database: TestDatabase
let client: pg.Client
let sources: DataSource[]
let correlations: Correlation[]

beforeAll(async () => {
  sources = await readDataSources(resolve(import.meta.dirname, '../../../grafana/provisioning'), {})
  correlations = sources.flatMap(
    (source) => (source as DataSource & { correlations?: Correlation[] }).correlations ?? [],
  )
  database = await createTestDatabase()
  await seedOrganisations(database)
  await plantCalls(database, [
    { at: TODAY, cost: '0.0000125', traceId: TRACE },
    { at: TODAY, cost: '7' },
    { at: TODAY, cost: '9', traceId: TRACE, org: 'globex' },
  ])
  await runSql(database, `select ensure_partitions('structured_logs', $1::timestamptz, $1::timestamptz)`, [
    new Date(TODAY),
  ])
  await runSql(
    database,
    `insert into structured_logs (org_id, time, log_id, level, body, trace_id)
     select 'acme', $1, gen_random_uuid(), 'info', body, trace from (values ('hello', $2), ('other', 'x')) as t (body, trace)`,
    [new Date(TODAY), TRACE],
  )
  client = new pg.Client(database.readerUrl)
  await client.connect()
})
afterAll(async () => {
  await client?.end()
  await database?.drop()
})

describe('correlations of spans', () => {
  test('are in the form that Grafana provisions: it does not start with another', () => {
    expect(correlations.map(({ label }) => label)).toEqual(['Ledger lines', 'Log records'])
    for (const { targetUID, label, description, type, config } of correlations) {
      expect(sources.map(({ uid }) => uid)).toContain(targetUID)
      expect([typeof label, typeof description, type]).toEqual(['string', 'string', undefined])
      expect(config).toMatchObject({ field: 'traceID', target: { rawQuery: true, format: 'table' } })
    }
  })

  test('ask for the trace of the span, around its time, and for no other', async () => {
    const ask = async (correlation: Correlation | undefined, fromMs = TODAY + 60_000) => {
      const sql = String(correlation?.config.target.rawSql).replace(/\$\{traceID\}/, TRACE)
      return (await client.query(expandMacros(sql, { fromMs, toMs: fromMs + 1 }, 60_000))).rows
    }
    const [lines, logs] = correlations
    expect((await ask(lines)).map(({ organisation, cost }) => [organisation, cost]).sort()).toEqual([
      ['acme', '0.0000125'],
      ['globex', '9'],
    ])
    expect(await ask(lines, TODAY + 2 * HOUR_MS)).toEqual([])
    expect(await ask(logs)).toEqual([{ message: 'hello', level: 'info' }].map((row) => expect.objectContaining(row)))
  })
})
