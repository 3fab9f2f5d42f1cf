// Booking converges: whatever the order, batching, repetition or concurrency in which the spans of some traces come,
// the net lines and totals are those of sending everything at once. Both roads of the write path book the same.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { seedPrices } from '../../../src/ledger/price/seed-prices.ts'
import { postWhenRoom, startLedger, type TestLedger, withClient } from '../../support/ledger.ts'
import { ledgerDifferences } from '../../support/ledger-sums.ts'
import { type PlainSpan, tracesProtobuf } from '../../support/otlp/messages.ts'
import { between, createRandom, pick, type Random, randomTrace, shuffle } from '../../support/otlp/random-trace.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

const SEEDS = Number(process.env.SPANLEDGER_CONVERGENCE_SEEDS ?? 25)
let database: TestDatabase
let straight: TestLedger
let staged: TestLedger
/** Resolves every trace in part, and reads it once. */
let large: TestLedger

beforeAll(async () => {
  database = await createTestDatabase()
  await withClient(database.ownerUrl, seedPrices)
  straight = await startLedger(database, { env: { LEDGER_WRITER_CONNECTIONS: '3', LEDGER_GROUP_RECORDS: '8' } })
  staged = await startLedger(database, { road: 'staged' })
  large = await startLedger(database, { largeTraceSpans: 1, env: { LEDGER_GROUP_RECORDS: '8' } })
})
afterAll(async () => {
  await straight?.close()
  await staged?.close()
  await large?.close()
  await database?.drop()
})

async function post(ledger: TestLedger, spans: PlainSpan[]): Promise<void> {
  const response = await postWhenRoom(ledger, '/v1/traces', tracesProtobuf(spans))
  expect({ status: response.status, body: (await response.arrayBuffer()).byteLength }).toEqual({ status: 200, body: 0 })
}

const forOrg = (spans: PlainSpan[], orgId: string): PlainSpan[] =>
  spans.map((span) => ({ ...span, attributes: { ...span.attributes, org_id: orgId } }))

/** Random batches of random sizes, some of them twice, sent by several senders at once. */
async function sendScattered(random: Random, ledger: () => TestLedger, spans: PlainSpan[]): Promise<void> {
  const rest = shuffle(random, spans)
  const batches: PlainSpan[][] = []
  while (rest.length > 0) batches.push(rest.splice(0, between(random, 1, 4)))
  const repeated = batches.filter(() => random() < 0.3)
  const queue = shuffle(random, [...batches, ...repeated])
  const sender = async () => {
    for (let batch = queue.pop(); batch; batch = queue.pop()) await post(ledger(), batch)
  }
  await Promise.all(Array.from({ length: between(random, 1, 4) }, sender))
}

/** What stands booked for an organisation: one entry per call, with the content of its standing line. */
const net = (orgId: string) =>
  withClient(database.ownerUrl, async (client) => {
    const { rows } = await client.query(
      `select trace_id, span_id, sum(calls)::int as calls, sum(unpriced_calls)::int as unpriced, sum(cost_usd)::text as cost,
         sum(input_tokens)::int as input, sum(output_tokens)::int as output,
         (array_agg(concat_ws('|', provider, model, request_model, deal_id, feature, status, finish_reason, certainty,
           recognised_by, duplicate_of, latency_ms, price_version) order by revision desc))[1] as content
       from llm_usage where org_id = $1 group by trace_id, span_id, created_at having sum(calls) <> 0
       order by trace_id, span_id`,
      [orgId],
    )
    return rows
  })

const spansOf = (orgId: string) =>
  withClient(database.ownerUrl, async (client) => {
    const { rows } = await client.query(
      `select trace_id, span_id, start_time, start_nanos, duration_ns, parent_span_id, name, deal_id, attributes::text,
         resource::text, call::text from trace_spans where org_id = $1 order by trace_id, span_id, start_time`,
      [orgId],
    )
    return rows
  })

it.each(Array.from({ length: SEEDS }, (_, index) => [index + 1]))(
  'converges in any order of arrival (seed %i)',
  async (seed) => {
    const random = createRandom(seed)
    const startTimeUnixNano = BigInt(Date.now() - 3_600_000) * 1_000_000n
    const spans = Array.from({ length: 3 }, () => randomTrace(random, { orgId: 'x', startTimeUnixNano })).flat()
    await post(straight, forOrg(spans, `whole-${seed}`))
    await sendScattered(random, () => straight, forOrg(spans, `straight-${seed}`))
    await sendScattered(random, () => staged, forOrg(spans, `staged-${seed}`))
    await sendScattered(random, () => large, forOrg(spans, `large-${seed}`))
    await sendScattered(random, () => pick(random, [straight, staged, large]), forOrg(spans, `mixed-${seed}`))
    const expected = await net(`whole-${seed}`)
    expect(expected.length).toBeGreaterThan(0)
    for (const way of ['straight', 'staged', 'large', 'mixed']) {
      expect(await net(`${way}-${seed}`), `${way}, seed ${seed}`).toEqual(expected)
      expect(await spansOf(`${way}-${seed}`)).toEqual(await spansOf(`whole-${seed}`))
    }
  },
)

it('keeps Σ roll-ups = Σ rows through all of it', async () => {
  expect(await withClient(database.ownerUrl, ledgerDifferences)).toEqual([])
  // The arrangements above would prove little if none of them had made the ledger change its mind.
  const { rows } = await withClient(database.ownerUrl, (client) =>
    client.query('select line_kind, count(*)::int as lines from llm_usage group by 1'),
  )
  const lines = Object.fromEntries(rows.map((row) => [row.line_kind, row.lines]))
  expect(lines.reversal).toBeGreaterThan(SEEDS)
  expect(lines.correction).toBeGreaterThan(0)
})

it('notices a roll-up that differs by one token (control)', async () => {
  await withClient(database.ownerUrl, async (client) => {
    await client.query('begin')
    await client.query(
      'update usage_daily set input_tokens = input_tokens + 1 where ctid = (select ctid from usage_daily limit 1)',
    )
    expect((await ledgerDifferences(client)).length).toBeGreaterThan(0)
    await client.query('rollback')
  })
})
