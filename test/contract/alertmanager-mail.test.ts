// Alert mails as people get them: a real Alertmanager, a real SMTP server, the MIME parsed, the HTML in a real browser.
import { existsSync, mkdirSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mailLinkKey } from '../../prometheus/mail-link-keys.ts'
import { type MailServer, startMailServer } from '../support/mail-server.ts'
import { pollUntil } from '../support/poll.ts'
import { type Started, startAlertmanager, temporaryFolder } from '../support/prometheus.ts'

const CHROMIUM = process.env.CHROMIUM_BIN ?? '/usr/bin/chromium'
const LINK_KEY = 'secret-behind-the-keys'
const PICTURES = resolve(import.meta.dirname, '../../.spanledger/pictures')

interface Alert {
  labels: Record<string, string>
  annotations?: Record<string, string>
  startsAt?: string
  endsAt?: string
}
interface WebhookCall {
  authorization: string | undefined
  body: { status: string; alerts: { labels: Record<string, string>; fingerprint: string }[] }
}

const ANNOTATIONS = {
  summary: 'Model calls of acme fail: 12 %',
  description: '12 % of 340 model calls of acme failed in the last 5 minutes; the limit is 5 %.',
  value: '12 %',
  action: 'Open the dashboard, see which provider and model fail, and switch to the fallback model.',
  runbook_url: 'http://runbooks.test/GenAIErrorRateHigh.md',
  dashboard_url: 'http://grafana.test/d/usage-and-cost?var-org_id=acme',
}
const LABELS = { alertname: 'GenAIErrorRateHigh', org_id: 'acme', severity: 'critical', topic: 'errors' }

describe('alert mails', () => {
  const folder = temporaryFolder('alertmanager')
  const webhooks: WebhookCall[] = []
  let mailServer: MailServer
  let webhookServer: Server
  let alertmanager: Started

  const post = async (alerts: Alert[]) => {
    const response = await fetch(`${alertmanager.url}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(alerts),
    })
    expect(response.status, await response.text()).toBe(200)
  }
  const mailsWith = (text: string) => mailServer.mails.filter(({ text: body, html }) => `${body}${html}`.includes(text))
  const mailWith = (text: string, index = 0) =>
    pollUntil(`mail ${index + 1} that contains ${text.slice(0, 60)}`, () => {
      const mail = mailsWith(text)[index]
      if (!mail) throw new Error(`mails: ${mailServer.mails.map(({ subject }) => subject).join(' | ')}`)
      return mail
    })

  beforeAll(async () => {
    mailServer = await startMailServer()
    webhookServer = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        webhooks.push({
          authorization: request.headers.authorization,
          body: JSON.parse(Buffer.concat(chunks).toString()),
        })
        response.end()
      })
    })
    await new Promise<void>((ready) => webhookServer.listen(0, '127.0.0.1', ready))
    alertmanager = await startAlertmanager(folder.path, {
      ALERTMANAGER_SMTP_SMARTHOST: mailServer.address,
      ALERTMANAGER_MAIL_TO: 'oncall@spanledger.test',
      ALERTMANAGER_GROUP_WAIT: '500ms',
      ALERTMANAGER_GROUP_INTERVAL: '1s',
      API_PUBLIC_URL: 'http://api.test',
      API_LINK_KEY: LINK_KEY,
      API_ENDPOINT: `http://127.0.0.1:${(webhookServer.address() as AddressInfo).port}`,
      API_WEBHOOK_TOKEN: 'test-webhook-token',
    })
  }, 60_000)

  afterAll(async () => {
    await alertmanager?.program.stop()
    await mailServer?.close()
    webhookServer?.close()
    folder.remove()
  })

  it('says what, for whom, since when, how bad, what to do and where to look, as text and as HTML', async () => {
    await post([{ labels: LABELS, annotations: ANNOTATIONS, startsAt: '2026-01-02T10:00:00Z' }])
    const mail = await mailWith('12 % of 340 model calls')
    expect(mail.subject).toBe('[CRITICAL] GenAIErrorRateHigh (acme): Model calls of acme fail: 12 %')
    expect(mail.recipients).toEqual(['oncall@spanledger.test'])
    const call = await pollUntil('the webhook', () => {
      const found = webhooks.find(({ body }) => body.alerts[0]?.labels.alertname === LABELS.alertname)
      if (!found) throw new Error('nothing yet')
      return found
    })
    expect(call.authorization).toBe('Bearer test-webhook-token')
    const acknowledge = `http://api.test/alerts/${call.body.alerts[0]?.fingerprint}`
    for (const body of [mail.text, mail.html?.replaceAll('&amp;', '&')]) {
      expect(body).toContain(ANNOTATIONS.summary)
      expect(body).toContain(ANNOTATIONS.description)
      expect(body).toContain(ANNOTATIONS.action)
      expect(body).toContain('2026-01-02 10:00:00 UTC')
      expect(body).toContain('acme')
      expect(body).toContain(acknowledge)
      expect(body).toContain(ANNOTATIONS.runbook_url)
      expect(body).toContain(ANNOTATIONS.dashboard_url)
    }
  })

  it.each([
    ['today', 0, true],
    ['a month ago', 30, true],
    ['longer ago than there are keys for: it asks to sign in', 60, false],
  ])('leads to its instance, with the key of the day it began on: %s', async (name, days, hasKey) => {
    const startedMs = Math.floor(Date.now() / 1000) * 1000 - days * 86_400_000
    const labels = { ...LABELS, alertname: 'Linked', org_id: `days-${days}` }
    await post([
      { labels, annotations: { description: `link test ${name}` }, startsAt: new Date(startedMs).toISOString() },
    ])
    const mail = await mailWith(`link test ${name}`)
    const link = new RegExp(
      `/alerts/[0-9a-f]{16}\\?s=${startedMs}&k=${hasKey ? mailLinkKey(LINK_KEY, startedMs) : ''}(?![0-9a-f])`,
    )
    for (const body of [mail.text, mail.html?.replaceAll('&amp;', '&')]) {
      expect(body).toMatch(link)
      expect(body).not.toContain(LINK_KEY)
    }
  })

  it('sends the resolution into the same thread', async () => {
    const labels = { ...LABELS, alertname: 'Neo4jDown', org_id: '' }
    const annotations = { ...ANNOTATIONS, summary: 'Neo4j does not answer', description: 'thread test' }
    await post([{ labels, annotations }])
    const fired = await mailWith('thread test')
    await post([{ labels, annotations, endsAt: new Date(Date.now() - 1000).toISOString() }])
    const resolved = await mailWith('thread test', 1)
    expect(fired.subject).toBe('[CRITICAL] Neo4jDown: Neo4j does not answer')
    expect(resolved.subject).toBe('[RESOLVED] Neo4jDown: Neo4j does not answer')
    expect(resolved.text).toContain('Until')
    expect(fired.text).toContain('after the cooldown')
    expect(resolved.text).toContain('It is over')
    const references = ({ raw }: { raw: string }) => /^References: (.+)$/m.exec(raw)?.[1]
    expect(references(fired)).toMatch(/^<alert-/)
    expect(references(resolved)).toBe(references(fired))
  })

  it('sends one mail for the alerts of one organisation, another for another organisation', async () => {
    const alert = (org: string, model: string): Alert => ({
      labels: { ...LABELS, alertname: 'Grouped', org_id: org, model },
      annotations: { ...ANNOTATIONS, summary: `group ${model}`, description: `group test of ${org}` },
    })
    await post([alert('acme', 'm1'), alert('acme', 'm2'), alert('globex', 'm1')])
    const [acme, globex] = [await mailWith('group test of acme'), await mailWith('group test of globex')]
    expect(acme.subject).toBe('[CRITICAL] Grouped (acme): group m1 (+1)')
    expect(acme.text).toContain('group m2')
    expect(acme.text).not.toContain('globex')
    expect(globex.text).not.toContain('acme.')
    expect(mailsWith('group test of')).toHaveLength(2)
  })

  it('mails no warning while a critical alert about the same thing fires, and no Watchdog', async () => {
    const critical = { ...LABELS, alertname: 'Worse', topic: 'inhibited' }
    const warning = { ...LABELS, alertname: 'Better', topic: 'inhibited', severity: 'warning' }
    const other = { ...warning, alertname: 'Other', org_id: 'globex' }
    await post([{ labels: critical, annotations: { summary: 'inhibit test critical' } }])
    await post([
      { labels: warning, annotations: { summary: 'inhibit test warning' } },
      { labels: other, annotations: { summary: 'inhibit test control' } },
      { labels: { alertname: 'Watchdog', severity: 'none', topic: 'watchdog' }, annotations: { summary: 'woof' } },
    ])
    await mailWith('inhibit test critical')
    await mailWith('inhibit test control')
    await pollUntil('the Watchdog at the webhook', () =>
      expect(webhooks.map(({ body }) => body.alerts[0]?.labels.alertname)).toContain('Watchdog'),
    )
    expect(mailsWith('inhibit test warning')).toEqual([])
    expect(mailsWith('woof')).toEqual([])
  })

  const HOSTILE = {
    'line breaks': 'a\r\nBcc: victim@elsewhere.test\r\n\r\nbody',
    HTML: '<script>alert(1)</script><img src=x onerror=alert(1)>"\'>',
    '10 kB': 'x'.repeat(10_000),
    'right-to-left text': '\u202Egnihtemos \u2066\u05E9\u05DC\u05D5\u05DD',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what the label holds
    'a template': '{{ .Labels }} ${API_WEBHOOK_TOKEN} =?utf-8?q?=0D=0ABcc:_x?=',
  }
  it.each(Object.entries(HOSTILE))(
    'keeps one recipient and one subject line, escaped, with %s in a label',
    async (name, value) => {
      const labels = { ...LABELS, alertname: 'Hostile', case: name, org_id: value }
      await post([
        { labels, annotations: { ...ANNOTATIONS, summary: `case ${name} ${value}`, description: `hostile ${name}` } },
      ])
      const mail = await mailWith(`hostile ${name}`)
      expect(mail.recipients).toEqual(['oncall@spanledger.test'])
      expect(mail.to?.map(({ address }) => address)).toEqual(['oncall@spanledger.test'])
      expect(mail.bcc ?? []).toEqual([])
      expect(mail.subject).toMatch(/^\[CRITICAL\] Hostile \([^\p{C}]{1,400}$/u)
      expect(mail.raw.match(/^subject:/gim)).toHaveLength(1)
      expect(mail.html).not.toContain('<script')
      expect(mail.html).not.toContain('<img')
      expect(mail.html).not.toContain('test-webhook-token')
      expect(mail.html?.length).toBeLessThan(40_000)
    },
  )

  it.runIf(existsSync(CHROMIUM))('fits a desktop and a phone without scrolling sideways', async () => {
    const long = 'https://grafana.test/d/x?'.padEnd(300, 'averylongword')
    await post([
      {
        labels: { ...LABELS, alertname: 'Picture' },
        annotations: { ...ANNOTATIONS, description: `picture ${'w'.repeat(200)}`, dashboard_url: long },
      },
      {
        labels: { ...LABELS, alertname: 'Picture', severity: 'warning', topic: 'other' },
        annotations: { ...ANNOTATIONS, description: 'picture two' },
      },
    ])
    const { html } = await mailWith('picture two')
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    try {
      mkdirSync(PICTURES, { recursive: true })
      for (const [name, width] of [
        ['desktop', 1024],
        ['phone', 360],
      ] as const) {
        const page = await browser.newPage({ viewport: { width, height: 800 } })
        await page.setContent(html ?? '')
        const size = await page.evaluate('({ content: document.documentElement.scrollWidth, shown: innerWidth })')
        expect(size).toEqual({ content: width, shown: width })
        const link = page.getByRole('link', { name: 'Acknowledge' }).first()
        expect(await link.isVisible()).toBe(true)
        expect((await link.boundingBox())?.height).toBeGreaterThan(36) // a thumb hits it
        await page.screenshot({ path: join(PICTURES, `mail-${name}.png`), fullPage: true })
      }
    } finally {
      await browser.close()
    }
  })
})
