// A budget alert is told once, whatever is killed: the real Prometheus with the real rules, the real Alertmanager, the api
// as a process of its own, Postgres and an SMTP server. Each part is killed in turn while another budget is used up.
import { globSync, rmSync, statSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { bookCalls, JWT_SECRET, runSql, seedOrganisations, WEBHOOK_TOKEN } from '../../support/api.ts'
import { type MailServer, startMailServer } from '../../support/mail-server.ts'
import { pollUntil } from '../../support/poll.ts'
import { startAlertmanager, startPrometheus, temporaryFolder } from '../../support/prometheus.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'
import { freePorts, type RunningProgram, startProgram } from '../../support/third-party.ts'

/** Longer than scrape, evaluation, group_wait and group_interval together. */
const TURN_MS = 6_000
/** A restarted Alertmanager waits for the next repetition of what fires; by default a minute. */
const RESEND_DELAY = '20s'
const DEALS = ['api', 'prometheus', 'alertmanager', 'everything'] as const

const folder = temporaryFolder('budget-restart')
const running = new Map<string, RunningProgram>()
let database: TestDatabase
let mail: MailServer
let alertmanagerUrl: string
let start: Record<'api' | 'prometheus' | 'alertmanager', () => Promise<void>>

beforeAll(async () => {
  database = await createTestDatabase()
  await seedOrganisations(database)
  await runSql(database, `insert into deals (org_id, deal_id, name) select 'acme', d, d from unnest($1::text[]) as d`, [
    DEALS,
  ])
  await runSql(
    database,
    `insert into budgets (org_id, scope, scope_id, period, amount_usd, thresholds)
     select 'acme', 'deal', d, 'month', 100, '{100}'::integer[] from unnest($1::text[]) as d
     union all select 'acme', 'organisation', 'acme', 'month', 1000, '{50}'::integer[]`,
    [DEALS],
  )
  await runSql(database, `insert into alert_addresses values ('acme', 'anna', 'anna@acme.test')`)
  mail = await startMailServer()
  const [apiPort, prometheusPort, alertmanagerPort] = (await freePorts(3)) as [number, number, number]
  const target = (port: number) => `127.0.0.1:${port}`
  alertmanagerUrl = `http://${target(alertmanagerPort)}`
  const env = {
    API_PORT: String(apiPort),
    API_DATABASE_URL: database.apiUrl,
    API_WEBHOOK_TOKEN: WEBHOOK_TOKEN,
    API_JWT_SECRET: JWT_SECRET,
    API_ALERTMANAGER_URL: alertmanagerUrl,
    API_PROMETHEUS_URL: `http://${target(prometheusPort)}`,
    API_SMTP_URL: `smtp://${mail.address}`,
    API_BUDGET_INTERVAL_MS: '500',
  }
  const values = {
    ALERTMANAGER_SMTP_SMARTHOST: mail.address,
    ALERTMANAGER_GROUP_WAIT: '500ms',
    ALERTMANAGER_GROUP_INTERVAL: '1s',
    API_ENDPOINT: `http://${target(apiPort)}`,
    PROMETHEUS_SCRAPE_INTERVAL: '1s',
    ALERTMANAGER_TARGET: target(alertmanagerPort),
    API_TARGET: target(apiPort),
  }
  start = {
    api: async () => {
      running.set('api', startProgram(process.execPath, ['src/api/main.ts'], env))
      await pollUntil(
        'the api to be ready',
        async () => expect((await fetch(`http://${target(apiPort)}/readyz`)).status).toBe(200),
        { timeoutMs: 100_000 },
      )
    },
    prometheus: async () => {
      running.set(
        'prometheus',
        (await startPrometheus(folder.path, values, { at: prometheusPort, resendDelay: RESEND_DELAY })).program,
      )
    },
    alertmanager: async () => {
      running.set('alertmanager', (await startAlertmanager(folder.path, values, undefined, alertmanagerPort)).program)
    },
  }
  await Promise.all(Object.values(start).map((one) => one()))
}, 150_000)

afterAll(async () => {
  await Promise.all([...running.values()].map((program) => program.stop('SIGKILL')))
  await mail?.close()
  await database?.drop()
  folder.remove()
})

const spend = (costUsd: string, dealId?: string) =>
  bookCalls(database, [{ orgId: 'acme', at: new Date(), costUsd, ...(dealId && { dealId }) }])
const told = (recipient: string) =>
  mail.mails
    .filter(({ recipients, subject }) => recipients.includes(recipient) && subject?.includes('Budget'))
    .map(({ subject }) => subject)
const OPERATORS = 'oncall@spanledger.local'
const RECIPIENTS = [OPERATORS, 'anna@acme.test']
const isToldTo = (recipient: string, text: string) =>
  pollUntil(`${recipient} to be told of ${text}`, () => expect(told(recipient).join('\n')).toContain(text), {
    timeoutMs: 100_000,
  })
const pass = (ms: number, what: string) => {
  const until = Date.now() + ms
  return pollUntil(what, () => expect(Date.now()).toBeGreaterThan(until), { timeoutMs: ms + 5_000 })
}
const notificationLogs = () => globSync(`${folder.path}/alertmanager-*/nflog`)
/** Alertmanager writes every second (stack/services/telemetry.ts): the first time may have begun before the last mail, the second did not. */
async function toldIsWrittenDown() {
  const writtenMs = () => Math.max(0, ...notificationLogs().map((log) => statSync(log).mtimeMs))
  for (const time of ['first', 'second']) {
    const before = writtenMs()
    await pollUntil(`Alertmanager to write down what it told, the ${time} time`, () =>
      expect(writtenMs()).toBeGreaterThan(before),
    )
  }
}
/** One that was restarted knows nothing until Prometheus sends again. */
const everyBudgetAtAlertmanager = (count: number) =>
  pollUntil(
    `${count} budget alerts at Alertmanager`,
    async () => {
      const response = await fetch(`${alertmanagerUrl}/api/v2/alerts?filter=topic%3Dbudget`)
      expect(await response.json()).toHaveLength(count)
    },
    { timeoutMs: 100_000 },
  )
const expectedMails = ['[WARNING] BudgetNearLimit (acme): acme used 50 % of its budget of the month']

it('tells a crossed threshold once', async () => {
  await spend('520')
  for (const recipient of RECIPIENTS) await isToldTo(recipient, 'BudgetNearLimit (acme)')
  for (const recipient of RECIPIENTS) expect(told(recipient)).toEqual(expectedMails)
})

it.each(DEALS)('neither repeats nor loses one when %s is killed', { timeout: 500_000 }, async (part) => {
  await toldIsWrittenDown()
  const parts = part === 'everything' ? (['alertmanager', 'api', 'prometheus'] as const) : [part]
  for (const name of parts) await running.get(name)?.stop('SIGKILL')
  await spend('100', part)
  expectedMails.push(`[CRITICAL] BudgetExceeded (acme): acme (deal ${part}) used up its budget of the month`)
  await pass(TURN_MS, 'the others to notice')
  for (const name of parts) await start[name]()
  for (const recipient of RECIPIENTS) await isToldTo(recipient, `deal ${part}`)
  await everyBudgetAtAlertmanager(expectedMails.length)
  await pass(TURN_MS, 'a repetition to have its chance')
  for (const recipient of RECIPIENTS) expect(told(recipient).sort()).toEqual([...expectedMails].sort())
})

it('would repeat them with an Alertmanager that forgot what it told (control)', { timeout: 150_000 }, async () => {
  await running.get('alertmanager')?.stop('SIGKILL')
  const before = told(OPERATORS).length
  for (const log of notificationLogs()) rmSync(log)
  await start.alertmanager()
  await pollUntil('the repeated mails', () => expect(told(OPERATORS).length).toBe(2 * before), { timeoutMs: 120_000 })
})
