// Trace summaries: one row per trace, the same in any order of arrival, across midnight too.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClients } from '../../support/database-clients.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

let database: TestDatabase
const clients = createClients()
beforeAll(async () => {
  database = await createTestDatabase()
  const writer = await clients.connect(database.writerUrl)
  await writer.query("select ensure_partitions('trace_spans', '2026-11-18', '2026-11-22')")
})
afterAll(async () => {
  await clients.end()
  await database?.drop()
})

// span, parent, start, seconds, name, status, deal
const SPANS = [
  ['r', '', '2026-11-20 23:59:50+00', 30, 'POST /chat', 0, ''],
  ['c1', 'r', '2026-11-20 23:59:51+00', 1, 'search', 2, 'falcon'],
  ['c2', 'r', '2026-11-21 00:00:05+00', 10, 'chat gpt-4o', 0, 'falcon'],
  ['late-root', '', '2026-11-21 00:00:06+00', 1, 'orphan', 2, ''],
] as const

async function insert(trace: string, spans: readonly (typeof SPANS)[number][]): Promise<void> {
  const writer = await clients.connect(database.writerUrl)
  for (const [span, parent, start, seconds, name, status, deal] of spans) {
    await writer.query(
      `insert into trace_spans (org_id, trace_id, span_id, parent_span_id, start_time, duration_ns, name, status_code, deal_id, service_name)
       values ('acme', $1, $2, $3, $4, $5, $6, $7, $8, 'web')`,
      [trace, span, parent, start, seconds * 1e9, name, status, deal],
    )
  }
}

const permutations = <T>(items: readonly T[]): T[][] =>
  items.length < 2
    ? [[...items]]
    : items.flatMap((item, index) =>
        permutations(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest]),
      )

test('every order of arrival ends in the same single row', async () => {
  const orders = permutations(SPANS)
  for (const [index, order] of orders.entries()) await insert(`order-${String(index).padStart(2, '0')}`, order)
  const rows = await clients.rows(database.readerUrl, 'select * from distributed_traces order by trace_id')
  expect(rows).toHaveLength(orders.length)
  for (const { trace_id: _trace, ...row } of rows) {
    expect(row).toMatchObject({
      start_time: new Date('2026-11-20T23:59:50Z'),
      end_time: new Date('2026-11-21T00:00:20Z'),
      duration_ms: '30000.000',
      root_span_id: 'r',
      root_name: 'POST /chat',
      root_service: 'web',
      span_count: '4',
      error_count: '2',
      deal_id: 'falcon',
    })
  }
})

test('traces_between lists a trace on the day it starts, whole, and on no other day', async () => {
  const between = (from: string, to: string) =>
    clients.rows(database.readerUrl, "select span_count from traces_between($1, $2) where trace_id = 'order-00'", [
      from,
      to,
    ])
  expect(await between('2026-11-20', '2026-11-21')).toEqual([{ span_count: '4' }])
  expect(await between('2026-11-21', '2026-11-22')).toEqual([])
  expect(await between('2026-11-19', '2026-11-20')).toEqual([])
})

test('a replayed span changes nothing', async () => {
  const writer = await clients.connect(database.writerUrl)
  const before = await clients.rows(database.readerUrl, "select * from distributed_traces where trace_id = 'order-00'")
  await writer.query(`insert into trace_spans (org_id, trace_id, span_id, start_time, duration_ns, name)
    values ('acme', 'order-00', 'r', '2026-11-20 23:59:50+00', 1, 'x') on conflict do nothing`)
  expect(
    await clients.rows(database.readerUrl, "select * from distributed_traces where trace_id = 'order-00'"),
  ).toEqual(before)
})

test('the same ids of another organisation are another trace', async () => {
  const writer = await clients.connect(database.writerUrl)
  await writer.query(`insert into trace_spans (org_id, trace_id, span_id, start_time, duration_ns, name)
    values ('globex', 'order-00', 'r', '2026-11-20 23:59:50+00', 1, 'theirs')`)
  expect(
    await clients.rows(
      database.readerUrl,
      "select org_id, root_name, span_count from distributed_traces where trace_id = 'order-00' order by 1",
    ),
  ).toEqual([
    { org_id: 'acme', root_name: 'POST /chat', span_count: '4' },
    { org_id: 'globex', root_name: 'theirs', span_count: '1' },
  ])
})
