// Alertmanager's webhook: what fired and resolved becomes history, once, whatever is delivered again or out of order.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runSql, seedOrganisations, startTestApi, type TestApi, WEBHOOK_TOKEN } from '../../support/api.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

let database: TestDatabase
let api: TestApi

beforeAll(async () => {
  database = await createTestDatabase()
  await seedOrganisations(database)
  api = await startTestApi(database)
})
afterAll(async () => {
  await api?.close()
  await database?.drop()
})
beforeEach(() => runSql(database, 'truncate alert_instances, alert_events, alert_notifications, alert_rules cascade'))

interface Alert {
  status: 'firing' | 'resolved'
  labels: Record<string, string>
  annotations: Record<string, string>
  startsAt: string
  endsAt: string
  generatorURL: string
  fingerprint: string
}

const alert = (over: Partial<Alert> = {}): Alert => ({
  status: 'firing',
  labels: { alertname: 'GenAIErrorRateHigh', severity: 'critical', org_id: 'acme' },
  annotations: { summary: 'errors', runbook_url: 'http://runbooks/GenAIErrorRateHigh' },
  startsAt: '2026-03-10T11:00:00.123Z',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: 'http://prometheus/graph',
  fingerprint: '00000000000000aa',
  ...over,
})
const resolved = (over: Partial<Alert> = {}) => alert({ status: 'resolved', endsAt: '2026-03-10T11:30:00Z', ...over })

const delivery = (...alerts: Alert[]) => ({
  version: '4',
  groupKey: '{}:{alertname="GenAIErrorRateHigh"}',
  truncatedAlerts: 0,
  status: alerts.some((one) => one.status === 'firing') ? 'firing' : 'resolved',
  receiver: 'mail-and-history',
  groupLabels: { alertname: 'GenAIErrorRateHigh', org_id: 'acme' },
  commonLabels: {},
  commonAnnotations: {},
  externalURL: 'http://alertmanager',
  alerts,
})

const deliver = (body: unknown, token = WEBHOOK_TOKEN) =>
  api.call('POST', '/api/v1/webhooks/alertmanager', { body, headers: { authorization: `Bearer ${token}` } })

const instances = () =>
  runSql(
    database,
    `select org_id, fingerprint, alert_name, severity, status, starts_at, ends_at, resolved_by, source from alert_instances order by 1, 2, 3`,
  )
const events = async () =>
  (await runSql<{ kind: string }>(database, 'select kind from alert_events order by event_id')).map((row) => row.kind)
const notifications = async () => (await runSql(database, 'select * from alert_notifications')).length

describe('a delivery', () => {
  it('that fires and later resolves is one instance with its rule, events and notifications', async () => {
    expect((await deliver(delivery(alert()))).body.data).toEqual({ received: 1, fired: 1, resolved: 0, known: 0 })
    expect((await deliver(delivery(resolved()))).body.data).toEqual({ received: 1, fired: 0, resolved: 1, known: 0 })
    expect(await instances()).toEqual([
      {
        org_id: 'acme',
        fingerprint: '00000000000000aa',
        alert_name: 'GenAIErrorRateHigh',
        severity: 'critical',
        status: 'resolved',
        starts_at: new Date('2026-03-10T11:00:00.123Z'),
        ends_at: new Date('2026-03-10T11:30:00Z'),
        resolved_by: 'webhook',
        source: 'webhook',
      },
    ])
    expect(await events()).toEqual(['fired', 'resolved'])
    expect(await notifications()).toBe(2)
    expect(await runSql(database, 'select alert_name, severity, runbook_url from alert_rules')).toEqual([
      { alert_name: 'GenAIErrorRateHigh', severity: 'critical', runbook_url: 'http://runbooks/GenAIErrorRateHigh' },
    ])
  })

  it('tells where people act on it', async () => {
    await deliver(delivery(alert()))
    const pages = await runSql(database, 'select page_url from alert_instances')
    expect(pages).toEqual([{ page_url: 'http://127.0.0.1:4500/alerts/00000000000000aa' }])
  })

  it('that comes three times changes nothing the second and third time', async () => {
    for (const _ of [1, 2, 3]) expect((await deliver(delivery(alert()))).status).toBe(200)
    expect(await instances()).toHaveLength(1)
    expect(await events()).toEqual(['fired'])
    expect(await notifications()).toBe(1)
  })

  it('that comes ten times at once is one instance', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => deliver(delivery(alert(), resolved({ fingerprint: '00000000000000bb' })))),
    )
    expect(answers.map((answer) => answer.status)).toEqual(Array(10).fill(200))
    expect(await instances()).toHaveLength(2)
    expect((await events()).sort()).toEqual(['fired', 'fired', 'resolved'])
  })

  it('of the firing state that arrives after the resolved one does not wake the instance', async () => {
    await deliver(delivery(resolved()))
    await deliver(delivery(alert()))
    expect(await instances()).toMatchObject([{ status: 'resolved' }])
  })

  it('of the same alert with another start is another instance', async () => {
    await deliver(delivery(resolved()))
    await deliver(delivery(alert({ startsAt: '2026-03-10T12:00:00Z' })))
    expect((await instances()).map((row) => row.status)).toEqual(['resolved', 'firing'])
  })

  it('for several organisations is booked to each, and for none to the platform', async () => {
    const labels = (org_id?: string) => ({
      alertname: 'X',
      severity: 'warning',
      ...(org_id !== undefined && { org_id }),
    })
    await deliver(
      delivery(
        alert({ fingerprint: '0000000000000001', labels: labels('globex') }),
        alert({ fingerprint: '0000000000000002', labels: labels() }),
        alert({ fingerprint: '0000000000000003', labels: labels('no such\norganisation') }),
        alert({ fingerprint: '0000000000000004', labels: labels('acme') }),
      ),
    )
    expect((await instances()).map((row) => [row.org_id, row.fingerprint])).toEqual([
      ['_platform', '0000000000000002'],
      ['_platform', '0000000000000003'],
      ['acme', '0000000000000004'],
      ['globex', '0000000000000001'],
    ])
  })

  it('with a NUL in a label is booked with the NUL replaced', async () => {
    expect((await deliver(delivery(alert({ annotations: { summary: 'a\0b' } })))).status).toBe(200)
    expect(await runSql(database, `select annotations ->> 'summary' as summary from alert_instances`)).toEqual([
      { summary: 'a\uFFFDb' },
    ])
  })

  it('of the Watchdog is noted, not booked', async () => {
    await deliver(delivery(alert({ labels: { alertname: 'Watchdog' } })))
    expect(await instances()).toEqual([])
  })
})

describe('a delivery is refused and nothing changes', () => {
  const good = delivery(alert())
  it.each([
    ['without token', good, '', 401],
    ['with a wrong token', good, 'wrong', 401],
    ['that is no JSON', '{"version":', WEBHOOK_TOKEN, 400],
    ['that is an array', [], WEBHOOK_TOKEN, 400],
    ['of another version', { ...good, version: '3' }, WEBHOOK_TOKEN, 400],
    ['without alerts', { ...good, alerts: undefined }, WEBHOOK_TOKEN, 400],
    ['with an alert without a name', delivery(alert(), alert({ labels: {} })), WEBHOOK_TOKEN, 400],
    ['with a start that is no time', delivery(alert({ startsAt: 'yesterday' })), WEBHOOK_TOKEN, 400],
    ['with a fingerprint that is none', delivery(alert({ fingerprint: '../../etc' })), WEBHOOK_TOKEN, 400],
    ['with a status nobody knows', { ...good, status: 'maybe' }, WEBHOOK_TOKEN, 400],
    ['larger than 5 MB', { ...good, padding: 'x'.repeat(6_000_000) }, WEBHOOK_TOKEN, 413],
  ])('%s', async (_, body, token, status) => {
    const answer = await deliver(body, token)
    expect(answer.status).toBe(status)
    expect(answer.body.message).not.toBe('')
    expect(await instances()).toEqual([])
    expect(await notifications()).toBe(0)
  })

  it('control: the same delivery, whole and with the token, is booked', async () => {
    expect((await deliver(good)).status).toBe(200)
    expect(await instances()).toHaveLength(1)
  })
})
