// Figures of the home page, files of any size, and live tails. Real Postgres.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toCell } from '../../../src/api/http/csv.ts'
import { closeServer, listen } from '../../../src/shared/listen.ts'
import {
  bookCalls,
  runSql,
  seedOrganisations,
  startTestApi,
  type TestApi,
  tokenFor,
  WEBHOOK_TOKEN,
} from '../../support/api.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

/** Of a file that is put together before it is sent all is held, and more; of one that is sent as it is read, a few rows. */
const MOST_OF_FILE = 0.5
setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const NOW = Date.parse('2026-03-11T12:30:00Z')
let database: TestDatabase
let api: TestApi

beforeAll(async () => {
  database = await createTestDatabase()
  await seedOrganisations(database)
  const call = (hoursAgo: number, latencyMs: number, more = {}) => ({
    orgId: 'acme',
    at: new Date(NOW - hoursAgo * 3_600_000),
    costUsd: '0.25',
    latencyMs,
    ...more,
  })
  await bookCalls(database, [
    ...Array.from({ length: 99 }, (_, index) => call(1, (index + 1) * 10)),
    call(2, 5000, { status: 'error', provider: 'anthropic', costUsd: '2', department: 'legal' }),
    call(25, 100),
    call(30, 100, { status: 'timeout' }),
    { ...call(1, 9999), orgId: 'globex' },
  ])
  api = await startTestApi(database, { clock: { nowMs: () => NOW } })
})
afterAll(async () => {
  await api?.close()
  await database?.drop()
})

describe('GET /api/v1/home/kpis', () => {
  const kpis = async (query = '') => (await api.call('GET', `/api/v1/home/kpis${query}`, { as: 'anna' })).body

  it('gives requests, errors, latency and cost with the period before', async () => {
    const { data } = await kpis()
    expect(data.current).toMatchObject({
      calls: '100',
      errors: '1',
      error_rate: 0.01,
      cost_usd: '26.75',
      unpriced_calls: '0',
    })
    expect(data.current.p50_ms).toBeGreaterThan(490)
    expect(data.current.p50_ms).toBeLessThan(520)
    expect(data.current.p99_ms).toBeLessThan(1020)
    expect(data.previous).toMatchObject({ calls: '2', errors: '1', timeouts: '1', cost_usd: '0.5' })
    expect(data.slo).toEqual({ latency_p90_under_2s: true, errors_under_2_percent: true })
    expect(data.by_provider.map((row: { provider: string; cost_usd: string }) => [row.provider, row.cost_usd])).toEqual(
      [
        ['openai', '24.75'],
        ['anthropic', '2'],
      ],
    )
    expect(data.sparkline).toEqual([
      { at: '2026-03-11T10:00:00.000Z', calls: '1', errors: '1', cost_usd: '2' },
      { at: '2026-03-11T11:00:00.000Z', calls: '99', errors: '0', cost_usd: '24.75' },
    ])
  })

  it('filters, and says null where there are no calls', async () => {
    expect((await kpis('?department=legal')).data.slo).toEqual({
      latency_p90_under_2s: false,
      errors_under_2_percent: false,
    })
    const { data, filters_applied } = await kpis('?range=7d&version=v9')
    expect(data.current).toMatchObject({ calls: '0', error_rate: null, p90_ms: null, cost_usd: '0' })
    expect(filters_applied).toEqual({ organization_id: 'acme', range: '7d', version: ['v9'] })
  })
})

describe('CSV', () => {
  it('has the same rows as JSON', async () => {
    const answer = await api.call('GET', '/api/v1/usage/daily?format=csv&group_by=provider', { as: 'anna' })
    expect(answer.headers.get('content-type')).toContain('text/csv')
    expect(answer.headers.get('content-disposition')).toContain('usage-daily.csv')
    const lines = answer.text.split('\r\n')
    expect(lines[0]).toBe(
      'day,provider,calls,errors,unpriced_calls,estimated_calls,input_tokens,output_tokens,cache_read_tokens,cache_write_tokens,reasoning_tokens,cost_usd',
    )
    const { body } = await api.call('GET', '/api/v1/usage/daily?group_by=provider', { as: 'anna' })
    expect(lines.slice(1, -1)).toEqual(body.data.map((row: object) => Object.values(row).join(',')))
  })

  it.each([
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "hi"\n', '"say ""hi""\n"'],
    ['=cmd()', "'=cmd()"],
    ['-1+2', "'-1+2"],
    ['-1.5', '-1.5'],
    [null, ''],
  ])('writes %j as %s', (value, cell) => expect(toCell(value)).toBe(cell))

  describe('of 200 000 rows', () => {
    const ROWS = 200_000
    const DAY = '2025-01-01'
    const path = `/api/v1/usage/daily?format=csv&group_by=deal_id&from=${DAY}&to=${DAY}`
    /** How much is held while the file is read, in files. */
    const heldOfFile = async (url: string) => {
      const { lines, bytes, heldBytes } = await readFile(url, { authorization: `Bearer ${await tokenFor('gina')}` })
      expect(lines).toBe(ROWS + 1)
      return heldBytes / bytes
    }

    beforeAll(() =>
      runSql(
        database,
        `insert into usage_daily (org_id, day, dims_hash, deal_id, calls, cost_usd)
         select 'globex', $1::date, decode(lpad(to_hex(n), 32, '0'), 'hex'), 'deal-' || n, 1, 0.000001 from generate_series(1, $2::int) as n`,
        [DAY, ROWS],
      ),
    )

    it('holds a few at a time', async () => {
      expect(await heldOfFile(api.url + path)).toBeLessThan(MOST_OF_FILE)
    })

    it('a file that is put together before it is sent is noticed', async () => {
      const { server, url } = await listen(
        async (request, response) => {
          const authorization = request.headers.authorization ?? ''
          response.end(await (await fetch(api.url + request.url, { headers: { authorization } })).text())
        },
        0,
        '127.0.0.1',
      )
      try {
        expect(await heldOfFile(url + path)).toBeGreaterThan(1)
      } finally {
        await closeServer(server, 100)
      }
    })
  })
})

describe('a live tail', () => {
  async function* events(path: string, as: string, headers = {}) {
    const abort = new AbortController()
    const response = await fetch(`${api.url}${path}`, {
      signal: abort.signal,
      headers: { authorization: `Bearer ${await tokenFor(as)}`, ...headers },
    })
    let text = ''
    try {
      for await (const chunk of response.body ?? []) {
        text += Buffer.from(chunk).toString()
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          yield text.slice(0, end)
          text = text.slice(end + 2)
        }
      }
    } finally {
      abort.abort()
    }
  }
  const deliver = (name: string, org: string, fingerprint: string) =>
    api.call('POST', '/api/v1/webhooks/alertmanager', {
      headers: { authorization: `Bearer ${WEBHOOK_TOKEN}` },
      body: {
        version: '4',
        groupKey: 'g',
        status: 'firing',
        receiver: 'r',
        groupLabels: { alertname: name },
        alerts: [
          {
            status: 'firing',
            labels: { alertname: name, org_id: org },
            annotations: {},
            startsAt: '2026-03-11T12:00:00Z',
            endsAt: '0001-01-01T00:00:00Z',
            fingerprint,
          },
        ],
      },
    })

  it('of alerts shows what happens in the own organisation, and goes on where it broke off', async () => {
    const tail = events('/api/v1/alerts/live', 'anna')
    expect((await tail.next()).value).toBe(': connected')
    await deliver('Foreign', 'globex', '00000000000000f1')
    await deliver('Own', 'acme', '00000000000000f2')
    const { value } = await tail.next()
    expect(value).toMatch(/^id: \d+\nevent: alert\ndata: \{.*"alert_name":"Own"/)
    await tail.return(undefined)
    await deliver('Meanwhile', 'acme', '00000000000000f3')
    const again = events('/api/v1/alerts/live', 'anna', { 'last-event-id': /^id: (\d+)/.exec(value as string)?.[1] })
    await again.next()
    expect((await again.next()).value).toContain('"alert_name":"Meanwhile"')
    await again.return(undefined)
  })

  it('of logs shows what is booked in the own organisation at the level asked for', async () => {
    await runSql(database, `select ensure_partitions('structured_logs', now(), now())`)
    const log = (org: string, level: string, body: string) =>
      runSql(
        database,
        `insert into structured_logs (org_id, time, log_id, level, body, received_at) values ($1, now(), gen_random_uuid(), $2, $3, clock_timestamp())`,
        [org, level, body],
      )
    const tail = events('/api/v1/logs/live?level=ERROR', 'anna')
    await tail.next()
    await log('globex', 'error', 'foreign')
    await log('acme', 'info', 'too quiet')
    await log('acme', 'error', 'own')
    const { value } = await tail.next()
    expect(value).toMatch(/event: log\ndata: .*"body":"own"/)
    await tail.return(undefined)
    await log('acme', 'error', 'meanwhile')
    const headers = { 'last-event-id': /^id: (\S+)/.exec(value as string)?.[1] }
    const again = events('/api/v1/logs/live?level=error', 'anna', headers)
    await again.next()
    expect((await again.next()).value).toContain('"body":"meanwhile"')
    await again.return(undefined)
  })

  it.each([
    ['/api/v1/alerts/live', '2026-03-11T12:00:00.000000Z_'],
    ['/api/v1/alerts/live', '1 or 1=1'],
    ['/api/v1/logs/live', '17'],
    ['/api/v1/logs/live', '2026-99-11T12:00:00.000000Z_'],
  ])('%s refuses a Last-Event-ID that is none of its own: %s', async (path, id) => {
    const headers = { authorization: `Bearer ${await tokenFor('anna')}`, 'last-event-id': id }
    const response = await fetch(`${api.url}${path}`, { headers })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      code: 'bad_request',
      message: expect.stringContaining('Last-Event-ID'),
    })
  })
})

const heldBytes = (): number => {
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** What is referenced once what earlier tests left behind (sockets, buffers) has gone, which takes some turns. */
async function heldAtRest(): Promise<number> {
  const STILL_BYTES = 64 * 1024
  let last = heldBytes()
  for (let turns = 0; turns < 20; turns++) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    const now = heldBytes()
    if (last - now < STILL_BYTES) return Math.min(last, now)
    last = now
  }
  return last
}

/** Reads a file to its end. Out: its lines and bytes, and by how many bytes what is referenced grew meanwhile, at most. */
async function readFile(url: string, headers: Record<string, string>) {
  const SAMPLE_EVERY_LINES = 4_000
  const before = await heldAtRest()
  const response = await fetch(url, { headers })
  let [lines, bytes, most, sampledAt] = [0, 0, 0, -SAMPLE_EVERY_LINES]
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    for (const byte of chunk) if (byte === 10) lines += 1
    if (lines - sampledAt < SAMPLE_EVERY_LINES) continue
    sampledAt = lines
    most = Math.max(most, heldBytes() - before)
  }
  return { lines, bytes, heldBytes: most }
}
