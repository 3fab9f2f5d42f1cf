// The webhook was down for an hour in which alerts came and went: an hour of Prometheus' own ALERTS series, loaded into a
// real Prometheus, a real Alertmanager that knows what still fires, and the api that has seen nothing of it.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { componentPath } from '../../../stack/components.ts'
import { runSql, seedOrganisations, startTestApi, type TestApi } from '../../support/api.ts'
import { type Started, startAlertmanager, startPrometheus, temporaryFolder } from '../../support/prometheus.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'
import { run } from '../../support/third-party.ts'

const EVERY_S = 15
const now = Math.floor(Date.now() / 1000)
const hourAgo = now - 3600
/** Seconds into the hour; `until` left out: still firing. */
const HISTORY = [
  { alertname: 'CameAndWent', org_id: 'acme', from: 300, until: 900 },
  { alertname: 'CameAndWent', org_id: 'acme', from: 1800, until: 2400 },
  { alertname: 'CameAndWent', org_id: 'globex', from: 600, until: 630 },
  { alertname: 'StillFires', org_id: 'acme', from: 3000 },
]

const folder = temporaryFolder('reconcile-hour')
let database: TestDatabase
let api: TestApi
let prometheus: Started
let alertmanager: Started

const at = (seconds: number) => new Date((hourAgo + seconds) * 1000).toISOString()
const labelsOf = ({ alertname, org_id }: { alertname: string; org_id: string }) => ({
  alertname,
  org_id,
  severity: 'critical',
})

beforeAll(async () => {
  database = await createTestDatabase()
  await seedOrganisations(database)
  const line = (labels: Record<string, string>, second: number) =>
    `ALERTS{${Object.entries({ ...labels, alertstate: 'firing' })
      .map(([name, value]) => `${name}="${value}"`)
      .join(',')}} 1 ${hourAgo + second}`
  const lines: string[] = []
  const all = [{ alertname: 'Watchdog', org_id: '', from: 0 } as (typeof HISTORY)[number], ...HISTORY]
  for (const alert of all)
    for (let second = alert.from; second < (alert.until ?? 3600); second += EVERY_S)
      lines.push(line(labelsOf(alert), second))
  const samples = join(folder.path, 'alerts.txt')
  writeFileSync(samples, `# TYPE ALERTS gauge\n${lines.join('\n')}\n# EOF\n`)
  const loaded = await run(componentPath('promtool'), [
    'tsdb',
    'create-blocks-from',
    'openmetrics',
    samples,
    join(folder.path, 'tsdb'),
  ])
  expect(loaded.code, loaded.output).toBe(0)
  alertmanager = await startAlertmanager(folder.path, {
    API_ENDPOINT: 'http://127.0.0.1:1',
    ALERTMANAGER_SMTP_SMARTHOST: '127.0.0.1:1',
  })
  prometheus = await startPrometheus(folder.path, { ALERTMANAGER_TARGET: alertmanager.url.replace('http://', '') })
  const still = HISTORY.filter(({ until }) => until === undefined)
  const response = await fetch(`${alertmanager.url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(still.map((alert) => ({ labels: labelsOf(alert), startsAt: at(alert.from) }))),
  })
  expect(response.status).toBe(200)
  api = await startTestApi(database, {
    env: { API_ALERTMANAGER_URL: alertmanager.url, API_PROMETHEUS_URL: prometheus.url },
  })
}, 90_000)
afterAll(async () => {
  await api?.close()
  await prometheus?.program.stop()
  await alertmanager?.program.stop()
  await database?.drop()
  folder.remove()
})

const instances = () =>
  runSql<{ alert_name: string; org_id: string; starts_at: Date; ends_at: Date | null }>(
    database,
    'select alert_name, org_id, starts_at, ends_at from alert_instances order by starts_at',
  )

it('knows nothing before (control), everything after, each once, and no more after another run', async () => {
  expect(await instances()).toEqual([])
  for (const _ of [1, 2]) {
    await api.api.reconcileAlerts()
    const expected = HISTORY.map(({ alertname, org_id, from, until }) => ({
      alert_name: alertname,
      org_id,
      starts_at: new Date(at(from)),
      // Over at the first evaluation without it.
      ends_at: until === undefined ? null : new Date(at(until)),
    })).sort((a, b) => a.starts_at.getTime() - b.starts_at.getTime())
    expect(await instances()).toEqual(expected)
  }
  const { body } = await api.call('GET', '/api/v1/alerts/response-times', { as: 'anna' })
  expect(body.data).toContainEqual(
    expect.objectContaining({
      alert_name: 'CameAndWent',
      fired: '2',
      resolved: '2',
      mean_seconds_to_resolve: '600.000',
    }),
  )
})
