// Every capture of a real library through the real ledger: whole, and torn into batches of any size and order, some sent
// twice, by several senders to two ledgers at once. The net lines are the same, and they are what the resolver says.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { seedPrices } from '../../../src/ledger/price/seed-prices.ts'
import type { Span } from '../../../src/ledger/span.ts'
import { postWhenRoom, startLedger, type TestLedger, withClient } from '../../support/ledger.ts'
import { ledgerDifferences } from '../../support/ledger-sums.ts'
import { tracesJson } from '../../support/otlp/messages.ts'
import { between, createRandom, pick, type Random, shuffle } from '../../support/otlp/random-trace.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'
import { decide, loadCaptures } from '../../unit/recognise/captures.ts'

// Whole: always every capture. Torn: two arrangements of a seeded half each; the long form sets the number, and takes all.
const LONG_FORM = process.env.SPANLEDGER_CAPTURE_ARRANGEMENTS
const ARRANGEMENTS = Number(LONG_FORM ?? 2)
const captures = loadCaptures()
const spans = captures.flatMap((capture) => capture.spans)
const HOUR_MS = 3_600_000
const latestMs = spans.reduce(
  (latest, { endTimeUnixNano }) => Math.max(latest, Number(endTimeUnixNano / 1_000_000n)),
  0,
)

let database: TestDatabase
let ledgers: TestLedger[]
beforeAll(async () => {
  database = await createTestDatabase()
  await withClient(database.ownerUrl, seedPrices)
  const options = {
    clock: { nowMs: () => latestMs + HOUR_MS },
    env: { LEDGER_WRITER_CONNECTIONS: '3', LEDGER_GROUP_RECORDS: '24' },
  }
  ledgers = [await startLedger(database, options), await startLedger(database, { ...options, road: 'staged' })]
})
afterAll(async () => {
  for (const ledger of ledgers ?? []) await ledger.close()
  await database?.drop()
})

const toPlain = ({ statusCode, statusMessage, attributes, ...span }: Span, orgId: string) => ({
  ...span,
  attributes: { ...attributes, org_id: orgId } as Record<string, string>,
  events: span.events as never,
  status: { code: statusCode, message: statusMessage },
})

async function post(ledger: TestLedger, batch: readonly Span[], orgId: string): Promise<void> {
  const alike = Map.groupBy(batch, ({ scopeName, scopeVersion, resource }) =>
    JSON.stringify([scopeName, scopeVersion, resource]),
  )
  const resourceSpans = [...alike.values()].flatMap((group) => {
    const { scopeName, scopeVersion, resource } = group[0] as Span
    return tracesJson(
      group.map((span) => toPlain(span, orgId)),
      resource as Record<string, unknown>,
      { name: scopeName, version: scopeVersion },
    ).resourceSpans
  })
  const response = await postWhenRoom(ledger, '/v1/traces', JSON.stringify({ resourceSpans }))
  expect({ status: response.status, body: await response.text() }).toEqual({ status: 200, body: '{}' })
}

/** Sends `chosen` torn apart. */
async function scatter(random: Random, chosen: readonly Span[], orgId: string): Promise<void> {
  const largest = pick(random, [1, 5, 40])
  const rest = shuffle(random, chosen)
  const batches: Span[][] = []
  while (rest.length > 0) batches.push(rest.splice(0, between(random, 1, largest)))
  const queue = shuffle(random, [...batches, ...batches.filter(() => random() < 0.2)])
  const sender = async (): Promise<void> => {
    for (let batch = queue.pop(); batch; batch = queue.pop()) await post(pick(random, ledgers), batch, orgId)
  }
  await Promise.all(Array.from({ length: 6 }, sender))
}

const net = (orgId: string) =>
  withClient(database.ownerUrl, async (client) => {
    const { rows } = await client.query(
      `select trace_id, span_id, sum(calls)::int as calls, sum(cost_usd)::text as cost, sum(input_tokens)::int as input,
         sum(output_tokens)::int as output, sum(cache_read_tokens)::int as read, sum(cache_write_tokens)::int as written,
         sum(reasoning_tokens)::int as reasoning,
         (array_agg(concat_ws('|', provider, model, request_model, operation, status, error_class, finish_reason, certainty,
           recognised_by, duplicate_of, latency_ms, time_to_first_token_ms, price_version) order by revision desc))[1] as content
       from llm_usage where org_id = $1 group by trace_id, span_id, created_at having sum(calls) <> 0 order by 1, 2`,
      [orgId],
    )
    return rows
  })

it(`books ${captures.length} captures as the resolver decides`, async () => {
  const queue = [...captures]
  const sender = async (): Promise<void> => {
    for (let capture = queue.pop(); capture; capture = queue.pop())
      await post(ledgers[0] as TestLedger, capture.spans, 'whole')
  }
  await Promise.all(Array.from({ length: 6 }, sender))
  const decided = captures
    .flatMap((capture) => decide(capture.spans))
    .filter(({ outcome }) => outcome === 'booked')
    .map(({ candidate }) => `${candidate.traceId} ${candidate.spanId} ${candidate.usage?.inputTokens ?? 0}`)
  const booked = (await net('whole')).map(({ trace_id, span_id, input }) => `${trace_id} ${span_id} ${input}`)
  expect(booked.sort()).toEqual(decided.sort())
}, 600_000)

it.each(Array.from({ length: ARRANGEMENTS }, (_, index) => [index + 1]))(
  'books the same in any order, batching and repetition (seed %i)',
  async (seed) => {
    const random = createRandom(seed)
    const chosen = LONG_FORM
      ? spans
      : shuffle(random, captures)
          .slice(0, captures.length / 2)
          .flatMap((capture) => capture.spans)
    const traces = new Set(chosen.map(({ traceId }) => traceId))
    await scatter(random, chosen, `torn-${seed}`)
    const expected = (await net('whole')).filter(({ trace_id }) => traces.has(trace_id))
    expect(expected.length).toBeGreaterThan(100)
    expect(await net(`torn-${seed}`)).toEqual(expected)
  },
  600_000,
)

it('keeps Σ roll-ups = Σ rows, and did change its mind', async () => {
  expect(await withClient(database.ownerUrl, ledgerDifferences)).toEqual([])
  const { rows } = await withClient(database.ownerUrl, (client) =>
    client.query("select count(*)::int as n from llm_usage where line_kind = 'reversal'"),
  )
  expect(rows[0].n).toBeGreaterThan(100)
})
