// The cooldown: what still fires is mailed again after it and not before; a budget's threshold is not mailed again. The
// real Alertmanager and a real SMTP server.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type MailServer, startMailServer } from '../support/mail-server.ts'
import { pollUntil } from '../support/poll.ts'
import { renderConfig, type Started, startAlertmanager, temporaryFolder } from '../support/prometheus.ts'

const COOLDOWN_S = 6

describe('the cooldown', () => {
  const folder = temporaryFolder('cooldown')
  let mailServer: MailServer
  let alertmanager: Started
  let webhooks: Server

  beforeAll(async () => {
    mailServer = await startMailServer()
    // A webhook that does not answer holds its group's next mail up.
    webhooks = createServer((_request, response) => response.end())
    await new Promise<void>((ready) => webhooks.listen(0, '127.0.0.1', ready))
    alertmanager = await startAlertmanager(folder.path, {
      ALERTMANAGER_SMTP_SMARTHOST: mailServer.address,
      API_ENDPOINT: `http://127.0.0.1:${(webhooks.address() as AddressInfo).port}`,
      ALERTMANAGER_GROUP_WAIT: '100ms',
      ALERTMANAGER_GROUP_INTERVAL: '1s',
      ALERTMANAGER_REPEAT_INTERVAL: `${COOLDOWN_S}s`,
    })
  }, 60_000)
  afterAll(async () => {
    await alertmanager?.program.stop()
    await mailServer?.close()
    webhooks?.close()
    folder.remove()
  })

  const post = async (alertname: string, model = '') => {
    const labels = { alertname, org_id: 'acme', severity: 'critical', topic: alertname, ...(model && { model }) }
    const response = await fetch(`${alertmanager.url}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([{ labels, annotations: { summary: `${alertname} ${model}` } }]),
    })
    expect(response.status).toBe(200)
  }
  /** When each mail about it was sent, by its Date header. */
  const sentAt = (alertname: string) =>
    mailServer.mails
      .filter(({ subject }) => subject?.includes(alertname))
      .map(({ date }) => Date.parse(date ?? '') / 1000)
  const mails = (alertname: string, count: number) =>
    pollUntil(
      `${count} mails about ${alertname}`,
      () => expect(sentAt(alertname).length).toBeGreaterThanOrEqual(count),
      {
        timeoutMs: 40_000,
      },
    )

  it('is half an hour, and a month for budgets, where nothing else is set', () => {
    const { route } = parse(renderConfig('alertmanager/alertmanager.yml')) as {
      route: { repeat_interval: string; routes: { matchers?: string[]; repeat_interval?: string }[] }
    }
    expect(route.repeat_interval).toBe('30m')
    const budgets = route.routes.find(({ matchers }) => matchers?.[0]?.includes('Budget'))
    expect(budgets?.repeat_interval).toBe('31d')
  })

  it('lies between two mails about the same; a change of the group does not wait for it; budgets are told once', async () => {
    await Promise.all(['StillBroken', 'BudgetExceeded', 'BudgetNearLimit'].map((name) => post(name)))
    await mails('BudgetNearLimit', 1)
    await post('BudgetNearLimit', 'another')
    // With a cooldown of a month, a second mail did not wait for it.
    await mails('BudgetNearLimit', 2)
    await mails('StillBroken', 3)
    const times = sentAt('StillBroken')
    // The header counts whole seconds.
    for (let i = 1; i < times.length; i++)
      expect((times[i] ?? 0) - (times[i - 1] ?? 0)).toBeGreaterThan(COOLDOWN_S - 1.5)
    expect(sentAt('BudgetExceeded')).toHaveLength(1)
  })
})
