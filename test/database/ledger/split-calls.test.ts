// One call reported in two traces is booked once: whatever the order, batching, repetition and concurrency in which the
// spans of both come, the net lines are those of sending everything at once. What only looks like one call stays two.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seedPrices } from '../../../src/ledger/price/seed-prices.ts'
import { startLedger, type TestLedger, withClient } from '../../support/ledger.ts'
import { ledgerDifferences } from '../../support/ledger-sums.ts'
import { type PlainSpan, tracesJson } from '../../support/otlp/messages.ts'
import { between, createRandom, hex, pick, type Random, shuffle } from '../../support/otlp/random-trace.ts'
import { pollUntil } from '../../support/poll.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

const SEEDS = Number(process.env.SPANLEDGER_CONVERGENCE_SEEDS ?? 12)
let database: TestDatabase
let ledgers: TestLedger[]

beforeAll(async () => {
  database = await createTestDatabase()
  await withClient(database.ownerUrl, seedPrices)
  const env = { LEDGER_WRITER_CONNECTIONS: '3', LEDGER_GROUP_RECORDS: '6' }
  ledgers = [await startLedger(database, { env }), await startLedger(database, { env, road: 'staged' })]
})
afterAll(async () => {
  for (const ledger of ledgers ?? []) await ledger.close()
  await database?.drop()
})

interface ScopedSpan extends PlainSpan {
  scope: string
  service?: string
}

interface Usage {
  input: number
  output: number
}

const START = BigInt(Date.now() - 3_600_000) * 1_000_000n
const MS = 1_000_000n

/** A stream as the application's instrumentation and LiteLLM's callback report it, each in a trace of its own. */
function splitCall(random: Random, responseId: string, usage: Usage, startMs: number, appTrace: string): ScopedSpan[] {
  const start = START + BigInt(startMs) * MS
  const end = start + BigInt(between(random, 20, 4_000)) * MS
  const facts = {
    'gen_ai.request.model': 'gpt-4o-mini',
    'gen_ai.response.id': responseId,
    'gen_ai.usage.input_tokens': usage.input,
    'gen_ai.usage.output_tokens': usage.output,
  }
  const root = { traceId: appTrace, spanId: hex(random, 16), startTimeUnixNano: start - 2n * MS }
  const own = { traceId: hex(random, 32), spanId: hex(random, 16), startTimeUnixNano: start, endTimeUnixNano: end }
  return [
    { ...root, endTimeUnixNano: end + 5n * MS, name: 'POST /ask', kind: 2, scope: 'application' },
    {
      ...{ ...own, traceId: appTrace, spanId: hex(random, 16), parentSpanId: root.spanId, name: 'chat', kind: 3 },
      attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.system': 'openai', ...facts, deal_id: 'falcon' },
      scope: 'opentelemetry.instrumentation.openai_v2',
    },
    {
      ...{ ...own, name: 'litellm_request' },
      attributes: {
        'llm.request.type': 'completion',
        'litellm.call_id': hex(random, 8),
        ...facts,
        'gen_ai.system': 'openai',
      },
      scope: 'litellm',
    },
    { ...own, spanId: hex(random, 16), parentSpanId: own.spanId, name: 'raw_gen_ai_request', scope: 'litellm' },
  ]
}

const serial = (random: Random): string => `chatcmpl-B${hex(random, 20)}Z`

function randomSpans(random: Random): { spans: ScopedSpan[]; calls: Usage[] } {
  const calls: Usage[] = []
  const spans: ScopedSpan[] = []
  for (let trace = between(random, 1, 3); trace > 0; trace--) {
    const appTrace = hex(random, 32)
    for (let i = between(random, 1, 3); i > 0; i--) {
      // Few figures: identical concurrent calls are two calls.
      const usage = { input: pick(random, [13, 1_000]), output: pick(random, [7, 8]) }
      calls.push(usage)
      const call = splitCall(random, serial(random), usage, between(random, 0, 500), appTrace)
      // Not streamed: the callback adds to the trace that is there.
      if (random() < 0.3) {
        const [root, client] = call as [ScopedSpan, ScopedSpan]
        const raw = { traceId: appTrace, parentSpanId: root.spanId, endTimeUnixNano: client.endTimeUnixNano as bigint }
        spans.push(root, client, { ...(call[2] as ScopedSpan), ...raw })
      } else spans.push(...call)
    }
  }
  return { spans, calls }
}

async function post(ledger: TestLedger, spans: ScopedSpan[], orgId: string): Promise<void> {
  const resourceSpans = [...Map.groupBy(spans, ({ scope, service }) => `${scope} ${service}`).values()].flatMap(
    (alike) =>
      tracesJson(
        alike.map((span) => ({ ...span, attributes: { ...span.attributes, org_id: orgId } })),
        { 'service.name': alike[0]?.service ?? 'app' },
        { name: alike[0]?.scope as string, version: '1' },
      ).resourceSpans,
  )
  // A busy ledger says 503, and a sender sends again.
  await pollUntil(
    'the request is booked',
    async () => {
      const response = await ledger.post('/v1/traces', JSON.stringify({ resourceSpans }))
      expect({ status: response.status, body: await response.text() }).toEqual({ status: 200, body: '{}' })
    },
    { timeoutMs: 60_000 },
  )
}

/** Random batches, some of them twice, by several senders at once over two ledgers. */
async function scatter(random: Random, spans: ScopedSpan[], orgId: string): Promise<void> {
  const rest = shuffle(random, spans)
  const batches: ScopedSpan[][] = []
  while (rest.length > 0) batches.push(rest.splice(0, between(random, 1, 3)))
  const queue = shuffle(random, [...batches, ...batches.filter(() => random() < 0.3)])
  const sender = async (): Promise<void> => {
    for (let batch = queue.pop(); batch; batch = queue.pop()) await post(pick(random, ledgers), batch, orgId)
  }
  await Promise.all(Array.from({ length: between(random, 1, 5) }, sender))
}

const net = (orgId: string) =>
  withClient(database.ownerUrl, async (client) => {
    const { rows } = await client.query(
      `select trace_id, span_id, sum(calls)::int as calls, sum(cost_usd)::text as cost, sum(input_tokens)::int as input,
         sum(output_tokens)::int as output,
         (array_agg(concat_ws('|', model, deal_id, certainty, recognised_by, duplicate_of) order by revision desc))[1] as content
       from llm_usage where org_id = $1 group by trace_id, span_id, created_at having sum(calls) <> 0 order by 1, 2`,
      [orgId],
    )
    return rows
  })

const figures = (rows: { input: number; output: number }[]): string[] =>
  rows.map(({ input, output }) => `${input} ${output}`).sort()

describe('a call in two traces', () => {
  it.each(Array.from({ length: SEEDS }, (_, index) => [index + 1]))(
    'is booked once, in any order of arrival (seed %i)',
    async (seed) => {
      const random = createRandom(seed)
      const { spans, calls } = randomSpans(random)
      await post(ledgers[0] as TestLedger, spans, `whole-${seed}`)
      const expected = await net(`whole-${seed}`)
      expect(figures(expected)).toEqual(figures(calls))
      for (let way = 0; way < 3; way++) {
        const orgId = `scattered-${seed}-${way}`
        await scatter(random, spans, orgId)
        expect(await net(orgId), orgId).toEqual(expected)
      }
    },
  )

  it('keeps the line beneath the application and says what it stands for', async () => {
    const random = createRandom(99)
    const spans = splitCall(random, serial(random), { input: 13, output: 7 }, 0, hex(random, 32))
    await post(ledgers[0] as TestLedger, spans.slice(2), 'told')
    expect(await net('told')).toMatchObject([{ trace_id: spans[2]?.traceId }])
    await post(ledgers[0] as TestLedger, spans.slice(0, 2), 'told')
    const [row, ...others] = await net('told')
    expect(others).toEqual([])
    expect(row.trace_id).toBe(spans[0]?.traceId)
    expect(row.content).toContain(`|falcon|measured|otel-genai/chat|${spans[2]?.spanId}`)
  })

  it('leaves Σ roll-ups = Σ rows, and did change its mind', async () => {
    expect(await withClient(database.ownerUrl, ledgerDifferences)).toEqual([])
    const { rows } = await withClient(database.ownerUrl, (client) =>
      client.query("select count(*)::int as n from llm_usage where line_kind = 'reversal'"),
    )
    expect(rows[0].n).toBeGreaterThan(SEEDS)
  })
})

describe('stay two calls', () => {
  const twice = async (
    orgId: string,
    change: (spans: ScopedSpan[], random: Random) => ScopedSpan[][],
    responseId?: string,
  ): Promise<number> => {
    const random = createRandom(7)
    const id = responseId ?? serial(random)
    const spans = splitCall(random, id, { input: 13, output: 7 }, 0, hex(random, 32))
    for (const batch of change(spans, random)) await post(ledgers[0] as TestLedger, batch, orgId)
    return (await net(orgId)).length
  }
  const copy = (spans: ScopedSpan[], random: Random, afterMs: number): ScopedSpan[] => {
    const traceId = hex(random, 32)
    const later = BigInt(afterMs) * MS
    return spans.map((span) => ({
      ...span,
      traceId,
      startTimeUnixNano: span.startTimeUnixNano + later,
      endTimeUnixNano: (span.endTimeUnixNano as bigint) + later,
    }))
  }

  it('the same spans with an id that is one (control)', async () => {
    expect(await twice('control', (spans) => [spans])).toBe(1)
  })
  it.each(['', 'chatcmpl-123', 'chatcmpl-mock', 'resp_000000000000', 'test-response-id'])(
    'calls with the id %j',
    async (id) => {
      expect(await twice(`weak-${id.length}${id.slice(-3)}`, (spans) => [spans], id)).toBe(2)
    },
  )
  it('an answer out of a cache: the same emitter, another trace', async () => {
    expect(await twice('cached', (spans, random) => [spans.slice(0, 2), copy(spans.slice(0, 2), random, 3)])).toBe(2)
  })
  it('an answer out of a cache, later, seen by another emitter', async () => {
    expect(await twice('later', (spans, random) => [spans.slice(0, 2), copy(spans.slice(2), random, 60_000)])).toBe(2)
  })
  it('calls of different organisations', async () => {
    expect(await twice('one-org', (spans) => [spans.slice(0, 2)])).toBe(1)
    expect(await twice('other-org', (spans) => [spans.slice(2)])).toBe(1)
  })
  it('calls of different models', async () => {
    const other = (span: ScopedSpan) => ({
      ...span,
      attributes: { ...span.attributes, 'gen_ai.request.model': 'claude-opus-4-5' },
    })
    expect(await twice('models', (spans) => [spans.slice(0, 2), spans.slice(2).map(other)])).toBe(2)
  })

  it('calls with a constant that looks like an id, in many traces, in any order', async () => {
    const random = createRandom(3)
    const id = 'chatcmpl-Constant0123456789'
    const spans = Array.from({ length: 12 }, () => {
      const all = splitCall(random, id, { input: 13, output: 7 }, between(random, 0, 50), hex(random, 32))
      return random() < 0.5 ? all.slice(0, 2) : all.slice(2).map((span) => ({ ...span, service: hex(random, 4) }))
    })
    await post(ledgers[0] as TestLedger, spans.flat(), 'constant-whole')
    const expected = await net('constant-whole')
    expect(expected).toHaveLength(12)
    for (const way of [1, 2, 3]) {
      await scatter(random, spans.flat(), `constant-${way}`)
      expect(await net(`constant-${way}`)).toEqual(expected)
    }
    const { rows } = await withClient(database.ownerUrl, (client) =>
      client.query(
        "select max(n)::int as n from (select count(*) as n from split_responses where org_id like 'constant%' group by org_id) as each",
      ),
    )
    expect(rows[0].n).toBeLessThan(8)
  })
})
