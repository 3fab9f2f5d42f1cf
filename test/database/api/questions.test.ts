// What the api answers about traces and usage, on real Postgres.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bookCalls, runSql, seedOrganisations, startTestApi, type TestApi } from '../../support/api.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

const TRACE = 'ab'.repeat(16)
const NOW = Date.parse('2026-03-10T12:00:00Z')

let database: TestDatabase
let api: TestApi

beforeAll(async () => {
  database = await createTestDatabase()
  await seedOrganisations(database)
  await bookCalls(database, [
    { orgId: 'acme', at: new Date('2026-03-09T10:00:00Z'), costUsd: '0.000000000001', dealId: 'falcon', model: 'a' },
    { orgId: 'acme', at: new Date('2026-03-09T11:00:00Z'), costUsd: '900719925474099.3', dealId: 'falcon', model: 'b' },
    {
      orgId: 'acme',
      at: new Date('2026-03-10T11:00:00Z'),
      costUsd: null,
      dealId: 'kite',
      model: 'new',
      status: 'error',
    },
    { orgId: 'globex', at: new Date('2026-03-10T11:00:00Z'), costUsd: '7', dealId: 'eagle' },
  ])
  await runSql(
    database,
    `select ensure_partitions(t, '2026-03-10', '2026-03-10') from unnest(array['trace_spans', 'trace_parts']) as t`,
  )
  await runSql(
    database,
    `insert into trace_spans (org_id, trace_id, span_id, parent_span_id, start_time, start_nanos, duration_ns, name, kind, status_code, deal_id, attributes)
     values ('acme', $1, '000000000000000b', '000000000000000a', '2026-03-10T11:00:00.000001Z', 0, 5, 'chat a', 3, 2, 'falcon', '{"x": 1}'),
            ('acme', $1, '000000000000000a', '', '2026-03-10T11:00:00Z', 999, 9007199254740993, 'POST /chat', 2, 1, '', null),
            ('globex', $1, '000000000000000c', '', '2026-03-10T11:00:00Z', 0, 1, 'foreign', 1, 0, '', null)`,
    [TRACE],
  )
  api = await startTestApi(database, { clock: { nowMs: () => NOW } })
})
afterAll(async () => {
  await api?.close()
  await database?.drop()
})

describe('GET /api/v1/traces/{id}', () => {
  it('gives the spans in order, nanoseconds kept, of the own organisation only', async () => {
    const { status, body } = await api.call('GET', `/api/v1/traces/${TRACE}`, { as: 'anna' })
    expect(status).toBe(200)
    expect(body.meta).toEqual({ total: 2, page: 1, limit: 1000, has_more: false, next_cursor: null })
    expect(body.data.spans.map((span: { span_id: string }) => span.span_id)).toEqual([
      '000000000000000a',
      '000000000000000b',
    ])
    expect(body.data.spans[0]).toMatchObject({
      parent_span_id: null,
      start_time: '2026-03-10T11:00:00.000000999Z',
      duration_ns: '9007199254740993',
      kind: 'server',
      status: 'ok',
    })
    expect(body.data.spans[1]).toMatchObject({
      kind: 'client',
      status: 'error',
      deal_id: 'falcon',
      attributes: { x: 1 },
    })
  })

  it('pages', async () => {
    const { body } = await api.call('GET', `/api/v1/traces/${TRACE}?limit=1&page=2`, { as: 'anna' })
    expect(body.meta).toMatchObject({ total: 2, page: 2, limit: 1, has_more: false })
    expect(body.data.spans).toHaveLength(1)
    const behind = await api.call('GET', `/api/v1/traces/${TRACE}?limit=1&page=3`, { as: 'anna' })
    expect(behind).toMatchObject({ status: 200, body: { data: { spans: [] }, meta: { total: 2, has_more: false } } })
  })

  it('answers 404 for a trace of nobody', async () => {
    const { status, body } = await api.call('GET', `/api/v1/traces/${'cd'.repeat(16)}`, { as: 'anna' })
    expect([status, body.code]).toEqual([404, 'not_found'])
  })

  it('answers 400 for what is no trace id', async () => {
    const { status, body } = await api.call('GET', '/api/v1/traces/xyz', { as: 'anna' })
    expect([status, body.code]).toEqual([400, 'bad_request'])
    expect(body.details[0]).toMatchObject({ in: 'path', field: 'trace_id' })
  })
})

describe('GET /api/v1/usage/daily', () => {
  const rows = async (query: string) => (await api.call('GET', `/api/v1/usage/daily${query}`, { as: 'anna' })).body.data

  it('adds money exactly, beyond what a double can hold', async () => {
    expect(await rows('')).toMatchObject([
      { day: '2026-03-09', calls: '2', cost_usd: '900719925474099.300000000001', unpriced_calls: '0' },
      { day: '2026-03-10', calls: '1', cost_usd: null, unpriced_calls: '1', errors: '1' },
    ])
  })

  it('splits by dimensions and filters', async () => {
    expect(await rows('?group_by=deal_id,model&deal_id=falcon&model=a,new')).toEqual([
      expect.objectContaining({ day: '2026-03-09', deal_id: 'falcon', model: 'a', cost_usd: '0.000000000001' }),
    ])
  })

  it('keeps to the days asked for', async () => {
    expect(await rows('?from=2026-03-10&to=2026-03-10')).toHaveLength(1)
    expect(await rows('?from=2026-01-01&to=2026-01-31')).toEqual([])
  })

  it('pages and says so', async () => {
    const { body } = await api.call('GET', '/api/v1/usage/daily?limit=1', { as: 'anna' })
    expect(body.meta).toMatchObject({ total: 2, page: 1, limit: 1, has_more: true })
    const behind = await api.call('GET', '/api/v1/usage/daily?limit=1&page=7', { as: 'anna' })
    expect(behind.body).toMatchObject({ data: [], meta: { total: 2, page: 7, has_more: false } })
  })

  it.each([
    ['an unknown dimension', '?group_by=shoe_size'],
    ['a filter that does not exist', '?deal=falcon'],
    ['a limit over 1000', '?limit=1001'],
    ['a range the wrong way round', '?from=2026-03-10&to=2026-03-01'],
    ['a date that does not exist', '?from=2026-02-30'],
    ['SQL in a dimension', '?group_by=day;drop table usage_daily'],
  ])('refuses %s', async (_, query) => {
    const { status, body } = await api.call('GET', `/api/v1/usage/daily${query}`, { as: 'anna' })
    expect([status, body.code]).toEqual([400, 'bad_request'])
  })

  it('takes a value with SQL in it as a value', async () => {
    expect(await rows(`?deal_id=${encodeURIComponent("falcon' or '1'='1")}`)).toEqual([])
  })
})

describe('when things go wrong', () => {
  it('answers the one error shape for a path that is not there', async () => {
    const { status, body } = await api.call('GET', '/api/v1/nothing', { as: 'anna' })
    expect(status).toBe(404)
    expect(Object.keys(body).sort()).toEqual(['code', 'details', 'message', 'request_id', 'timestamp'])
  })

  it('answers 503 with Retry-After, and is not ready, when Postgres is gone', async () => {
    const gone = { ...database, apiUrl: database.apiUrl.replace(/:\d+\//, ':1/') }
    const cut = await startTestApi(gone)
    try {
      expect((await cut.call('GET', '/livez')).status).toBe(200)
      expect((await cut.call('GET', '/readyz')).status).toBe(503)
      const answer = await cut.call('GET', '/api/v1/usage/daily', { as: 'anna' })
      expect([answer.status, answer.body.code, answer.headers.get('retry-after')]).toEqual([503, 'unavailable', '5'])
      expect(answer.text).not.toMatch(/ECONNREFUSED|at .*\.ts/)
    } finally {
      await cut.close()
    }
    expect((await api.call('GET', '/readyz')).status).toBe(200)
  })
})
