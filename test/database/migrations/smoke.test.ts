import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database?.drop())

test('the writer copies lines into the parent table and the roll-ups follow', async () => {
  const writer = new pg.Client(database.writerUrl)
  await writer.connect()
  await writer.query("select ensure_partitions('llm_usage', '2026-11-01', '2026-11-21')")
  await writer.query("select ensure_partitions('trace_spans', '2026-11-01', '2026-11-21')")
  const line = (trace: string, revision: number, kind: string, calls: number, cost: string) =>
    [
      'acme',
      trace,
      'a'.repeat(16),
      '2026-11-20 10:00:00+00',
      revision,
      kind,
      'gpt-4o',
      calls,
      cost,
      'priced',
      calls * 10,
      250,
    ].join('\t')
  await writer.query('begin')
  await pipeline(
    Readable.from([
      `${line('1', 0, 'call', 1, '0.000001')}\n${line('2', 0, 'call', 1, '0.5')}\n${line('1', 1, 'reversal', -1, '-0.000001')}\n`,
    ]),
    writer.query(
      copyFrom(
        'copy llm_usage (org_id, trace_id, span_id, created_at, revision, line_kind, model, calls, cost_usd, price_status, input_tokens, latency_ms) from stdin',
      ),
    ),
  )
  await writer.query(
    "insert into trace_spans (org_id, trace_id, span_id, start_time, duration_ns, name, status_code) values ('acme','1','a','2026-11-20 10:00:00+00', 5000000, 'x', 2), ('acme','1','b','2026-11-20 23:59:00+00', 120000000000, 'y', 0), ('acme','1','c','2026-11-21 00:00:10+00', 5000000, 'z', 2)",
  )
  const again = await writer.query(
    "insert into trace_spans (org_id, trace_id, span_id, start_time, duration_ns, name, status_code) values ('acme','1','a','2026-11-20 10:00:00+00', 5000000, 'x', 2) on conflict do nothing returning span_id",
  )
  expect(again.rows).toEqual([])
  await writer.query('commit')
  expect(
    (await writer.query("select span_id, revision, cost_usd from trace_lines('{acme}', '{1}')")).rows,
  ).toHaveLength(2)
  expect((await writer.query("select span_id, call from trace_readings('{acme}', '{1}')")).rows).toHaveLength(3)
  await expect(writer.query('select cost_usd from llm_usage')).rejects.toMatchObject({ code: '42501' })
  await writer.query("select lock_traces('{acme,b}', '{1,2}')")
  await writer.end()
  const reader = new pg.Client(database.readerUrl)
  await reader.connect()
  console.log(
    (await reader.query('select * from usage_daily')).rows,
    (await reader.query('select * from distributed_traces')).rows,
    (await reader.query("select * from traces_between('2026-11-20','2026-11-21')")).rows.length,
  )
  console.log((await reader.query('select histogram_percentile(latency_histogram, 0.5) from usage_daily')).rows)
  await reader.end()
})
