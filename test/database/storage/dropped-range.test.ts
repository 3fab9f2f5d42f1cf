// What retention has dropped cannot be told from a replay: a record of that time is refused by itself (SQLSTATE 22008),
// counted and named to the sender; what came with it is booked, and the roll-ups that outlive the rows keep their sums.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { applyRetention } from '../../../src/cli/commands/retention.ts'
import { seedPrices } from '../../../src/ledger/price/seed-prices.ts'
import { createClients } from '../../support/database-clients.ts'
import { startLedger, type TestLedger, withClient } from '../../support/ledger.ts'
import { type PlainSpan, tracesProtobuf } from '../../support/otlp/messages.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

let database: TestDatabase
let ledger: TestLedger
const clients = createClients()
beforeAll(async () => {
  database = await createTestDatabase()
  await withClient(database.ownerUrl, seedPrices)
  ledger = await startLedger(database)
})
afterAll(async () => {
  await ledger?.close()
  await clients.end()
  await database?.drop()
})

const call = (trace: string, ageDays: number): PlainSpan => ({
  traceId: trace.repeat(32),
  spanId: 'b'.repeat(16),
  startTimeUnixNano: BigInt(Date.now() - ageDays * 86_400_000) * 1_000_000n,
  attributes: {
    org_id: 'acme',
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'gpt-4o',
    'gen_ai.usage.input_tokens': 100,
    'gen_ai.usage.output_tokens': 10,
  },
})
const post = async (spans: PlainSpan[]): Promise<{ status: number; body: string }> => {
  const response = await ledger.post('/v1/traces', tracesProtobuf(spans))
  return { status: response.status, body: Buffer.from(await response.arrayBuffer()).toString() }
}
const ask = (text: string) => clients.rows(database.ownerUrl, text)
const rolledUp = () => ask('select day::text, calls::int, cost_usd::text from usage_daily order by day')
const booked = () => ask('select trace_id from trace_spans order by 1')

test('a replay from before retention is refused alone, what came with it is booked, roll-ups stay', async () => {
  const old = call('1', 130)
  expect(await post([old])).toEqual({ status: 200, body: '' })
  // Control: as long as the rows are there, a replay is known as one.
  expect(await post([old])).toEqual({ status: 200, body: '' })
  const before = await rolledUp()
  expect(before).toMatchObject([{ calls: 1 }])

  await applyRetention(await clients.connect(database.ownerUrl), { asOf: new Date() })
  expect(await booked()).toEqual([])
  ledger = await restart()
  const answer = await post([call('2', 0), old, call('3', 1)])
  expect(answer.status).toBe(200)
  expect(answer.body).toContain('unbookable: 1')
  expect((await booked()).map(({ trace_id }) => trace_id[0])).toEqual(['2', '3'])
  expect(await rolledUp()).toEqual(expect.arrayContaining(before))
  expect((await rolledUp()).reduce((sum, { calls }) => sum + calls, 0)).toBe(3)
  expect(await ledger.metrics.registry.getSingleMetricAsString('ledger_spans_rejected_total')).toContain(
    'ledger_spans_rejected_total{reason="unbookable"} 1',
  )
})

test('the running ledger, which still remembers the partition, refuses it too', async () => {
  const old = call('4', 230)
  expect(await post([old])).toEqual({ status: 200, body: '' })
  await applyRetention(await clients.connect(database.ownerUrl), { asOf: new Date() })
  const answer = await post([old, call('5', 0)])
  expect(answer.body).toContain('unbookable: 1')
  expect((await booked()).map(({ trace_id }) => trace_id[0])).toEqual(['2', '3', '5'])
})

/** A new process has no partition in mind. */
async function restart(): Promise<TestLedger> {
  await ledger.close()
  return startLedger(database)
}
