// The viewer's query server over a real Postgres and a real Prometheus: Grafana's frame forms, errors, and reading only.
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedOrganisations } from '../support/api.ts'
import { withClient } from '../support/ledger.ts'
import { pollUntil } from '../support/poll.ts'
import { startTestViewer, type TestViewer } from '../support/viewer.ts'

interface Frame {
  schema: { name?: string; fields: { name: string; type: string; labels?: object; config?: object }[]; meta?: object }
  data: { values: unknown[][] }
}

const FROM = Date.UTC(2026, 0, 1)
const TO = Date.UTC(2026, 0, 2)
/** Points of a range query lie no nearer than Prometheus' scrapes, which the test's come once a second. */
const STEP_MS = 1_000

let viewer: TestViewer

// As superuser, so that only the viewer's own transaction stands between a query and a write.
beforeAll(async () => {
  viewer = await startTestViewer({ superuser: true })
  await seedOrganisations(viewer.database)
}, 120_000)
afterAll(() => viewer?.close(), 60_000)

async function ask(query: object, range = { from: FROM, to: TO }) {
  const response = await fetch(`${viewer.url}/api/ds/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...range, queries: [{ refId: 'A', ...query }] }),
  })
  const body = (await response.json()) as { results: { A: { status: number; error?: string; frames: Frame[] } } }
  return body.results.A
}
const sql = (rawSql: string, format = 'table') => ask({ datasource: { uid: 'ledger' }, rawSql, format })
const promql = (expr: string, more: object = {}) =>
  ask(
    { datasource: { uid: 'prometheus' }, expr, intervalMs: 1000, ...more },
    { from: Date.now() - 60_000, to: Date.now() },
  )

describe('Postgres', () => {
  test('a table keeps its columns in order, with numbers, times in milliseconds, booleans and nulls', async () => {
    const { frames } = await sql(
      "select 'a' as text, 1.5::numeric as money, timestamptz '2026-01-01 12:00+02' as at, date '2026-01-01' as day, true as yes, null::int as nothing",
    )
    expect(frames[0]?.schema.fields.map(({ name, type }) => [name, type])).toEqual([
      ['text', 'string'],
      ['money', 'number'],
      ['at', 'time'],
      ['day', 'time'],
      ['yes', 'boolean'],
      ['nothing', 'number'],
    ])
    expect(frames[0]?.data.values).toEqual([['a'], [1.5], [FROM + 36_000_000], [FROM], [true], [null]])
  })

  test('long rows become one wide frame: a column per text, gaps as null', async () => {
    const { frames } = await sql(
      `select to_timestamp(t) as time, metric, v from
         (values (60, 'a', 1), (60, 'b', 2), (120, 'b', 3)) as rows (t, metric, v) order by 1`,
      'time_series',
    )
    expect(frames).toHaveLength(1)
    expect(frames[0]?.schema.fields.map(({ name }) => name)).toEqual(['time', 'a', 'b'])
    expect(frames[0]?.data.values).toEqual([
      [60_000, 120_000],
      [1, null],
      [2, 3],
    ])
  })

  test('macros take the range of the request', async () => {
    const { frames } = await sql(
      "select count(*) from (values (timestamptz '2026-01-01 05:00Z'), ('2026-01-03Z')) as t (at) where $__timeFilter(at)",
    )
    expect(frames[0]?.data.values).toEqual([[1]])
  })

  test('an error is the database’s own message, and the next query works', async () => {
    expect(await sql('select nonsense')).toMatchObject({ status: 400, error: expect.stringContaining('nonsense') })
    expect(await sql('select 1 as one')).toMatchObject({ status: 200 })
    expect(await sql('select 1 as one', 'time_series')).toMatchObject({ error: expect.stringContaining('time column') })
  })

  const INSERT = "insert into organisations (org_id, name) values ('intruder', 'x')"
  const intruders = () =>
    withClient(viewer.database.ownerUrl, async (client) => {
      const { rowCount } = await client.query("select from organisations where org_id = 'intruder'")
      return rowCount
    })

  test.each([
    ['a write', INSERT, /read-only transaction/],
    ['a write within a query', `with w as (${INSERT} returning 1) select * from w`, /read-only transaction/],
    ['a second statement', `rollback; ${INSERT}`, /multiple commands/],
    ['a write in a block', `do $$ begin ${INSERT}; end $$`, /read-only transaction/],
  ])('%s is refused', async (_, statement, message) => {
    expect(await sql(statement)).toMatchObject({ status: 400, error: expect.stringMatching(message) })
    expect(await intruders()).toBe(0)
  })

  test('a setting that would allow writing ends with its query', async () => {
    for (const setting of ['set default_transaction_read_only = off', 'set transaction read write', 'commit']) {
      await sql(setting)
      expect(await sql(INSERT), setting).toMatchObject({ error: expect.stringContaining('read-only transaction') })
    }
    expect(await intruders()).toBe(0)
  })

  test('control: the same login writes outside the viewer', async () => {
    await withClient(viewer.database.ownerUrl, (client) => client.query(INSERT))
    expect(await intruders()).toBe(1)
  })
})

describe('Prometheus', () => {
  test('a range query is one frame per series, named by its legend', async () => {
    const { frames } = await pollUntil('Prometheus to have scraped itself', async () => {
      const answer = await promql('up{job="prometheus"} == 1', { legendFormat: 'is {{job}}' })
      expect(answer.frames).toHaveLength(1)
      return answer
    })
    expect(frames[0]?.schema.fields[1]).toMatchObject({
      labels: { job: 'prometheus' },
      config: { displayNameFromDS: 'is prometheus' },
    })
    expect(new Set(frames[0]?.data.values[1])).toEqual(new Set([1]))
    // A line is broken where a point is missing only if the panel knows how far apart points are.
    expect(frames[0]?.schema.fields[0]?.config).toEqual({ interval: STEP_MS })
  })

  test('a native histogram is a frame per bucket, with what fell into it alone', async () => {
    // Prometheus' own classic histogram, which our configuration stores as a native one.
    const seconds = 'prometheus_http_request_duration_seconds'
    const handler = '{handler="/api/v1/query_range"}'
    const { frames, classic } = await pollUntil('a few queries to be counted', async () => {
      const answer = await promql(`${seconds}${handler}`, { legendFormat: '{{le}}', format: 'heatmap' })
      expect(answer.frames.length).toBeGreaterThan(0)
      return { frames: answer.frames, classic: (await promql(`${seconds}_count${handler}`)).frames }
    })
    expect(classic).toEqual([])
    const bounds = frames.map(({ schema }) => Number(schema.name))
    expect(bounds).toEqual([...bounds].sort((a, b) => a - b))
    expect(bounds).not.toContain(Number.NaN)
    const { frames: counted } = await promql(`histogram_count(${seconds}${handler})`)
    const last = (frame: Frame | undefined) => Number(frame?.data.values[1]?.at(-1))
    expect(frames.reduce((sum, frame) => sum + last(frame), 0)).toBeGreaterThan(0)
    expect(last(counted[0])).toBeGreaterThanOrEqual(frames.reduce((sum, frame) => sum + last(frame), 0))
  })

  test('an instant query is one point, and durations are filled in', async () => {
    const { frames } = await promql('count_over_time(vector(1)[$__range:1s])', { instant: true })
    expect(frames[0]?.data.values[1]).toEqual([expect.closeTo(60, -1)])
  })

  test('an error is Prometheus’ own message', async () => {
    expect(await promql('sum(')).toMatchObject({
      status: 400,
      error: expect.stringMatching(/^Prometheus: .*parse error/),
    })
  })

  test('its rules are those of the project', async () => {
    const answer = await fetch(`${viewer.url}/api/prometheus/prometheus/api/v1/rules`)
    const { data } = (await answer.json()) as { data: { groups: { rules: { name: string }[] }[] } }
    expect(data.groups.flatMap(({ rules }) => rules.map(({ name }) => name))).toContain('Watchdog')
  })
})

describe('what the viewer does not do', () => {
  test.each([['an unknown data source', { datasource: { uid: 'nowhere' } }, /no data source with uid "nowhere"/]])(
    '%s is named',
    async (_, query, message) => {
      expect(await ask(query)).toMatchObject({ status: 400, error: expect.stringMatching(message) })
    },
  )

  test('no secret leaves with the list of data sources', async () => {
    const text = await (await fetch(`${viewer.url}/api/datasources`)).text()
    expect(text).toContain('"uid":"ledger"')
    expect(text).not.toMatch(/secure|password|token-of-the-superadmin/i)
  })

  test.each([
    ['evil.example', 421],
    ['localhost', 200],
  ])('a page that calls it %s is answered with %i', async (host, status) => {
    const asked = get(`${viewer.url}/api/search`, { headers: { host } })
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    answer.resume()
    expect(answer.statusCode).toBe(status)
  })

  test('only Tempo is proxied, and there is no way to write a dashboard', async () => {
    expect((await fetch(`${viewer.url}/api/datasources/proxy/uid/prometheus/api/v1/query`)).status).toBe(404)
    expect((await fetch(`${viewer.url}/api/dashboards/db`, { method: 'POST' })).status).toBe(404)
  })
})
