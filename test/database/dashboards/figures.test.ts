// What dashboards show against sums written on their own, over planted calls: unknown costs, organisations' namesakes, deals
// and models that went away, runs without a model call, the smallest amounts.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runSql, seedOrganisations } from '../../support/api.ts'
import { createPanelReader, type Row } from '../../support/dashboard-panels.ts'
import { DAY_MS, HOUR_MS, TODAY } from '../../support/fixed-now.ts'
import { plantCalls, plantRuns } from '../../support/planted-usage.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

const TINY = 'd1'.repeat(16)
/** Noon of a UTC day before today. */
const noon = (daysAgo: number): number => TODAY - daysAgo * DAY_MS + 12 * HOUR_MS
/** Two whole UTC days, the second and third before today, and the same of it but for the hours at both ends. */
const TWO_DAYS = { from: new Date(TODAY - 3 * DAY_MS), to: new Date(TODAY - DAY_MS) }
const WITHIN_TWO_DAYS = { from: new Date(noon(3)), to: new Date(noon(2) + HOUR_MS) }

let database: TestDatabase
let panels: ReturnType<typeof createPanelReader>
const rowsOf = (uid: string, title: string, chosen: Record<string, string | string[]> = {}, range = TWO_DAYS) =>
  panels.rows(uid, title, { ...range, chosen })
const pick = (rows: Row[], ...names: string[]) => rows.map((row) => names.map((name) => row[name]))

beforeAll(async () => {
  database = await createTestDatabase()
  await seedOrganisations(database)
  await plantCalls(database, [
    { at: noon(30), cost: '0.01' },
    ...Array.from({ length: 9 }, (_, n) => ({ at: noon(2), cost: `${n + 1}`, model: `priced-${n + 1}` })),
    ...[1, 2, 3].map(() => ({ at: noon(2), cost: null, model: 'unlisted', deal: 'owl', agent: 'mole' })),
    { at: noon(2), cost: '0', model: 'unlisted', deal: 'owl', agent: 'mole', status: 'error' },
    // Namesakes in another organisation.
    { at: noon(2), cost: '100', org: 'globex' },
    // What went away: a deal and a model of the two days before.
    { at: noon(4), cost: '7', deal: 'gone', model: 'old-model' },
    { at: noon(4), cost: '9' },
    { at: noon(2), cost: '0.00000048', traceId: TINY, deal: 'tiny', agent: '' },
    // The first and the last hour of the two days.
    { at: TODAY - 3 * DAY_MS, cost: '0.5', deal: 'edge' },
    { at: TODAY - DAY_MS - 1, cost: '0.25', deal: 'edge' },
    { at: TODAY - DAY_MS, cost: '50', deal: 'after' },
  ])
  await plantRuns(database, [
    { at: noon(2), feature: 'chat', status: 'error', version: 'v4.0', error: 'no model answered' },
    { at: noon(2), feature: 'chat', status: 'degraded' },
    { at: noon(2), feature: 'chat', status: 'success', deal: 'no-calls' },
    { at: noon(2), feature: 'document_upload', status: 'degraded' },
    { at: noon(2), feature: 'document_upload', status: 'error' },
    // Whole UTC days: before and after the hours of the shorter range.
    { at: TODAY - 3 * DAY_MS, feature: 'document_upload', status: 'success' },
    { at: TODAY - DAY_MS - 1, feature: 'chat', status: 'success' },
  ])
  panels = createPanelReader(database.readerUrl)
  await panels.connect()
}, 60_000)
afterAll(async () => {
  await panels?.end()
  await database?.drop()
})

describe('a cost that is unknown', () => {
  test('is no $0 where every call lacks a price, though a failed one cost nothing', async () => {
    const unlisted = { model: 'unlisted' }
    expect(pick(await rowsOf('calls', 'Cost of these calls', unlisted), 'cost')).toEqual([['unpriced']])
    expect(pick(await rowsOf('calls', 'Calls', unlisted), 'calls')).toEqual([[4]])
    expect(pick(await rowsOf('calls', 'Without a price', unlisted), 'unpriced')).toEqual([[3]])
    expect(pick(await rowsOf('calls', 'By deal', unlisted), 'deal', 'cost')).toEqual([['owl', null]])
    expect(pick(await rowsOf('calls', 'By agent', unlisted), 'agent', 'cost')).toEqual([['mole', null]])
    expect(pick(await rowsOf('usage-and-cost', 'Cost', { agent_id: 'mole' }), 'cost')).toEqual([['unpriced']])
    for (const title of ['Cost', 'Cost of a call'])
      expect(pick(await rowsOf('cost-management', title, { agent_id: 'mole' }), 'now')).toEqual([['unpriced']])
  })

  test('is told from no calls at all, which give no row', async () => {
    const empty = { from: new Date(noon(400)), to: new Date(noon(399)) }
    expect(await rowsOf('calls', 'Cost of these calls', {}, empty)).toEqual([])
    expect(await rowsOf('usage-and-cost', 'Cost', {}, empty)).toEqual([])
    expect(await rowsOf('fleet-home', 'Cost', {}, empty)).toEqual([])
  })

  test('stands above the eight dearest models, and leaves out none of them', async () => {
    const rows = await rowsOf('usage-and-cost', 'By model', { org_id: 'acme' })
    expect(rows[0]).toEqual({ model: 'unlisted', 'calls without a price': '(+ 3 unpriced)', cost: null })
    expect(pick(rows.slice(1), 'cost')).toEqual([9, 8, 7, 6, 5, 4, 3, 2].map((cost) => [cost]))
  })

  test('leads to calls without a price alone', async () => {
    expect(await rowsOf('calls', 'The dearest calls', { price: 'unpriced' })).toHaveLength(3)
    const calls = await panels.truth(
      `select count(*) as calls from llm_usage where created_at >= '${TWO_DAYS.from.toISOString()}' and created_at < '${TWO_DAYS.to.toISOString()}' and cost_usd is not null`,
    )
    expect(pick(await rowsOf('calls', 'Calls', { price: 'priced' }), 'calls')).toEqual(pick(calls, 'calls'))
  })
})

describe('runs without a model call', () => {
  test('count under "All", whatever their version, agent or deal', async () => {
    const recent = await rowsOf('usage-and-cost', 'Recent errors')
    expect(pick(recent, 'feature', 'status')).toEqual(
      expect.arrayContaining([
        ['chat', 'error'],
        ['document_upload', 'error'],
      ]),
    )
    const chat = (await rowsOf('usage-and-cost', 'Failures by feature')).find(({ feature }) => feature === 'chat')
    expect(chat).toMatchObject({ failed: 1, degraded: 1, 'most frequent error': 'no model answered' })
  })

  test('that were degraded are no errors', async () => {
    expect(pick(await rowsOf('usage-and-cost', 'Recent errors'), 'status').flat()).not.toContain('degraded')
  })
})

describe('spend compared', () => {
  const dealOf = async (deal: string, range = TWO_DAYS) =>
    (await rowsOf('usage-and-cost', 'By deal', { org_id: 'acme' }, range)).find((row) => row.deal === deal)

  test('has the deal and the model that went away', async () => {
    expect(await dealOf('gone')).toMatchObject({ cost: 0, finished: 0, before: 7, change: -1, calls: 0 })
    const models = await rowsOf('usage-and-cost', 'Why it changed, by model', { org_id: 'acme' })
    expect(models.find(({ model }) => model === 'old-model')).toMatchObject({
      finished: 0,
      before: 7,
      calls: 0,
      'calls before': 1,
    })
    expect(await dealOf('falcon')).toMatchObject({ cost: 45, finished: 45, before: 9, change: 4 })
  })

  test('has nothing of the day that begins where the range ends', async () => {
    expect(await dealOf('after')).toBeUndefined()
    expect(await dealOf('edge')).toMatchObject({ cost: 0.75 })
  })

  test('has no change where the ledger does not know the days before', async () => {
    const [row] = await rowsOf('usage-and-cost', 'By deal', { org_id: 'globex' })
    expect(row).toMatchObject({ deal: 'falcon', cost: 100, before: null, change: null })
  })

  test('counts conversations and documents of the same whole days as the cost, degraded uploads and deals without calls included', async () => {
    for (const range of [TWO_DAYS, WITHIN_TWO_DAYS]) {
      expect(await dealOf('falcon', range)).toMatchObject({ conversations: 3, documents: 2 })
      expect(await dealOf('no-calls', range)).toMatchObject({ cost: 0, calls: 0, conversations: 1 })
      expect(await dealOf('edge', range)).toMatchObject({ cost: 0.75 })
    }
  })
})

test('organisations’ namesakes are kept apart', async () => {
  const scouts = (await rowsOf('performance', 'By agent')).filter(({ agent }) => agent === 'scout')
  expect(pick(scouts, 'organisation').flat().sort()).toEqual(['acme', 'globex'])
  const falcons = (await rowsOf('calls', 'By deal')).filter(({ deal }) => deal === 'falcon')
  expect(pick(falcons, 'organisation', 'cost')).toEqual([
    ['globex', 100],
    ['acme', 45],
  ])
  expect(
    pick(
      (await rowsOf('calls', 'By agent')).filter(({ agent }) => agent === 'scout'),
      'organisation',
    ),
  ).toHaveLength(2)
  const counted = (await rowsOf('usage-analytics', 'By deal')).filter(({ deal }) => deal === 'falcon')
  expect(pick(counted, 'organisation', 'calls')).toEqual([
    ['acme', 9],
    ['globex', 1],
  ])
  const intents = await rowsOf('usage-analytics', 'Intents by department')
  expect(pick(intents, 'organisation', 'department', 'share')).toEqual([
    ['acme', 'legal', 1],
    ['globex', 'legal', 1],
  ])
})

test('departments of the same name are apart over time, and alone where one organisation is chosen', async () => {
  const metrics = async (org: string[]) =>
    new Set(pick(await rowsOf('fleet-home', 'Cost over time by department', { org_id: org }), 'metric').flat())
  expect(await metrics(['acme', 'globex'])).toEqual(new Set(['legal (acme)', 'legal (globex)']))
  expect(await metrics(['acme'])).toEqual(new Set(['legal']))
})

test('the version of one organisation’s agent is not another’s', async () => {
  await plantCalls(
    database,
    ['acme', 'globex'].flatMap((org) =>
      Array.from({ length: 25 }, () => ({ at: noon(10), cost: '1', org, agent: 'twin' })),
    ),
  )
  const range = { from: new Date(noon(10) - HOUR_MS), to: new Date(noon(10) + HOUR_MS) }
  const points = await rowsOf('performance', 'p95 over time by version', {}, range)
  expect(pick(points, 'metric').flat()).toEqual(['twin (acme) v1', 'twin (globex) v1'])
  const alone = await rowsOf('performance', 'p95 over time by version', { org_id: 'acme' }, range)
  expect(pick(alone, 'metric').flat()).toEqual(['twin v1'])
})

test('the smallest amount is neither $0 nor written with an exponent', async () => {
  expect(pick(await rowsOf('trace', 'Ledger lines', { trace: TINY }), 'cost', 'agent', 'key')).toEqual([
    ['$0.00000048', '', ''],
  ])
  const tiny = { deal_id: 'tiny' }
  expect(pick(await rowsOf('calls', 'The dearest calls', tiny), 'cost')).toEqual([['$0.00000048']])
  expect(pick(await rowsOf('calls', 'Cost of these calls', tiny), 'cost')).toEqual([['$0.00000048']])
  expect(pick(await rowsOf('cost-management', 'Cost of a call', tiny), 'now')).toEqual([['$0.00000048']])
})

describe('ways of answering', () => {
  const range = { from: new Date(TODAY - DAY_MS), to: new Date(TODAY) }
  const at = new Date(TODAY - DAY_MS / 2).toISOString()
  const waysOf = (chosen: Record<string, string>) =>
    panels.rows('query-metrics', 'Ways of answering compared', { ...range, chosen })

  beforeAll(async () => {
    // Trace, operation, seconds, prompt tokens, of them cached, cost; then its searches.
    const calls: [string, string, number, number, number, number | null, string][] = [
      ['direct', 'chat', 1, 100, 0, 0.5, 'success'],
      ['cached', 'chat', 2, 300, 200, 0.25, 'success'],
      ['found', 'chat', 3, 500, 400, 1, 'error'],
      ['found', 'chat', 1, 500, 0, 1, 'success'],
      ['found', 'embeddings', 9, 9, 0, 9, 'success'],
      ['mixed', 'generate_content', 4, 700, 0, null, 'success'],
      ['only-embedded', 'embeddings', 1, 10, 0, 0.1, 'success'],
    ]
    const ids = calls.map(([trace], n) => [trace.padEnd(32, '-'), String(n).padStart(16, 'e')])
    await runSql(
      database,
      `insert into llm_usage (org_id, trace_id, span_id, created_at, agent_id, provider, model, operation, status, latency_ms, input_tokens,
         cache_read_tokens, calls, unpriced_calls, cost_usd, price_status)
       select 'initech', ids ->> 0, ids ->> 1, $3, 'ways', 'openai', 'm', c ->> 1, c ->> 6, 1000 * (c ->> 2)::int, (c ->> 3)::int, (c ->> 4)::int, 1,
         (c ->> 5 is null)::int, (c ->> 5)::numeric, case when c ->> 5 is null then 'unpriced' else 'priced' end
       from rows from (jsonb_array_elements($1::jsonb), jsonb_array_elements($2::jsonb)) as t (c, ids)`,
      [JSON.stringify(calls), JSON.stringify(ids), at],
    )
    const searches = [
      ['found', 'vector'],
      ['mixed', 'keyword'],
      ['mixed', 'hybrid'],
      ['nothing-written', 'hybrid'],
    ].map(([trace = '', mode], n) => [trace.padEnd(32, '-'), String(n).padStart(16, 'f'), mode])
    await runSql(database, `select ensure_partitions('rag_metrics', $1::timestamptz, $1::timestamptz)`, [at])
    await runSql(
      database,
      `insert into rag_metrics (org_id, trace_id, span_id, created_at, agent_id, step, mode, duration_ms)
       select 'initech', s ->> 0, s ->> 1, $2, 'ways', 'vector_search', s ->> 2, 5 from jsonb_array_elements($1::jsonb) as t (s)`,
      [JSON.stringify(searches), at],
    )
  })

  test('are told by what went before, with the time, prompt and cost of an answer', async () => {
    const rows = await waysOf({ org_id: 'initech' })
    expect(pick(rows, 'way', 'answers', 'failed calls', 'p50', 'prompt tokens', 'cost of an answer').sort()).toEqual([
      ['CAG', 1, 0, 2, 300, '$0.25'],
      ['RAG', 1, 1, 4, 1000, '$2.00'],
      ['direct', 1, 0, 1, 100, '$0.5'],
      ['hybrid', 1, 0, 4, 700, null],
    ])
  })

  test('follow the filters', async () => {
    expect(await waysOf({ org_id: 'initech', agent_id: 'nobody' })).toEqual([])
    expect(await waysOf({ org_id: 'initech', agent_id: 'ways' })).toHaveLength(4)
  })
})
