// Tempo's metrics routes over the ledger: spans with known times and durations go in through the real ledger and come back as
// series, against sums written here.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seedOrganisations, startTestApi, type TestApi } from '../../support/api.ts'
import { startLedger, type TestLedger } from '../../support/ledger.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

const STEP_S = 60
/** Three whole minutes some minutes ago; spans lie in the first and the third. */
const FROM_S = Math.floor(Date.now() / 60_000) * 60 - 600
const TO_S = FROM_S + 3 * STEP_S

let database: TestDatabase
let ledger: TestLedger
let api: TestApi

const text = (key: string, value: string) => ({ key, value: { stringValue: value } })
let spans = 0
/** @param atMs after the first minute began */
const span = (
  atMs: number,
  durationMs: number,
  feature: string,
  more: { org?: string; tokens?: number; trace?: string } = {},
) => {
  spans += 1
  const id = spans.toString(16)
  const start = BigInt(FROM_S) * 1_000_000_000n + BigInt(Math.round(atMs * 1e6))
  return {
    traceId: (more.trace ?? id).padStart(32, 'a'),
    spanId: id.padStart(16, 'b'),
    name: `work ${feature}`,
    kind: 3,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + BigInt(durationMs * 1e6)),
    attributes: [
      text('org_id', more.org ?? 'acme'),
      ...(feature ? [text('feature', feature)] : []),
      ...(more.tokens === undefined ? [] : [{ key: 'tokens', value: { intValue: String(more.tokens) } }]),
    ],
    status: feature === 'search' ? { code: 2 } : {},
  }
}

beforeAll(async () => {
  database = await createTestDatabase()
  await seedOrganisations(database)
  ledger = await startLedger(database)
  const body = {
    resourceSpans: [
      {
        resource: { attributes: [text('service.name', 'demo')] },
        scopeSpans: [
          {
            spans: [
              span(1_000, 1_000, 'chat', { tokens: 100, trace: 'c1' }),
              span(2_000, 3_000, 'chat', { tokens: 300 }),
              span(3_000, 1_000, 'search', { trace: 'c1' }),
              // The end of a minute belongs to it.
              span(60_000, 2_000, 'chat'),
              span(130_000, 500, 'search', { tokens: 7 }),
              span(140_000, 500, ''),
              span(140_000, 500, 'chat', { org: 'globex' }),
            ],
          },
        ],
      },
    ],
  }
  const answer = await ledger.post('/v1/traces', JSON.stringify(body))
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
  api = await startTestApi(database)
})
afterAll(async () => {
  await api?.close()
  await ledger?.close()
  await database?.drop()
})

interface Series {
  labels: { key: string; value: Record<string, unknown> }[]
  samples: { timestampMs: string; value: number }[]
  value?: number
}

const ask = (path: string, query: string, more = `&step=${STEP_S}s`, as = 'anna') =>
  api.call('GET', `/api/metrics/${path}?q=${encodeURIComponent(query)}&start=${FROM_S}&end=${TO_S}${more}`, { as })
const nameOf = ({ labels }: Series) => labels.map(({ key, value }) => `${key}=${Object.values(value)[0]}`).join(' ')
/** Values by series and seconds after the first minute began. */
async function values(query: string, as = 'anna'): Promise<Record<string, Record<number, number>>> {
  const { status, body } = await ask('query_range', query, undefined, as)
  if (status !== 200) throw new Error(`${status} ${body.message}`)
  return Object.fromEntries(
    body.series.map((series: Series) => [
      nameOf(series),
      Object.fromEntries(series.samples.map(({ timestampMs, value }) => [Number(timestampMs) / 1000 - FROM_S, value])),
    ]),
  )
}

describe('a range', () => {
  it('counts spans at their start, in intervals that have their end', async () => {
    expect(await values('{} | count_over_time()')).toEqual({
      '__name__=count_over_time': { 0: 0, 60: 4, 120: 0, 180: 2 },
    })
    expect(await values('{} | rate()')).toEqual({ '__name__=rate': { 0: 0, 60: 4 / 60, 120: 0, 180: 2 / 60 } })
  })

  it('has a series for each value that is grouped by', async () => {
    expect(await values('{} | count_over_time() by (span.feature)')).toEqual({
      'span.feature=chat': { 0: 0, 60: 3, 120: 0, 180: 0 },
      'span.feature=search': { 0: 0, 60: 1, 120: 0, 180: 1 },
      'span.feature=nil': { 0: 0, 60: 0, 120: 0, 180: 1 },
    })
    expect(Object.keys(await values('{ .feature != nil } | rate() by (status, resource.service.name)')).sort()).toEqual(
      ['status=error resource.service.name=demo', 'status=unset resource.service.name=demo'],
    )
  })

  it('has durations in seconds, and attributes as they are', async () => {
    const ofChat = (name: string) => values(`{ .feature = "chat" } | ${name}`)
    expect(await ofChat('max_over_time(duration)')).toEqual({ '__name__=max_over_time': { 60: 3 } })
    expect(await ofChat('avg_over_time(span:duration)')).toEqual({ '__name__=avg_over_time': { 60: 2 } })
    expect(await ofChat('sum_over_time(span.tokens)')).toEqual({ '__name__=sum_over_time': { 60: 400 } })
    expect(await values('{} | min_over_time(.tokens)')).toEqual({ '__name__=min_over_time': { 60: 100, 180: 7 } })
  })

  it('has quantiles and histograms over powers of two, as Tempo has them', async () => {
    // 1 s, 2 s and 3 s lie below 2^30, 2^31 and 2^32 ns.
    expect(await values('{ .feature = "chat" } | quantile_over_time(duration, .5, 1)')).toEqual({
      'p=0.5': { 0: 0, 60: 2 ** 31 / 1e9, 120: 0, 180: 0 },
      'p=1': { 0: 0, 60: 2 ** 32 / 1e9, 120: 0, 180: 0 },
    })
    expect(await values('{} | histogram_over_time(span.tokens) by (span.feature)')).toEqual({
      'span.feature=chat __bucket=128': { 0: 0, 60: 1, 120: 0, 180: 0 },
      'span.feature=chat __bucket=512': { 0: 0, 60: 1, 120: 0, 180: 0 },
      'span.feature=search __bucket=8': { 0: 0, 60: 0, 120: 0, 180: 1 },
    })
  })

  it('takes traces in which several sets are found', async () => {
    expect(await values('{ .feature = "chat" } && { status = error } | count_over_time()')).toEqual({
      '__name__=count_over_time': { 0: 0, 60: 2, 120: 0, 180: 0 },
    })
    expect(await values('{ .feature = "chat" } || { status = error } | count_over_time()')).toEqual({
      '__name__=count_over_time': { 0: 0, 60: 4, 120: 0, 180: 1 },
    })
  })

  it('keeps the largest series of each moment', async () => {
    expect(await values('{ .feature != nil } | count_over_time() by (.feature) | topk(1)')).toMatchObject({
      '.feature=chat': { 60: 3 },
      '.feature=search': { 180: 1 },
    })
  })

  it('sees the own organisation only', async () => {
    expect(await values('{} | count_over_time()', 'gina')).toEqual({
      '__name__=count_over_time': { 0: 0, 60: 0, 120: 0, 180: 1 },
    })
    expect(await values('{ .org_id = "acme" } | count_over_time()', 'gina')).toMatchObject({
      '__name__=count_over_time': { 60: 0 },
    })
    expect((await api.call('GET', '/api/metrics/query_range?q=%7B%7D%20%7C%20rate()')).status).toBe(401)
  })

  it('chooses a step when none is asked for, and takes the older name of the query', async () => {
    const path = `/api/metrics/query_range?query=${encodeURIComponent('{} | rate()')}&start=${FROM_S}&end=${TO_S}`
    const { body } = await api.call('GET', path, { as: 'anna' })
    expect(body.series[0].samples.length).toBeGreaterThan(100)
  })
})

describe('an instant', () => {
  it('has one value of the whole range', async () => {
    const { body } = await ask('query', '{} | count_over_time() by (span.feature) | topk(2)', '')
    const found = body.series.map((series: Series) => [nameOf(series), series.value])
    expect(Object.fromEntries(found)).toEqual({ 'span.feature=chat': 3, 'span.feature=search': 2 })
  })
})

describe('what is not answered', () => {
  it.each([
    ['{}', /no metrics query/],
    ['{} | rate() | by(name)', /by\(\) is not answered here/],
    ['{} | compare({ status = error })', /not understood/],
    ['{} | count() > 1 | rate()', /before a metric/],
    ['{} | max_over_time(name)', /name is no number/],
  ])('%s is refused, and the message says why', async (query, message) => {
    const { status, body } = await ask('query_range', query)
    expect([status, body.code]).toEqual([400, 'bad_request'])
    expect(body.message).toMatch(message)
  })

  it('are steps that nobody could draw', async () => {
    expect((await ask('query_range', '{} | rate()', '&step=1ms')).body.message).toMatch(/intervals, more than 11000/)
    expect((await ask('query_range', '{} | rate()', '&step=soon')).body.message).toMatch(/not a step like 30s/)
  })
})
