// Every command of every runbook is run against the real parts: Prometheus and Alertmanager with our configuration, Postgres,
// Neo4j, the ledger, the api, and the command line. A runbook's shell commands run in one shell, in order.
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import neo4j from 'neo4j-driver'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { METRIC } from '../../../instrumentation/semconv.ts'
import { METRICS_USED } from '../../../prometheus/metrics-used.ts'
import { createRuleGroups } from '../../../prometheus/rule-groups.ts'
import { bookCalls, runSql, seedOrganisations, startTestApi, type TestApi } from '../../support/api.ts'
import { createTestCollector, type TestCollector } from '../../support/collector.ts'
import { startLedger, type TestLedger } from '../../support/ledger.ts'
import { hasNeo4j, startTestNeo4j, type TestNeo4j } from '../../support/neo4j-server.ts'
import { traceRequest } from '../../support/otlp-json.ts'
import { pollUntil } from '../../support/poll.ts'
import { type Started, startAlertmanager, startPrometheus, temporaryFolder } from '../../support/prometheus.ts'
import { readSelectors } from '../../support/promql.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'
import type { RunningProgram } from '../../support/third-party.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
const RUNBOOKS = join(ROOT, 'prometheus/runbooks')
const LANGUAGES = ['promql', 'sql', 'cypher', 'sh'] as const

/** Commands in running text that no test can run here, and why. Everything else stands in a block and is run. */
const BY_HAND: Record<string, string> = {
  'redis-cli ping': 'this project has no Redis of its own: it is the one of the application',
  timedatectl: 'asks the clock of the sender’s host',
}

const runbooks = readdirSync(RUNBOOKS).map((file) => {
  const text = readFileSync(join(RUNBOOKS, file), 'utf8')
  const blocks = [...text.matchAll(/^```(\S*)\n([^`]*)^```$/gm)].map(([, language = '', code = '']) => ({
    language,
    code,
  }))
  return { name: basename(file, '.md'), text, blocks }
})
const blocksOf = (wanted: (typeof LANGUAGES)[number]) =>
  runbooks.flatMap(({ name, blocks }) =>
    blocks.filter(({ language }) => language === wanted).map(({ code }, index) => ({ name, index, code })),
  )

const folder = temporaryFolder('runbooks')
let database: TestDatabase
let api: TestApi
let ledger: TestLedger
let prometheus: Started
let alertmanager: Started
let collector: TestCollector
let collecting: RunningProgram
let graph: TestNeo4j | undefined

beforeAll(async () => {
  database = await createTestDatabase()
  await seedOrganisations(database)
  await bookCalls(database, [
    { orgId: 'acme', at: new Date(), costUsd: '3' },
    { orgId: 'acme', at: new Date(), costUsd: null, model: 'my-model', status: 'error' },
  ])
  ;[ledger, graph] = await Promise.all([startLedger(database), hasNeo4j() ? startTestNeo4j() : undefined])
  api = await startTestApi(database, { env: { API_NEO4J_URL: graph?.url ?? 'bolt://127.0.0.1:1' } })
  alertmanager = await startAlertmanager(folder.path, { API_ENDPOINT: api.url })
  prometheus = await startPrometheus(folder.path, { ALERTMANAGER_TARGET: alertmanager.url.replace('http://', '') })
  collector = await createTestCollector({
    ledger: ledger.url,
    prometheus: `${prometheus.url}/api/v1/otlp`,
    tempo: '127.0.0.1:1',
    env: { LEDGER_TOKEN: ledger.token },
  })
  collecting = await collector.start()
}, 300_000)
afterAll(async () => {
  await collecting?.stop('SIGKILL')
  collector?.removeFiles()
  await prometheus?.program.stop()
  await alertmanager?.program.stop()
  await graph?.close()
  await ledger?.close()
  await api?.close()
  await database?.drop()
  folder.remove()
})

it('every block says what it is for a reader and for this test', () => {
  expect(runbooks.length).toBeGreaterThan(40)
  for (const { name, text, blocks } of runbooks) {
    for (const { language } of blocks) expect(LANGUAGES, name).toContain(language)
    expect(blocks.length * 2, name).toBe(text.match(/^```/gm)?.length)
  }
  for (const language of LANGUAGES) expect(blocksOf(language).length, language).toBeGreaterThan(1)
})

it('no command hides in running text, but for those that have to be run by hand', () => {
  const inline = runbooks.flatMap(({ text }) => [...text.matchAll(/(?<!`)`([^`\n]+)`/g)].map(([, code = '']) => code))
  const commands = inline.filter((code) =>
    /^(spanledger|make|curl|psql|redis-cli|timedatectl|docker|select|show)( |$)/i.test(code),
  )
  expect([...new Set(commands)].sort()).toEqual(Object.keys(BY_HAND).sort())
})

describe('Prometheus answers', () => {
  it.each(blocksOf('promql'))('$name $index', async ({ code }) => {
    const response = await fetch(`${prometheus.url}/api/v1/query?${new URLSearchParams({ query: code })}`)
    expect(await response.json()).toMatchObject({ status: 'success' })
  })
})

const query = async (sql: string) => {
  const client = new pg.Client(database.ownerUrl)
  await client.connect()
  try {
    return await client.query(sql)
  } finally {
    await client.end()
  }
}

it('no query asks for a metric that nobody exports', async () => {
  const served = await Promise.all(
    [ledger.url, api.url, prometheus.url, alertmanager.url].map(async (url) => (await fetch(`${url}/metrics`)).text()),
  )
  // The collector has a metric from its first use on.
  await collector.send('/v1/traces', traceRequest([{ attributes: { org_id: 'acme' } }]))
  await pollUntil('the collector to count what it sent', async () => {
    served[4] = await (await fetch(collector.metricsUrl)).text()
    expect(served[4]).toContain('otelcol_exporter_sent_spans')
    expect(served[4]).toContain('otelcol_processor_tail_sampling_sampling_traces_on_memory')
  })
  const exported = new Set(served.join('\n').match(/(?<=^# TYPE )\S+/gm))
  for (const { name, unit } of Object.values(METRIC) as { name: string; unit: string }[])
    exported.add(name.replaceAll('.', '_') + (unit === 's' ? '_seconds' : unit === '1' ? '_ratio' : ''))
  for (const { recording = [] } of createRuleGroups()) for (const { record } of recording) exported.add(record)
  const known = (metric: string) =>
    exported.has(metric) || exported.has(metric.replace(/_total$/, '')) || metric in METRICS_USED
  const unknown = blocksOf('promql').flatMap(({ name, code }) =>
    readSelectors(code)
      .filter(({ metric }) => metric !== 'ALERTS' && !known(metric))
      .map(({ metric }) => `${name}: ${metric}`),
  )
  expect(unknown).toEqual([])
})

describe('Postgres answers', () => {
  it.each(blocksOf('sql'))('$name $index', async ({ code }) => {
    expect((await query(code)).command).toMatch(/^(SELECT|ANALYZE)$/)
  })

  it('with what is in the books', async () => {
    const unpriced = blocksOf('sql').find(({ name }) => name === 'UnpricedModel')
    expect((await query(unpriced?.code ?? '')).rows).toMatchObject([{ org_id: 'acme', model: 'my-model', calls: '1' }])
    const errors = blocksOf('sql').find(({ name }) => name === 'GenAIErrorRateHigh')
    expect((await query(errors?.code ?? '')).rows).toMatchObject([{ status: 'error', calls: '1' }])
  })

  it('with an error to a query that is wrong (control)', async () => {
    await expect(query('select nothing_of_this_name from usage_hourly')).rejects.toMatchObject({ code: '42703' })
  })
})

describe.skipIf(!hasNeo4j())('Neo4j answers', () => {
  it.each(blocksOf('cypher'))('$name $index', async ({ code }) => {
    const driver = neo4j.driver(graph?.url ?? '', neo4j.auth.basic('neo4j', 'any'))
    try {
      expect((await driver.executeQuery(code)).summary.query.text).toBe(code)
    } finally {
      await driver.close()
    }
  })
})

/** As on the machine of the person on call, but with this test's addresses; what concerns the stack is only looked up. */
function runShell(commands: string): Promise<{ code: number; output: string }> {
  const addresses: [string, string][] = [
    ['http://127.0.0.1:4400', ledger.url],
    ['http://127.0.0.1:4500', api.url],
    ['http://127.0.0.1:9090', prometheus.url],
    ['http://127.0.0.1:9093', alertmanager.url],
  ]
  const here = addresses.reduce((text, [usual, ours]) => text.replaceAll(usual, ours), commands)
  expect(here).not.toMatch(/127\.0\.0\.1:(4400|4500|90\d\d)\b/)
  const script = `set -e -o pipefail
spanledger() { ${process.execPath} src/cli/main.ts "$@"; }
curl() { command curl --fail --show-error "$@"; }
make() { command make --dry-run "$@"; }
${here}`
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, SPANLEDGER_DATABASE_URL: database.ownerUrl }
  return new Promise((done) => {
    execFile('bash', ['-c', script], { cwd: ROOT, env, timeout: 60_000 }, (error, stdout, stderr) =>
      done({ code: Number(error?.code ?? (error ? 1 : 0)), output: stdout + stderr }),
    )
  })
}

describe('the shell runs', () => {
  const scripts = runbooks
    .map(({ name, blocks }) => ({
      name,
      commands: blocks.filter(({ language }) => language === 'sh').map(({ code }) => code),
    }))
    .filter(({ commands }) => commands.length > 0)

  it.each(scripts)('$name', { timeout: 90_000 }, async ({ commands }) => {
    const { code, output } = await runShell(commands.join('\n'))
    expect(code, output).toBe(0)
    expect(output).not.toBe('')
  })

  it.each(['spanledger prizes', 'curl -s http://127.0.0.1:4500/nowhere', 'make no-such-target'])(
    'not: %s (control)',
    async (command) => {
      expect((await runShell(command)).code).not.toBe(0)
    },
  )

  it('with effect: the unpriced call has its price, the budget its amount', async () => {
    const booked = await runSql(
      database,
      `select sum(unpriced_calls) as unpriced from usage_daily where org_id = 'acme'`,
    )
    expect(booked).toEqual([{ unpriced: '0' }])
    const budgets = await runSql(
      database,
      `select period, amount_usd from budgets where org_id = 'acme' order by period`,
    )
    expect(budgets).toEqual([
      { period: 'day', amount_usd: '250' },
      { period: 'month', amount_usd: '250' },
    ])
  })
})
