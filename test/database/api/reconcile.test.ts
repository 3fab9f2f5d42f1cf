// The webhook was down: alert history is complete afterwards. Real Prometheus and Alertmanager, real Postgres; the webhook
// in Alertmanager's configuration leads nowhere.
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runSql, seedOrganisations, startTestApi, type TestApi } from '../../support/api.ts'
import { pollUntil } from '../../support/poll.ts'
import { type Started, startAlertmanager, startPrometheus, temporaryFolder } from '../../support/prometheus.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

/** A hole of more than three evaluations, a second apart, ends an episode. */
const ENDED_MS = 5_000

const folder = temporaryFolder('reconcile')
let database: TestDatabase
let api: TestApi
let prometheus: Started
let alertmanager: Started
let service: Server
/** What Prometheus scrapes: the faults there are. */
let faults = 'first_fault 1\nother_fault 1\n'

const rule = (name: string, metric: string) => `
  - alert: ${name}
    expr: max(${metric}) == 1
    labels: {severity: critical, org_id: acme, feature: "Übersicht ✓"}
    annotations: {summary: ${name} happened}`

/** Times (Unix ms) of the evaluations at which it fired. */
async function firedAtMs(alertname: string): Promise<number[]> {
  const query = `ALERTS{alertname="${alertname}",alertstate="firing"}[10m]`
  const response = await fetch(`${prometheus.url}/api/v1/query?${new URLSearchParams({ query })}`)
  const { data } = (await response.json()) as { data: { result: { values: [number, string][] }[] } }
  return (data.result[0]?.values ?? []).map(([seconds]) => Math.round(seconds * 1000))
}
const toBeOver = (alertname: string) =>
  pollUntil(`${alertname} to be over`, async () => {
    expect(Date.now() - ((await firedAtMs(alertname)).at(-1) ?? Number.NaN)).toBeGreaterThan(ENDED_MS)
  })
/** The time an alert ended is that of the first evaluation without it. */
async function expectEnd(alertname: string, endsAt: string): Promise<void> {
  const lastMs = (await firedAtMs(alertname)).at(-1) ?? Number.NaN
  expect(Date.parse(endsAt)).toBeGreaterThan(lastMs)
  expect(Date.parse(endsAt)).toBeLessThanOrEqual(lastMs + 1_000)
}

beforeAll(async () => {
  database = await createTestDatabase()
  await seedOrganisations(database)
  service = createServer((_request, response) =>
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(faults),
  )
  await new Promise<void>((ready) => service.listen(0, '127.0.0.1', ready))
  alertmanager = await startAlertmanager(folder.path, {
    API_ENDPOINT: 'http://127.0.0.1:1',
    ALERTMANAGER_SMTP_SMARTHOST: '127.0.0.1:1',
    ALERTMANAGER_GROUP_WAIT: '100ms',
  })
  const rules = join(folder.path, 'rules')
  mkdirSync(join(rules, 'alerts'), { recursive: true })
  writeFileSync(
    join(rules, 'alerts/test.yml'),
    `groups:
- name: test
  rules:
  - {alert: Watchdog, expr: vector(1)}${rule('OverBeforeAnyoneLooked', 'first_fault')}${rule('StillFiring', 'other_fault')}\n`,
  )
  prometheus = await startPrometheus(folder.path, {
    PROMETHEUS_RULES_DIR: rules,
    PROMETHEUS_SCRAPE_INTERVAL: '1s',
    ALERTMANAGER_TARGET: alertmanager.url.replace('http://', ''),
    API_TARGET: `127.0.0.1:${(service.address() as AddressInfo).port}`,
  })
  await pollUntil('both alerts at Alertmanager', async () => {
    expect((await active()).map(({ labels }) => labels.alertname).sort()).toEqual([
      'OverBeforeAnyoneLooked',
      'StillFiring',
      'Watchdog',
    ])
  })
  faults = 'first_fault 0\nother_fault 1\n'
})
afterAll(async () => {
  await api?.close()
  await prometheus?.program.stop()
  await alertmanager?.program.stop()
  service?.close()
  await database?.drop()
  folder.remove()
})

const history = async () => (await api.call('GET', '/api/v1/alerts', { as: 'anna' })).body.data
const active = async () =>
  (await (await fetch(`${alertmanager.url}/api/v2/alerts`)).json()) as {
    labels: Record<string, string>
    startsAt: string
    fingerprint: string
  }[]

describe('after an outage of the webhook', () => {
  it('history has what fired and ended meanwhile, and what still fires, with Alertmanager’s own start and fingerprint', async () => {
    await toBeOver('OverBeforeAnyoneLooked')
    api = await startTestApi(database, {
      env: { API_ALERTMANAGER_URL: alertmanager.url, API_PROMETHEUS_URL: prometheus.url, API_RECONCILE_GRACE_MS: '1' },
    })
    await api.api.reconcileAlerts()
    const known = (await active()).find((alert) => alert.labels.alertname === 'StillFiring')
    const alerts = await history()
    expect(alerts).toHaveLength(2)
    expect(alerts).toContainEqual(
      expect.objectContaining({
        alert_name: 'StillFiring',
        status: 'firing',
        source: 'alertmanager',
        fingerprint: known?.fingerprint,
        starts_at: new Date(known?.startsAt ?? '').toISOString(),
        annotations: { summary: 'StillFiring happened' },
      }),
    )
    const over = alerts.find((alert: { alert_name: string }) => alert.alert_name === 'OverBeforeAnyoneLooked')
    expect(over).toMatchObject({
      status: 'resolved',
      source: 'prometheus',
      severity: 'critical',
      labels: { org_id: 'acme', feature: 'Übersicht ✓' },
    })
    await expectEnd('OverBeforeAnyoneLooked', over.ends_at)
  })

  it('running again changes nothing', async () => {
    const before = await history()
    for (const _ of [1, 2, 3]) await api.api.reconcileAlerts()
    expect(await history()).toEqual(before)
    expect(await runSql(database, `select kind, count(*)::int from alert_events group by kind order by kind`)).toEqual([
      { kind: 'fired', count: 2 },
      { kind: 'resolved', count: 1 },
    ])
  })

  it('Prometheus alone gives the same instance as Alertmanager', async () => {
    const [before] = (await history()).filter((alert: { alert_name: string }) => alert.alert_name === 'StillFiring')
    const { createPrometheusClient } = await import('../../../src/api/alerts/prometheus-client.ts')
    const { readFiringHistory } = await import('../../../src/api/alerts/firing-history.ts')
    const reports = (await readFiringHistory(createPrometheusClient(prometheus.url), 600_000, Date.now())).missing([])
    expect(reports).toContainEqual(
      expect.objectContaining({
        alertName: 'StillFiring',
        fingerprint: before.fingerprint,
        startsAt: before.starts_at,
      }),
    )
  })

  it('a resolution nobody delivered is found, with the time Prometheus saw it', async () => {
    faults = 'first_fault 0\nother_fault 0\n'
    await toBeOver('StillFiring')
    const resolved = await pollUntil('the second alert to be resolved in history', async () => {
      await api.api.reconcileAlerts()
      const alert = (await history()).find((one: { alert_name: string }) => one.alert_name === 'StillFiring')
      expect(alert.status).toBe('resolved')
      return alert
    })
    expect(resolved.resolved_by).toBe('prometheus')
    await expectEnd('StillFiring', resolved.ends_at)
  })

  it('with Prometheus or Alertmanager down nothing is resolved, and the run fails', async () => {
    const before = await history()
    await runSql(
      database,
      `update alert_instances set status = 'firing', ends_at = null, resolved_by = null, last_seen_at = now() - interval '1 hour'`,
    )
    await prometheus.program.stop()
    await expect(api.api.reconcileAlerts()).rejects.toMatchObject({ code: 'unavailable' })
    await alertmanager.program.stop()
    await expect(api.api.reconcileAlerts()).rejects.toMatchObject({ code: 'unavailable' })
    expect(before.length).toBe(2)
    expect((await history()).map((alert: { status: string }) => alert.status)).toEqual(['firing', 'firing'])
  })
})
