// A sender whose clock is ahead is noticed before its records are refused.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startLedger, type TestLedger } from '../../support/ledger.ts'
import { tracesProtobuf } from '../../support/otlp/messages.ts'
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

const postAhead = async (spanId: string, aheadMs: number) => {
  const startTimeUnixNano = BigInt(Date.now() + aheadMs) * 1_000_000n
  const span = { traceId: '1'.repeat(32), spanId: spanId.repeat(16), startTimeUnixNano, attributes: { org_id: 'acme' } }
  expect((await ledger.post('/v1/traces', tracesProtobuf([span]))).status).toBe(200)
}
const counted = async (metric: string) =>
  (await ledger.metrics.registry.getMetricsAsJSON())
    .find(({ name }) => name === metric)
    ?.values.map(({ value }) => value)

test('a span that starts over a minute from now is booked and counted', async () => {
  await postAhead('a', 0)
  await postAhead('b', 30_000)
  expect(await counted('ledger_spans_ahead_total')).toEqual([0])
  await postAhead('c', 5 * 60_000)
  expect(await counted('ledger_spans_ahead_total')).toEqual([1])
  expect(await counted('ledger_spans_rejected_total')).toEqual([])
  await postAhead('d', 48 * 3_600_000)
  expect(await counted('ledger_spans_ahead_total')).toEqual([1])
  expect(await counted('ledger_spans_rejected_total')).toEqual([1])
})
