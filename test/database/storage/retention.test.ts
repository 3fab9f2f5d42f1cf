import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { applyRetention } from '../../../src/cli/commands/retention.ts'
import { createClients } from '../../support/database-clients.ts'
import { spanledger } from '../../support/spanledger-cli.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'
import { copyLines, randomLines } from '../../support/usage-lines.ts'

const NOW = new Date('2026-11-21T12:00:00Z')

let database: TestDatabase
const clients = createClients()
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(async () => {
  await clients.end()
  await database?.drop()
})

const ask = (text: string, values?: unknown[]) => clients.rows(database.ownerUrl, text, values)
const leaves = (table: string) =>
  ask('select leaf_name from partition_leaves where table_name = $1 order by 1', [table]).then((rows) =>
    rows.map(({ leaf_name }) => leaf_name),
  )

describe('retention settings', () => {
  test('are those of requirement C4', async () => {
    const rows = await ask('select table_name, keep_days from storage_settings')
    const days = Object.fromEntries(rows.map(({ table_name, keep_days }) => [table_name, keep_days]))
    expect(days).toMatchObject({
      request_metrics: 30,
      system_metrics: 7,
      llm_usage: 90,
      rag_metrics: 30,
      cache_metrics: 7,
    })
  })

  test('are changed by the command and refused when senseless', async () => {
    expect(await spanledger(database.ownerUrl, ['retention', 'set', 'structured_logs', '14'])).toMatchObject({
      code: 0,
    })
    expect(await ask("select keep_days from storage_settings where table_name = 'structured_logs'")).toEqual([
      { keep_days: 14 },
    ])
    expect((await spanledger(database.ownerUrl, ['retention', 'set', 'structured_logs', '0'])).code).toBe(1)
    expect((await spanledger(database.ownerUrl, ['retention', 'set', 'nothing', '5'])).stderr).toContain(
      'no table nothing',
    )
  })
})

describe('partitions', () => {
  test('90 days load in any order: each day finds its partition, none twice', async () => {
    const writer = await clients.connect(database.writerUrl)
    const days = Array.from({ length: 90 }, (_, index) => (index * 37) % 90)
    for (const day of days) {
      await writer.query(
        "select ensure_partitions('rag_metrics', $1::timestamptz - make_interval(days => $2), $1::timestamptz - make_interval(days => $2))",
        [NOW, day],
      )
      await writer.query(
        "insert into rag_metrics (org_id, trace_id, span_id, created_at, step, duration_ms) values ('acme', 't', '1', $1::timestamptz - make_interval(days => $2), 'rerank', 1)",
        [NOW, day],
      )
    }
    expect(await leaves('rag_metrics')).toHaveLength(90)
    expect(await ask('select count(*)::int as n from rag_metrics')).toEqual([{ n: 90 }])
  })

  test('ten writers asking at once for the same weeks all succeed', async () => {
    const writers = await Promise.all(Array.from({ length: 10 }, () => clients.connect(database.writerUrl)))
    const made = await Promise.all(
      writers.map((writer) => writer.query("select ensure_partitions('trace_spans', '2025-01-06', '2025-03-30') as n")),
    )
    // Twelve weeks of spans and of their trace summaries.
    expect(made.reduce((sum, result) => sum + result.rows[0].n, 0)).toBe(24)
  })

  test('a reader in the middle of a query does not hinder a new partition', async () => {
    const reader = await clients.connect(database.readerUrl)
    await reader.query('begin')
    await reader.query('select count(*) from structured_logs')
    const writer = await clients.connect(database.writerUrl)
    // Hindered, it would wait for the reader's end, which never comes.
    await writer.query("set statement_timeout = '30s'")
    await writer.query("select ensure_partitions('structured_logs', '2025-05-05', '2025-05-05')")
    await reader.query('commit')
  })

  test.each([
    ["ensure_partitions('organisations', now(), now())", '42P01'],
    ["ensure_partitions('x; drop table deals', now(), now())", '42P01'],
    ["ensure_partitions('llm_usage', now(), now() - interval '1 day')", '22023'],
    ["ensure_partitions('llm_usage', '0001-01-01', now())", '22023'],
  ])('%s is refused', async (call, code) => {
    const writer = await clients.connect(database.writerUrl)
    await expect(writer.query(`select ${call}`)).rejects.toMatchObject({ code })
  })

  test('a session in another time zone makes the same partitions', async () => {
    const writer = await clients.connect(database.writerUrl)
    await writer.query("set timezone = 'Pacific/Auckland'")
    await writer.query("select ensure_partitions('system_metrics', '2025-07-01 23:30:00+00', '2025-07-01 23:30:00+00')")
    await writer.query("select ensure_partitions('trace_spans', '2025-07-06 23:30:00+00', '2025-07-06 23:30:00+00')")
    expect(await leaves('system_metrics')).toContain('system_metrics_20250701')
    expect(await leaves('trace_parts')).toContain('trace_parts_20250630')
    await writer.query(
      "insert into trace_spans (org_id, trace_id, span_id, start_time, duration_ns, name) values ('z', 't', '1', '2025-07-06 23:30:00+00', 1, 'n')",
    )
    await writer.query(
      "insert into system_metrics (org_id, created_at, record_id, metric, value) values ('z', '2025-07-01 23:30:00+00', gen_random_uuid(), 'cpu', 1)",
    )
  })
})

describe('spanledger retention', () => {
  test('drops exactly the partitions that are past their time, and roll-ups survive', async () => {
    const writer = await clients.connect(database.writerUrl)
    await copyLines(writer, randomLines(3, 200, '2026-08-01'))
    await copyLines(writer, randomLines(4, 200, '2026-11-10'))
    const rolled = await ask(
      'select day, sum(calls)::text as calls, sum(cost_usd)::text as cost from usage_daily group by day order by day',
    )
    const owner = await clients.connect(database.ownerUrl)
    const dry = await applyRetention(owner, { asOf: NOW, dryRun: true })
    const report = await applyRetention(owner, { asOf: NOW })
    expect(report.dropped).toEqual(dry.dropped)
    // 90 days before 21 November is 23 August: the week of 27 July is gone, so is August up to the 3rd.
    expect(await leaves('llm_usage')).not.toContain('llm_usage_20260727')
    expect(await leaves('llm_usage')).toContain('llm_usage_20261109')
    // 30 days of retrieval records, 22 October to 21 November.
    const kept = (await leaves('rag_metrics')).filter((leaf) => leaf <= 'rag_metrics_20261121')
    expect(kept[0]).toBe('rag_metrics_20261022')
    expect(kept).toHaveLength(31)
    const [row] = await ask("select count(*)::int as n from llm_usage where created_at < '2026-09-01'")
    expect(row.n).toBe(0)
    expect(
      await ask(
        'select day, sum(calls)::text as calls, sum(cost_usd)::text as cost from usage_daily group by day order by day',
      ),
    ).toEqual(rolled)
  })

  test('records of a dropped range are refused, since a replay would be counted twice; a range never stored is made', async () => {
    const writer = await clients.connect(database.writerUrl)
    await expect(
      writer.query("select ensure_partitions('llm_usage', '2026-08-01', '2026-08-01')"),
    ).rejects.toMatchObject({ code: '22008' })
    await writer.query("select ensure_partitions('llm_usage', '2026-06-01', '2026-06-01')")
    expect(await leaves('llm_usage')).toContain('llm_usage_20260601')
  })

  test('makes the partitions of the next two weeks', async () => {
    const [row] = await ask(`select count(*)::int as tables from (select table_name from partition_leaves
      where to_time > now() + interval '13 days' group by table_name) t`)
    const [settings] = await ask('select count(*)::int as tables from storage_settings')
    expect(row.tables).toBe(settings.tables)
  })

  test('a table someone is reading is left for the next run', async () => {
    const writer = await clients.connect(database.writerUrl)
    await writer.query("select ensure_partitions('cache_metrics', '2026-09-01', '2026-09-01')")
    const reader = await clients.connect(database.readerUrl)
    await reader.query('begin')
    await reader.query('select count(*) from cache_metrics')
    const owner = await clients.connect(database.ownerUrl)
    expect((await applyRetention(owner, { asOf: NOW })).busy).toEqual(['cache_metrics_20260901'])
    await reader.query('commit')
    expect((await applyRetention(owner, { asOf: NOW })).dropped).toEqual(['cache_metrics_20260901'])
  })

  test('a partition still in its time cannot be dropped by name', async () => {
    const owner = await clients.connect(database.ownerUrl)
    await expect(
      owner.query("select drop_expired_partition('llm_usage_20261109', '2026-11-21')"),
    ).rejects.toMatchObject({ code: '55000' })
  })
})
