// Records that want to break the ledger: each is repaired or rejected alone, and its neighbours are booked.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startLedger, type TestLedger, withClient } from '../../support/ledger.ts'
import { ledgerDifferences } from '../../support/ledger-sums.ts'
import { Double, type PlainSpan, type PlainValue, tracesJson, tracesProtobuf } from '../../support/otlp/messages.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

let database: TestDatabase
let ledger: TestLedger
let next = 1

beforeAll(async () => {
  database = await createTestDatabase()
  ledger = await startLedger(database)
})
afterAll(async () => {
  await ledger?.close()
  await database?.drop()
})

const id = (digits: number): string => (next++).toString(16).padStart(digits, 'd')
const span = (more: Partial<PlainSpan> = {}): PlainSpan => ({
  traceId: id(32),
  spanId: id(16),
  startTimeUnixNano: BigInt(Date.now()) * 1_000_000n,
  ...more,
  attributes: { org_id: 'acme', ...more.attributes },
})
const call = (usage: Record<string, PlainValue>): PlainSpan =>
  span({
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.provider.name': 'openai',
      ...usage,
    },
  })
const nest = (depth: number): PlainValue => (depth === 0 ? 'core' : [nest(depth - 1)])

/** What comes in, and how many of it are booked. */
const POISON: [name: string, span: () => PlainSpan, booked: 0 | 1][] = [
  [
    'NUL everywhere',
    () => span({ name: 'a\0b', status: { code: 2, message: '\0' }, attributes: { 'k\0': 'v\0', list: ['\0'] } }),
    1,
  ],
  ['NUL in the organisation', () => span({ attributes: { org_id: 'ac\0me' } }), 1],
  ['deep nesting', () => span({ attributes: { deep: nest(40) } }), 1],
  ['an attribute called __proto__', () => span({ attributes: JSON.parse('{"__proto__":"x","constructor":"y"}') }), 1],
  ['integers beyond 2^53', () => span({ attributes: { big: 2n ** 63n - 1n, small: -(2n ** 63n) } }), 1],
  [
    'numbers JSON does not have',
    () =>
      span({
        attributes: { nan: new Double(Number.NaN) as never, inf: new Double(Number.POSITIVE_INFINITY) as never },
      }),
    1,
  ],
  ['a megabyte of text', () => span({ name: 'n'.repeat(100_000), attributes: { text: 'ü'.repeat(500_000) } }), 1],
  [
    'a name as model, far too long',
    () => call({ 'gen_ai.request.model': 'm'.repeat(50_000), 'gen_ai.usage.input_tokens': 1 }),
    1,
  ],
  [
    'token counts beyond any column',
    () => call({ 'gen_ai.usage.input_tokens': 2n ** 62n, 'gen_ai.usage.output_tokens': new Double(1e300) as never }),
    1,
  ],
  ['negative token counts', () => call({ 'gen_ai.usage.input_tokens': -5, 'gen_ai.usage.output_tokens': -1 }), 1],
  [
    'token counts that are text',
    () => call({ 'gen_ai.usage.input_tokens': 'many', 'gen_ai.usage.output_tokens': [1] }),
    1,
  ],
  [
    'a feature status nobody agreed on',
    () => span({ attributes: { 'spanledger.feature.status': 'splendid', 'spanledger.feature.metadata': '{broken' } }),
    1,
  ],
  [
    'metadata jsonb refuses',
    () =>
      span({
        attributes: { 'spanledger.feature.status': 'error', 'spanledger.feature.metadata': '{"a":"\\u0000\\ud800"}' },
      }),
    1,
  ],
  ['an end in the far future', () => span({ endTimeUnixNano: 2n ** 64n - 1n }), 1],
  ['an end before the start', () => span({ endTimeUnixNano: 1n }), 1],
  ['a parent id that is none', () => span({ parentSpanId: 'abcd' }), 1],
  ['a deal id that is none', () => span({ attributes: { deal_id: 'a deal; with spaces' } }), 1],
  ['a trace id of zeros', () => span({ traceId: '0'.repeat(32) }), 0],
  ['a short span id', () => span({ spanId: 'abcd' }), 0],
  ['a start in 1970', () => span({ startTimeUnixNano: 1n }), 0],
  ['a start in 2554', () => span({ startTimeUnixNano: 2n ** 64n - 1n }), 0],
]

it.each(POISON)('%s', async (_name, poison, booked) => {
  const bad = poison()
  const neighbours = [span(), span()] as [PlainSpan, PlainSpan]
  const response = await ledger.post('/v1/traces', tracesProtobuf([neighbours[0], bad, neighbours[1]]))
  expect(response.status).toBe(200)
  const body = Buffer.from(await response.arrayBuffer())
  expect(body.length > 0).toBe(booked === 0)
  const count = async (spans: PlainSpan[]) =>
    withClient(database.ownerUrl, async (client) => {
      const ids = spans.map(({ spanId }) => spanId)
      const { rows } = await client.query('select count(*)::int as n from trace_spans where span_id = any($1)', [ids])
      return rows[0]?.n
    })
  expect(await count(neighbours)).toBe(2)
  expect(await count([bad])).toBe(booked)
})

it('half a surrogate pair, which only JSON can carry', async () => {
  const one = span({ attributes: { broken: 'a\ud800b' } })
  expect((await ledger.post('/v1/traces', JSON.stringify(tracesJson([one])))).status).toBe(200)
  const { rows } = await withClient(database.ownerUrl, (client) =>
    client.query("select attributes::jsonb->>'broken' as broken from trace_spans where span_id = $1", [one.spanId]),
  )
  expect(rows).toEqual([{ broken: 'a\ufffdb' }])
})

it('a record that Postgres refuses is found, rejected and counted; its batch is booked', async () => {
  await withClient(database.ownerUrl, (client) =>
    client.query("alter table trace_spans add constraint no_unbookable check (name <> 'unbookable')"),
  )
  const spans = [...Array.from({ length: 20 }, () => span()), span({ name: 'unbookable' }), span()]
  const response = await ledger.post('/v1/traces', tracesProtobuf(spans))
  expect(response.status).toBe(200)
  expect(Buffer.from(await response.arrayBuffer()).toString()).toContain('unbookable: 1')
  const { rows } = await withClient(database.ownerUrl, (client) =>
    client.query('select count(*)::int as n from trace_spans where span_id = any($1)', [
      spans.map(({ spanId }) => spanId),
    ]),
  )
  expect(rows).toEqual([{ n: 21 }])
})

it('leaves every sum right, and every stored JSON readable', async () => {
  await withClient(database.ownerUrl, async (client) => {
    expect(await ledgerDifferences(client)).toEqual([])
    await client.query('select attributes::jsonb, resource::jsonb, events::jsonb, call::jsonb from trace_spans')
  })
})
