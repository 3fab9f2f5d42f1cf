// Which spans become rows of request_metrics, by the names of HTTP that senders use.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startLedger, type TestLedger, withClient } from '../../support/ledger.ts'
import { type PlainSpan, tracesJson, tracesProtobuf } from '../../support/otlp/messages.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

let database: TestDatabase
let ledger: TestLedger
beforeAll(async () => {
  database = await createTestDatabase()
  ledger = await startLedger(database)
})
afterAll(async () => {
  await ledger?.close()
  await database?.drop()
})

const SERVER = 2
const CLIENT = 3
const current = {
  'http.request.method': 'GET',
  'http.route': '/current',
  'http.response.status_code': 200,
  'http.response.body.size': 20,
}
const old = {
  'http.method': 'POST',
  'http.route': '/old',
  'http.status_code': 503,
  'http.request_content_length': 10,
  'http.response_content_length': 30,
}

it.each([
  ['protobuf', (spans: PlainSpan[]) => tracesProtobuf(spans)],
  ['json', (spans: PlainSpan[]) => JSON.stringify(tracesJson(spans))],
] as const)('are requests served, by the current and by the old names of HTTP (%s)', async (form, toBody) => {
  const span = (index: number, kind: number, attributes: PlainSpan['attributes'] = {}): PlainSpan => ({
    traceId: 'a1'.repeat(16),
    spanId: String(index).repeat(16),
    kind,
    startTimeUnixNano: BigInt(Date.now()) * 1_000_000n,
    attributes: { org_id: form, ...attributes },
  })
  const spans = [
    span(1, SERVER, current),
    span(2, SERVER, old),
    span(3, SERVER, { ...old, ...current }),
    // Controls: no request was served here.
    span(4, CLIENT, old),
    span(5, SERVER),
  ]
  expect((await ledger.post('/v1/traces', toBody(spans))).status).toBe(200)
  const { rows } = await withClient(database.ownerUrl, (client) =>
    client.query(
      `select span_id, method, route, status_code, request_bytes::int, response_bytes::int
       from request_metrics where org_id = $1 order by span_id`,
      [form],
    ),
  )
  const asCurrent = { method: 'GET', route: '/current', status_code: 200, response_bytes: 20 }
  expect(rows).toEqual([
    { span_id: '1'.repeat(16), ...asCurrent, request_bytes: null },
    {
      ...{ span_id: '2'.repeat(16), method: 'POST', route: '/old', status_code: 503 },
      ...{ request_bytes: 10, response_bytes: 30 },
    },
    { span_id: '3'.repeat(16), ...asCurrent, request_bytes: 10 },
  ])
})
