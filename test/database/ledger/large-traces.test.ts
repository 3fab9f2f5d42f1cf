// A trace that comes in very many requests: booked as if it came at once, and not read anew with each request.
import pg from 'pg'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { seedPrices } from '../../../src/ledger/price/seed-prices.ts'
import { startLedger, type TestLedger, withClient } from '../../support/ledger.ts'
import { ledgerDifferences } from '../../support/ledger-sums.ts'
import { type PlainSpan, tracesProtobuf } from '../../support/otlp/messages.ts'
import { createRandom, hex, randomTrace, shuffle } from '../../support/otlp/random-trace.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

const TRACES = 150
const REQUESTS = 60

let database: TestDatabase
let ledger: TestLedger
let other: TestLedger
beforeAll(async () => {
  database = await createTestDatabase()
  await withClient(database.ownerUrl, seedPrices)
  ledger = await startLedger(database)
  other = await startLedger(database)
})
afterAll(async () => {
  await ledger?.close()
  await other?.close()
  await database?.drop()
})

/** Many traces as one, one after the other in time beneath a common root, whose agent comes last. */
function longTrace(seed: number, orgId: string): PlainSpan[] {
  const random = createRandom(seed)
  const traceId = hex(random, 32)
  const root = hex(random, 16)
  const begin = BigInt(Date.now() - 3_600_000) * 1_000_000n
  return Array.from({ length: TRACES }, (_, n) =>
    randomTrace(random, { orgId, startTimeUnixNano: begin + BigInt(n) * 5_000_000_000n, maxCalls: 4 }).map((span) => ({
      ...span,
      traceId,
      parentSpanId: span.parentSpanId === '' ? root : (span.parentSpanId as string),
    })),
  ).flat()
}

const net = (orgId: string) =>
  withClient(database.ownerUrl, async (client) => {
    const { rows } = await client.query(
      `select span_id, sum(calls)::int as calls, sum(cost_usd)::text as cost, sum(input_tokens)::int as input,
         sum(output_tokens)::int as output,
         (array_agg(concat_ws('|', model, certainty, recognised_by, duplicate_of) order by revision desc))[1] as content
       from llm_usage where org_id = $1 group by span_id, created_at having sum(calls) <> 0 order by span_id`,
      [orgId],
    )
    return rows
  })

const post = async (to: TestLedger, spans: PlainSpan[]) =>
  expect((await to.post('/v1/traces', tracesProtobuf(spans))).status).toBe(200)

/** How often each named statement ran while `work` did. */
async function statements(work: () => Promise<void>): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  const query = vi.spyOn(pg.Client.prototype, 'query')
  try {
    await work()
    for (const [first] of query.mock.calls as unknown as [{ name?: string }][])
      if (first?.name !== undefined) counts[first.name] = (counts[first.name] ?? 0) + 1
  } finally {
    query.mockRestore()
  }
  return counts
}

it('is booked as if it came at once, and read whole a few times only', async () => {
  await post(ledger, longTrace(7, 'at-once'))
  const spans = longTrace(7, 'in-parts')
  const mixed = shuffle(createRandom(8), spans)
  const each = Math.ceil(mixed.length / REQUESTS)
  const counts = await statements(async () => {
    for (let at = 0; at < mixed.length; at += each) await post(ledger, mixed.slice(at, at + each))
  })
  expect(await net('in-parts')).toEqual(await net('at-once'))
  expect((await net('at-once')).length).toBeGreaterThan(TRACES)
  // Until it has 200 spans it is read with each request, then never again.
  const untilLarge = Math.ceil(200 / each) + 1
  expect(counts.trace_readings).toBeLessThanOrEqual(untilLarge)
  expect(counts.lock_traces).toBe(Math.ceil(mixed.length / each))
  expect(untilLarge).toBeLessThan(REQUESTS / 2)
})

it('is read anew once another ledger has added to it', async () => {
  const spans = longTrace(9, 'by-two')
  const half = Math.floor(spans.length / 2)
  await post(ledger, spans.slice(0, half))
  await post(ledger, spans.slice(half, half + 10))
  await post(other, spans.slice(half + 10, half + 40))
  const counts = await statements(() => post(ledger, spans.slice(half + 40)))
  expect(counts).toMatchObject({ trace_versions: 2, trace_readings: 1 })
  await post(ledger, longTrace(9, 'by-one'))
  expect(await net('by-two')).toEqual(await net('by-one'))
})

it('keeps Σ roll-ups = Σ rows', async () => {
  expect(await withClient(database.ownerUrl, ledgerDifferences)).toEqual([])
})
