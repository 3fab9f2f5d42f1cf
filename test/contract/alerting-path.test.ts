// From a metric to a mail, all real: Prometheus scrapes, fires, Alertmanager holds symptoms back and mails, links filled in.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MailServer, startMailServer } from '../support/mail-server.ts'
import { pollUntil } from '../support/poll.ts'
import { type Started, startAlertmanager, startPrometheus, temporaryFolder } from '../support/prometheus.ts'

describe('from a metric to a mail', () => {
  const folder = temporaryFolder('alerting')
  let metrics = ''
  const webhooks: { alerts: { labels: Record<string, string>; annotations: Record<string, string> }[] }[] = []
  let mailServer: MailServer
  let services: Server
  let alertmanager: Started
  let prometheus: Started

  const mailAbout = (text: string) =>
    pollUntil(
      `a mail about ${text}`,
      () => {
        const mail = mailServer.mails.find(({ subject }) => subject?.includes(text))
        if (!mail) throw new Error(`mails: ${mailServer.mails.map(({ subject }) => subject).join(' | ')}`)
        return mail
      },
      { timeoutMs: 30_000 },
    )

  beforeAll(async () => {
    mailServer = await startMailServer()
    // Stands for the services: metrics on GET, the api's webhook on POST.
    services = createServer((request, response) => {
      if (request.method === 'POST') {
        const chunks: Buffer[] = []
        request.on('data', (chunk: Buffer) => chunks.push(chunk))
        request.on('end', () => {
          webhooks.push(JSON.parse(Buffer.concat(chunks).toString()))
          response.end()
        })
        return
      }
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(metrics)
    })
    await new Promise<void>((ready) => services.listen(0, '127.0.0.1', ready))
    const target = `127.0.0.1:${(services.address() as AddressInfo).port}`
    alertmanager = await startAlertmanager(folder.path, {
      ALERTMANAGER_SMTP_SMARTHOST: mailServer.address,
      ALERTMANAGER_GROUP_WAIT: '1s',
      ALERTMANAGER_GROUP_INTERVAL: '2s',
      API_ENDPOINT: `http://${target}`,
      API_PUBLIC_URL: 'http://api.test',
    })
    prometheus = await startPrometheus(folder.path, {
      PROMETHEUS_SCRAPE_INTERVAL: '1s',
      ALERTMANAGER_TARGET: alertmanager.url.replace('http://', ''),
      API_TARGET: target,
      LEDGER_TARGET: target,
      DEMO_TARGET: target,
      GRAFANA_PUBLIC_URL: 'http://grafana.test',
      RUNBOOK_BASE_URL: 'http://runbooks.test',
    })
  }, 60_000)

  afterAll(async () => {
    await prometheus?.program.stop()
    await alertmanager?.program.stop()
    await mailServer?.close()
    services?.close()
    folder.remove()
  })

  it('mails a budget with its links filled in, escaped, and without the labels that only carry addresses', async () => {
    metrics =
      'budget_threshold_crossed{org_id="acme:eu@1",scope="organisation",scope_id="acme:eu@1",period="day",period_start="2026-11-20",threshold="80"} 1\n' +
      'budget_period_used_ratio{org_id="acme:eu@1",scope="organisation",scope_id="acme:eu@1",period="day",period_start="2026-11-20"} 0.834\n'
    const mail = await mailAbout('BudgetNearLimit (acme:eu@1)')
    expect(mail.text).toContain('http://grafana.test/d/cost-management?viewPanel=panel-7&var-org_id=acme%3Aeu%401')
    expect(mail.text).toContain('is 83.4% of its budget of the day from 2026-11-20; the threshold is 80 %.')
    expect(mail.text).toContain('http://runbooks.test/BudgetNearLimit.md')
    const alert = await pollUntil('the webhook', () => {
      const found = webhooks
        .flatMap(({ alerts }) => alerts)
        .find(({ labels }) => labels.alertname === 'BudgetNearLimit')
      if (!found) throw new Error('nothing yet')
      return found
    })
    expect(Object.keys(alert.labels).sort()).toEqual(
      ['alertname', 'org_id', 'period', 'period_start', 'scope', 'scope_id', 'severity', 'threshold', 'topic'].sort(),
    )
  })

  it('mails the critical budget and not the lower threshold of the same budget any more', async () => {
    const crossed = (threshold: number) =>
      `budget_threshold_crossed{org_id="globex",scope="organisation",scope_id="globex",period="day",period_start="2026-11-20",threshold="${threshold}"} 1\n`
    const used =
      'budget_period_used_ratio{org_id="globex",scope="organisation",scope_id="globex",period="day",period_start="2026-11-20"} 1.01\n'
    metrics = crossed(80) + crossed(100) + used
    await mailAbout('BudgetExceeded (globex)')
    expect(mailServer.mails.filter(({ subject }) => subject?.includes('BudgetNearLimit (globex)'))).toEqual([])
  })

  it('lets the Watchdog reach the webhook, and no mailbox', async () => {
    await pollUntil('the Watchdog', () =>
      expect(webhooks.flatMap(({ alerts }) => alerts).map(({ labels }) => labels.alertname)).toContain('Watchdog'),
    )
    expect(mailServer.mails.filter(({ subject }) => subject?.includes('Watchdog'))).toEqual([])
  })

  it('mails that the collector is down, and holds back what follows from it', async () => {
    // Pushed with the labels the rules give them: the rule itself waits a minute, which promtool tests.
    const push = async (alertname: string, labels: Record<string, string> = {}) => {
      const alert = { labels: { alertname, severity: 'critical', topic: alertname, ...labels } }
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(`${alertmanager.url}/api/v2/alerts`, {
        method: 'POST',
        headers,
        body: JSON.stringify([alert]),
      })
      expect(response.status).toBe(200)
    }
    await push('CollectorDown')
    await mailAbout('CollectorDown')
    await push('LedgerIngestStalled')
    await push('TenantSilent', { severity: 'warning', org_id: 'acme' })
    await push('Neo4jDown')
    await mailAbout('Neo4jDown')
    const subjects = mailServer.mails.map(({ subject }) => subject).join('\n')
    expect(subjects).not.toContain('LedgerIngestStalled')
    expect(subjects).not.toContain('TenantSilent')
  })
})
