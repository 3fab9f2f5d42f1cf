// Demo data through the real ledger into a real Postgres: everything arrives once, a run that is cut off goes on, a
// second one is refused.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { createConnection, createServer as createTcpServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { asOwner } from '../../../src/cli/database.ts'
import { createDemoData } from '../../../src/demo/data/generate.ts'
import { startOwnLedger } from '../../../src/demo/data/own-ledger.ts'
import { DemoDataRefusedError, type RunOptions, runDemoData } from '../../../src/demo/data/run-demo-data.ts'
import { seedPrices } from '../../../src/ledger/price/seed-prices.ts'
import { ROLE_PASSWORD } from '../../support/prepare-template.ts'
import { spanledger } from '../../support/spanledger-cli.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

const ASKED = { seed: 3, days: 7, traces: 1_200, untilMs: undefined }
const UNTIL_MS = Math.floor(Date.now() / 3_600_000) * 3_600_000

let database: TestDatabase
let client: pg.Client
let ledger: { url: string; close(): Promise<void> }

beforeEach(async () => {
  database = await createTestDatabase()
  client = new pg.Client(database.ownerUrl)
  await client.connect()
  await asOwner(client, () => seedPrices(client))
  ledger = await startOwnLedger({ databaseUrl: database.writerUrl, maxPastDays: 30 })
})

afterEach(async () => {
  await ledger.close()
  await client.end()
  await database.drop()
})

const run = (options: Partial<RunOptions> = {}) =>
  runDemoData({
    client,
    ledgerUrl: ledger.url,
    asked: ASKED,
    defaultUntilMs: UNTIL_MS,
    inFlight: 4,
    spansPerRequest: 200,
    onProgress: () => {},
    signal: new AbortController().signal,
    ...options,
  })

const rows = async <T extends pg.QueryResultRow>(sql: string) => (await client.query<T>(sql)).rows

const totals = async () =>
  (
    await rows<{
      spans: string
      traces: string
      lines: string
      cost: string
      unpriced: string
      daily: string
      logs: string
    }>(
      `select (select count(*) from trace_spans) as spans, (select count(distinct trace_id) from trace_spans) as traces,
         (select count(*) from llm_usage) as lines, (select sum(cost_usd)::text from llm_usage) as cost,
         (select sum(unpriced_calls) from llm_usage) as unpriced, (select sum(calls) from usage_daily) as daily,
         (select count(*) from structured_logs) as logs`,
    )
  )[0]

const planned = () => {
  const data = createDemoData({ ...ASKED, untilMs: UNTIL_MS })
  const traces = data.hours.flatMap((_, hour) => data.tracesOf(hour))
  return {
    traces: traces.length,
    spans: traces.reduce((sum, trace) => sum + trace.spans.length, 0),
    logs: traces.flatMap((trace) => trace.logs).length,
  }
}

describe('a run', { timeout: 180_000 }, () => {
  it('arrives complete: every span, every call one line, priced but for the model nobody prices', async () => {
    const { progress } = await run()
    const expected = planned()
    expect(progress).toMatchObject({ traces: expected.traces, spans: expected.spans, hoursDone: 168 })
    const arrived = await totals()
    expect(arrived).toMatchObject({
      spans: String(expected.spans),
      traces: String(expected.traces),
      logs: String(expected.logs),
      daily: arrived?.lines,
    })
    const unpriced = await rows<{ model: string }>('select distinct model from llm_usage where unpriced_calls > 0')
    expect(unpriced).toEqual([{ model: 'unlisted-model-1' }])
    const departments = await rows<{ n: string; budgets: string }>(
      `select count(*) as n, count(budget_usd_month) as budgets from departments where org_id = 'acme'`,
    )
    expect(departments).toEqual([{ n: '10', budgets: '10' }])
    const strangers = await rows(
      `select distinct u.agent_id from llm_usage u left join agents a using (org_id, agent_id) where a.agent_id is null`,
    )
    expect(strangers).toEqual([])
    const tokens = await rows(`select name from writer_tokens where name like 'demo-data%' and revoked_at is null`)
    expect(tokens).toEqual([])
  })

  it('is refused where demo data lies already', async () => {
    await run()
    const before = await totals()
    await expect(run()).rejects.toThrow(DemoDataRefusedError)
    await expect(run({ asked: { ...ASKED, seed: 4 } })).rejects.toThrow(
      /acme, globex, initech already hold demo data \(--seed 3 --days 7/,
    )
    expect(await totals()).toEqual(before)
  })

  it('counts as cut off until what belongs to it beside its rows is there too', async () => {
    const ended = async () =>
      (await rows<{ ended: boolean }>('select bool_and(finished_at is not null) as ended from demo_data_runs'))[0]
        ?.ended
    const failing = run({
      asked: { ...ASKED, traces: 100 },
      onRows: () => Promise.reject(new Error('no room for blocks')),
    })
    await expect(failing).rejects.toThrow('no room for blocks')
    expect(await ended()).toBe(false)
    const before = await totals()
    const stopping = new AbortController()
    await run({ asked: { ...ASKED, traces: 100 }, signal: stopping.signal, onRows: async () => stopping.abort() })
    expect(await ended()).toBe(false)
    const spans: number[] = []
    await run({
      asked: { ...ASKED, traces: 100 },
      onRows: async ({ progress, data }) => void spans.push(progress.spans, data.hours.length),
    })
    expect(spans).toEqual([0, 168])
    expect(await ended()).toBe(true)
    expect(await totals()).toEqual(before)
  })

  it('on the command line is refused a second time, or with --once is nothing to do', async () => {
    const demoData = (...flags: string[]) =>
      spanledger(database.ownerUrl, ['demo-data', '--days', '7', '--traces', '100', ...flags], {
        WRITER_PASSWORD: ROLE_PASSWORD,
      })
    expect(await demoData('--once')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^100 traces, /) })
    const before = await totals()
    expect(await demoData()).toMatchObject({ code: 1, stderr: expect.stringContaining('already hold demo data') })
    const again = await demoData('--once', '--seed', '2')
    expect(again).toMatchObject({ code: 0, stdout: 'Demo data is loaded already: nothing to do.\n' })
    expect(await totals()).toEqual(before)
  })

  it('on the command line goes on with the metric history it lacks, also with --once', async () => {
    const demoData = (...flags: string[]) =>
      spanledger(database.ownerUrl, ['demo-data', '--once', '--days', '7', '--traces', '100', ...flags], {
        WRITER_PASSWORD: ROLE_PASSWORD,
      })
    const folder = mkdtempSync(join(tmpdir(), 'spanledger-history-'))
    try {
      const history = ['--prometheus-data', join(folder, 'tsdb'), '--prometheus', join(folder, 'no-such-program')]
      expect(await demoData(...history)).toMatchObject({ code: 1, stdout: expect.stringMatching(/^100 traces, /) })
      const before = await totals()
      // Nothing is said of rows: they are there.
      expect(await demoData()).toMatchObject({ code: 0, stdout: '' })
      expect(await demoData()).toMatchObject({ code: 0, stdout: 'Demo data is loaded already: nothing to do.\n' })
      expect(await totals()).toEqual(before)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('that was stopped goes on where it was, and ends as if it never stopped', async () => {
    const stopping = new AbortController()
    const stopped = await run({
      signal: stopping.signal,
      onProgress: ({ hoursDone }) => {
        if (hoursDone > 60) stopping.abort()
      },
    })
    expect(stopped.progress.hoursDone).toBeLessThan(168)
    await expect(run({ asked: { ...ASKED, traces: 900 } })).rejects.toThrow(
      /was cut off here; finish it first with: --seed 3/,
    )
    const rest = await run({ defaultUntilMs: UNTIL_MS + 3_600_000 })
    expect(rest.resumedFromHour).toBe(stopped.progress.hoursDone)
    const interrupted = await totals()
    expect(interrupted).toMatchObject({ spans: String(planned().spans), traces: '1200' })
    const whole = await freshTotals()
    expect(interrupted).toEqual(whole)
  })

  it('outlives a ledger that is restarted under it', async () => {
    const relay = await startRelay(() => ledger.url)
    let restarting: Promise<void> | undefined
    const { progress } = await run({
      ledgerUrl: relay.url,
      onProgress: ({ hoursDone }) => {
        if (hoursDone < 40 || restarting) return
        restarting = (async () => {
          await ledger.close()
          ledger = await startOwnLedger({ databaseUrl: database.writerUrl, maxPastDays: 30 })
        })()
      },
    })
    await restarting
    await relay.close()
    expect(progress.traces).toBe(1_200)
    expect(await totals()).toMatchObject({ spans: String(planned().spans), logs: String(planned().logs) })
  })

  it('ends with the ledger’s own words when the ledger refuses it', async () => {
    const refusing = createServer((_request, response) => response.writeHead(400).end('not OTLP'))
    await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve))
    const { port } = refusing.address() as { port: number }
    await expect(run({ ledgerUrl: `http://127.0.0.1:${port}` })).rejects.toThrow(
      'the ledger refused /v1/traces: 400 not OTLP',
    )
    refusing.close()
  })
})

/** The same data in a database of its own, without any trouble. */
async function freshTotals() {
  const other = await createTestDatabase()
  const before = { database, client, ledger }
  database = other
  client = new pg.Client(other.ownerUrl)
  await client.connect()
  await asOwner(client, () => seedPrices(client))
  ledger = await startOwnLedger({ databaseUrl: other.writerUrl, maxPastDays: 30 })
  try {
    await run()
    return await totals()
  } finally {
    await ledger.close()
    await client.end()
    await other.drop()
    ;({ database, client, ledger } = before)
  }
}

/** A fixed address in front of a ledger that changes its own. */
async function startRelay(target: () => string): Promise<{ url: string; close(): Promise<void> }> {
  const server: Server = createTcpServer((incoming) => {
    const { hostname, port } = new URL(target())
    const outgoing = createConnection(Number(port), hostname)
    incoming.pipe(outgoing).pipe(incoming)
    // An end that is gone takes the other with it: bytes for a ledger that has left would keep the relay open for ever.
    for (const [end, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      end.on('error', () => other.destroy())
      end.on('close', () => other.destroy())
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.address() as { port: number }
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
