// An organisation's admins get their organisation's alerts and nothing else: the real Alertmanager with the project's
// configuration, a real SMTP server, the real api and Postgres. Over 300 lines: all cases share one world that takes long to start.
import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { JWT_SECRET, runSql, seedOrganisations, startTestApi, type TestApi, WEBHOOK_TOKEN } from '../../support/api.ts'
import { type MailServer, type ReceivedMail, startMailServer } from '../../support/mail-server.ts'
import { pollUntil } from '../../support/poll.ts'
import { type Started, startAlertmanager, temporaryFolder } from '../../support/prometheus.ts'
import { spanledger } from '../../support/spanledger-cli.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'
import { freePorts } from '../../support/third-party.ts'

const CHROMIUM = process.env.CHROMIUM_BIN ?? '/usr/bin/chromium'
const LINK_KEY = 'key-of-the-mail-links'
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const folder = temporaryFolder('organisation-mail')
const clock = { skewMs: 0, nowMs: () => Date.now() + clock.skewMs }
let database: TestDatabase
let api: TestApi
let mail: MailServer
let alertmanager: Started
let env: Record<string, string>

beforeAll(async () => {
  database = await createTestDatabase()
  await seedOrganisations(database)
  // gina is an admin of globex, duo of both; bert is no admin and anna gave no address yet.
  await runSql(
    database,
    `update members set role = 'admin' where user_id = 'duo';
     insert into alert_addresses (org_id, user_id, address)
       select org_id, user_id, user_id || '@' || org_id || '.test' from members where user_id in ('gina', 'duo', 'bert')`,
  )
  mail = await startMailServer()
  const [port] = (await freePorts(1)) as [number]
  const publicUrl = `http://127.0.0.1:${port}`
  alertmanager = await startAlertmanager(folder.path, {
    API_ENDPOINT: publicUrl,
    API_PUBLIC_URL: publicUrl,
    API_LINK_KEY: LINK_KEY,
    ALERTMANAGER_SMTP_SMARTHOST: mail.address,
    ALERTMANAGER_MAIL_TO: 'oncall@spanledger.test',
    ALERTMANAGER_GROUP_WAIT: '100ms',
    ALERTMANAGER_GROUP_INTERVAL: '1s',
  })
  env = {
    API_ALERTMANAGER_URL: alertmanager.url,
    API_PUBLIC_URL: publicUrl,
    API_LINK_KEY: LINK_KEY,
    API_SMTP_URL: `smtp://${mail.address}`,
  }
  api = await startTestApi(database, { port, env, clock })
})
afterAll(async () => {
  await api?.close()
  await alertmanager?.program.stop()
  await mail?.close()
  await database?.drop()
  folder.remove()
})

const post = async (name: string, orgId: string | undefined, over: object = {}) => {
  const labels = { alertname: name, severity: 'critical', topic: name, ...(orgId !== undefined && { org_id: orgId }) }
  const annotations = {
    summary: `${name} of ${orgId} <img src=x onerror=alert(1)>`,
    description: `it fails\r\nBcc: victim@elsewhere.test`,
    action: 'Look.',
    runbook_url: 'https://runbooks.test/x.md',
    dashboard_url: 'javascript:alert(1)',
  }
  const response = await fetch(`${alertmanager.url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([{ labels, annotations, ...over }]),
  })
  expect(response.status).toBe(200)
}
const mailsTo = (address: string, name: string) =>
  mail.mails.filter(({ recipients, subject }) => recipients.includes(address) && subject?.includes(name))
const mailTo = (address: string, name: string, count = 1) =>
  pollUntil(`mail ${count} about ${name} to ${address}`, () => {
    const mails = mailsTo(address, name)
    expect(mails, mail.mails.map(({ recipients, subject }) => `${recipients}: ${subject}`).join('\n')).toHaveLength(
      count,
    )
    return mails[count - 1] as ReceivedMail
  })
const linkIn = ({ text }: ReceivedMail) => /http:\S+\/alerts\/\S+/.exec(text ?? '')?.[0] ?? ''
const tokenIn = (received: ReceivedMail) => new URL(linkIn(received)).searchParams.get('t') ?? ''
const inHistory = (name: string, as: string, org: string) =>
  pollUntil(`history to have ${name} of ${org}`, async () => {
    const { body } = await api.call('GET', `/api/v1/alerts?alert_name=${name}&status=firing`, { as, org })
    expect(body.data).toHaveLength(1)
    return body.data[0] as { fingerprint: string; acknowledged_by: string | null; org_id: string }
  })
const submit = async (fingerprint: string, token: string, action = 'acknowledge') => {
  const response = await fetch(`${api.url}/alerts/${fingerprint}`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ t: token, action, minutes: '60' }),
  })
  return { status: response.status, text: await response.text() }
}
const open = async (fingerprint: string, query: string) => {
  const response = await fetch(`${api.url}/alerts/${fingerprint}?${query}`)
  return { status: response.status, text: await response.text() }
}

describe('an organisation’s admins', () => {
  it('get their own organisation’s alerts, and only those; a member gets none; the operators get all', async () => {
    await post('ErrorsHigh', 'acme')
    await post('ErrorsHigh', 'globex')
    await post('Neo4jDown', undefined)
    await post('Forged', '../acme')
    const received = await mailTo('gina@globex.test', 'ErrorsHigh')
    await mailTo('duo@acme.test', 'ErrorsHigh (acme)')
    await mailTo('duo@globex.test', 'ErrorsHigh (globex)')
    for (const name of ['ErrorsHigh (acme)', 'ErrorsHigh (globex)', 'Neo4jDown', 'Forged'])
      await mailTo('oncall@spanledger.test', name)
    expect(mail.mails.filter(({ recipients }) => !recipients.includes('oncall@spanledger.test'))).toHaveLength(3)
    expect(mailsTo('bert@acme.test', '')).toEqual([])
    expect(mailsTo('gina@globex.test', '')).toHaveLength(1)
    expect(`${received.subject}${received.text}${received.html}`).not.toContain('acme')
    expect(received.raw).not.toContain(LINK_KEY)
  })

  it('get it in one thread, with one recipient and one subject, escaped', async () => {
    const [received] = mailsTo('gina@globex.test', 'ErrorsHigh')
    expect(received?.subject).toBe('[CRITICAL] ErrorsHigh (globex): ErrorsHigh of globex <img src=x onerror=alert(1)>')
    expect(received?.to).toEqual([{ name: '', address: 'gina@globex.test' }])
    expect(received?.recipients).toEqual(['gina@globex.test'])
    expect(received?.bcc ?? []).toEqual([])
    expect(received?.html).not.toContain('<img')
    expect(received?.html).not.toContain('javascript:')
    expect(received?.html).toContain('https://runbooks.test/x.md')
    await post('ErrorsHigh', 'globex', { endsAt: new Date(Date.now() - 1000).toISOString() })
    const resolved = await mailTo('gina@globex.test', 'ErrorsHigh', 2)
    expect(resolved.subject).toMatch(/^\[RESOLVED\] ErrorsHigh \(globex\)/)
    expect(resolved.references).toBe(received?.references)
    expect(resolved.references).toMatch(/^<alert-[0-9a-f]{32}@spanledger>$/)
  })

  it('get them from the moment they give an address until they take it back', async () => {
    const member = (...options: string[]) =>
      spanledger(database.ownerUrl, ['tenant', 'member', 'acme', 'anna', '--role', 'admin', ...options])
    expect(await member('--alert-email', 'anna@acme.test')).toMatchObject({ code: 0 })
    await post('Later', 'acme')
    await mailTo('anna@acme.test', 'Later')
    expect(mailsTo('anna@acme.test', '')).toHaveLength(1)
    expect(await member()).toMatchObject({ code: 0 }) // says nothing about mails, changes nothing about them
    expect(await runSql(database, `select from alert_addresses where user_id = 'anna'`)).toHaveLength(1)
    expect(await member('--no-alert-email')).toMatchObject({ code: 0 })
    await post('Afterwards', 'acme')
    await mailTo('duo@acme.test', 'Afterwards')
    expect(mailsTo('anna@acme.test', 'Afterwards')).toEqual([])
  })

  it('are admins: giving an address to a member is refused', async () => {
    const args = ['tenant', 'member', 'acme', 'bert', '--alert-email', 'bert@acme.test']
    expect(await spanledger(database.ownerUrl, args)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('only admins are mailed alerts'),
    })
    const unreadable = ['tenant', 'member', 'acme', 'anna', '--role', 'admin', '--alert-email', 'anna at acme']
    expect(await spanledger(database.ownerUrl, unreadable)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is no mail address'),
    })
  })

  it.each(['a@b\r\nBcc: x@y.test', 'a@b, c@d', 'no address', '<a@b>', `${'a'.repeat(260)}@b`])(
    'cannot give %j as their address',
    async (address) => {
      const set = runSql(database, 'update alert_addresses set address = $1 where user_id = $2', [address, 'gina'])
      await expect(set).rejects.toMatchObject({ constraint: 'alert_addresses_address_form' })
    },
  )
})

describe('the link in an admin’s mail', () => {
  it('acknowledges the own alert, in the admin’s name; opening it changes nothing', async () => {
    await post('Slow', 'acme')
    await post('Slow', 'globex')
    const received = await mailTo('gina@globex.test', 'Slow')
    const { fingerprint } = await inHistory('Slow', 'gina', 'globex')
    const page = await open(fingerprint, `t=${tokenIn(received)}`)
    expect(page.status).toBe(200)
    expect(page.text).toContain('You act as <bdi>gina (by mail)</bdi>')
    expect(page.text).not.toContain('acme')
    expect((await inHistory('Slow', 'gina', 'globex')).acknowledged_by).toBeNull()
    expect((await submit(fingerprint, tokenIn(received))).status).toBe(303)
    expect((await inHistory('Slow', 'gina', 'globex')).acknowledged_by).toBe('gina (by mail)')
    expect((await inHistory('Slow', 'anna', 'acme')).acknowledged_by).toBeNull()
  })

  it.each(['acknowledge', 'snooze', 'resolve', 'note'])(
    'is refused on another organisation’s alert: %s',
    async (action) => {
      const token = tokenIn((await mailTo('gina@globex.test', 'Slow')) as ReceivedMail)
      const foreign = await inHistory('Slow', 'anna', 'acme')
      expect((await submit(foreign.fingerprint, token, action)).status).toBe(403)
      const looked = await open(foreign.fingerprint, `t=${token}`)
      expect(looked.status).toBe(403)
      expect(looked.text).not.toContain('Slow')
      expect((await open(foreign.fingerprint, `k=${token}`)).status).toBe(403)
      expect(await inHistory('Slow', 'anna', 'acme')).toEqual(foreign)
    },
  )

  it('is refused on another alert of the same organisation', async () => {
    const token = tokenIn((await mailTo('duo@acme.test', 'Later (acme)')) as ReceivedMail)
    const other = await inHistory('Afterwards', 'anna', 'acme')
    expect((await submit(other.fingerprint, token)).status).toBe(403)
    expect((await inHistory('Afterwards', 'anna', 'acme')).acknowledged_by).toBeNull()
  })

  it('is refused from the moment its reader is no admin any more', async () => {
    const received = await mailTo('gina@globex.test', 'Slow')
    const { fingerprint } = await inHistory('Slow', 'gina', 'globex')
    const tried = async () => [
      (await open(fingerprint, `t=${tokenIn(received)}`)).status,
      (await submit(fingerprint, tokenIn(received), 'note')).status,
    ]
    expect(await tried()).toEqual([200, 400]) // control: an empty note is refused, the link is not
    await runSql(database, `update members set role = 'member' where user_id = 'gina'`)
    expect(await tried()).toEqual([403, 403])
    await runSql(database, `update members set role = 'admin' where user_id = 'gina'`)
  })

  it('expires after a week, and looking at the page does not prolong it', async () => {
    const received = await mailTo('duo@acme.test', 'Afterwards')
    const { fingerprint } = await inHistory('Afterwards', 'anna', 'acme')
    const inPage = async () =>
      /name="t" value="([^"]+)"/.exec((await open(fingerprint, `t=${tokenIn(received)}`)).text)?.[1] ?? ''
    try {
      clock.skewMs = 7 * DAY_MS - HOUR_MS
      const fromPage = await inPage()
      expect((await submit(fingerprint, fromPage, 'note')).status).toBe(400) // control: an empty note, not an expired link
      clock.skewMs = 7 * DAY_MS + HOUR_MS
      for (const token of [tokenIn(received), fromPage]) {
        const answer = await submit(fingerprint, token)
        expect(answer).toMatchObject({ status: 403, text: expect.stringContaining('expired') })
      }
    } finally {
      clock.skewMs = 0
    }
    expect((await inHistory('Afterwards', 'anna', 'acme')).acknowledged_by).toBeNull()
  })

  it('stays good while the keys are changed, until the old ones are taken away', async () => {
    const received = await mailTo('duo@acme.test', 'Afterwards')
    const operators = linkIn(await mailTo('oncall@spanledger.test', 'Afterwards'))
    const { fingerprint } = await inHistory('Afterwards', 'anna', 'acme')
    const changed = { ...env, API_JWT_SECRET: `new-${JWT_SECRET}`, API_LINK_KEY: `new-${LINK_KEY}` }
    const during = { ...changed, API_JWT_SECRET_PREVIOUS: JWT_SECRET, API_LINK_KEY_PREVIOUS: LINK_KEY }
    for (const [settings, status] of [
      [during, 200],
      [changed, 403],
    ] as const) {
      const other = await startTestApi(database, { env: settings })
      const at = (link: string) => fetch(`${other.url}${new URL(link).pathname}${new URL(link).search}`)
      expect((await at(linkIn(received))).status).toBe(status)
      expect((await at(operators)).status).toBe(status)
      const listed = await other.call('GET', '/api/v1/alerts', { as: 'anna' })
      expect(listed.status).toBe(status === 200 ? 200 : 401)
      await other.close()
    }
    expect((await open(fingerprint, `t=${tokenIn(received)}`)).status).toBe(200)
  })

  it('control: a link in an operator’s mail opens the alerts of every organisation', async () => {
    for (const [name, as, org] of [
      ['Slow', 'anna', 'acme'],
      ['Slow', 'gina', 'globex'],
    ] as const) {
      const { fingerprint } = await inHistory(name, as, org)
      const operators = new URL(linkIn(await mailTo('oncall@spanledger.test', `${name} (${org})`)))
      expect((await open(fingerprint, operators.searchParams.toString())).status).toBe(200)
    }
  })
})

describe('a delivery', () => {
  const body = (name: string, orgs: string[]) => ({
    version: '4',
    groupKey: `{}:{alertname="${name}"}`,
    status: 'firing',
    receiver: 'mail-and-history',
    groupLabels: { alertname: name },
    alerts: orgs.map((org_id, index) => ({
      status: 'firing',
      labels: { alertname: name, org_id, severity: 'warning' },
      annotations: { summary: `${name} ${org_id}` },
      startsAt: '2026-11-20T10:00:00Z',
      endsAt: '0001-01-01T00:00:00Z',
      fingerprint: `00000000000000f${index}`,
    })),
  })
  const deliver = (delivery: object, to = api, token = WEBHOOK_TOKEN) =>
    to.call('POST', '/api/v1/webhooks/organisation-mail', {
      body: delivery,
      headers: { authorization: `Bearer ${token}` },
    })

  it('of several organisations in one group is told apart', async () => {
    expect((await deliver(body('Mixed', ['acme', 'globex', '_platform', 'a b']))).body.data).toMatchObject({ sent: 3 })
    expect((await mailTo('gina@globex.test', 'Mixed')).text).not.toContain('acme')
    expect((await mailTo('duo@acme.test', 'Mixed')).text).not.toContain('globex')
  })

  it('has its page before its mail', async () => {
    expect((await deliver(body('Paged', ['globex']))).status).toBe(200)
    const { fingerprint, org_id } = await inHistory('Paged', 'gina', 'globex')
    const received = await mailTo('gina@globex.test', 'Paged')
    expect((await open(fingerprint, `t=${tokenIn(received)}`)).status).toBe(200)
    expect(org_id).toBeUndefined() // the answer says only what is the caller's
  })

  const HOSTILE = {
    'line breaks': 'a\r\nBcc: victim@elsewhere.test\r\n\r\nbody',
    HTML: '<script>alert(1)</script><img src=x onerror=alert(1)>"\'>',
    '10 kB': 'x'.repeat(10_000),
    'right-to-left text': '\u202Egnihtemos \u2066\u05E9\u05DC\u05D5\u05DD',
    'an encoded word': '=?utf-8?q?=0D=0ABcc:_victim@elsewhere.test?=',
  }
  it.each(Object.entries(HOSTILE))(
    'with %s in its texts is one mail, one subject line, escaped',
    async (name, value) => {
      const delivery = body(`Hostile ${name}`, ['globex'])
      for (const one of delivery.alerts) {
        Object.assign(one.labels, { feature: value })
        Object.assign(one.annotations, { summary: value, description: value, action: value, runbook_url: value, value })
      }
      expect((await deliver(delivery)).status).toBe(200)
      const received = await mailTo('gina@globex.test', `Hostile ${name}`)
      expect(received.recipients).toEqual(['gina@globex.test'])
      expect(received.to).toEqual([{ name: '', address: 'gina@globex.test' }])
      expect([received.cc ?? [], received.bcc ?? []]).toEqual([[], []])
      expect(received.subject).toMatch(/^\[WARNING\] Hostile [^\p{C}]{1,300}$/u)
      expect(received.raw.match(/^subject:/gim)).toHaveLength(1)
      expect(received.html).not.toMatch(/<script|<img/)
      expect(received.html?.length).toBeLessThan(20_000)
      expect(received.text?.length).toBeLessThan(6_000)
    },
  )

  it.runIf(existsSync(CHROMIUM))('fits a desktop and a phone without scrolling sideways', async () => {
    const delivery = body('Picture', ['globex', 'globex'])
    for (const one of delivery.alerts)
      Object.assign(one.annotations, {
        description: 'w'.repeat(200),
        action: 'Look.',
        dashboard_url: 'https://grafana.test/d/x?'.padEnd(300, 'averylongword'),
      })
    await deliver(delivery)
    const { html } = await mailTo('gina@globex.test', 'Picture')
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    try {
      for (const width of [1024, 360]) {
        const page = await browser.newPage({ viewport: { width, height: 800 } })
        await page.setContent(html ?? '')
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
        const button = page.getByRole('link', { name: 'Acknowledge' }).first()
        expect((await button.boundingBox())?.height).toBeGreaterThan(36) // a thumb hits it
      }
    } finally {
      await browser.close()
    }
  })

  it('that is repeated, also all at once, is mailed once', async () => {
    // One sends, the others are told to come again.
    const answers = await Promise.all([1, 2, 3, 4].map(() => deliver(body('Again', ['globex']))))
    for (const { status } of answers) expect([200, 503]).toContain(status)
    // Also from the other Alertmanager of a cluster.
    const another = { ...body('Again', ['globex']), externalURL: 'http://the-other-alertmanager' }
    expect((await deliver(another)).body.data).toEqual({ sent: 0, sent_already: 2 })
    await mailTo('gina@globex.test', 'Again')
    await mailTo('duo@globex.test', 'Again')
  })

  it('that the mail server does not take is answered with 503, and mailed when it is delivered again', async () => {
    const cut = await startTestApi(database, { env: { ...env, API_SMTP_URL: 'smtp://127.0.0.1:1' } })
    expect((await deliver(body('Retried', ['globex']), cut)).status).toBe(503)
    await cut.close()
    expect((await deliver(body('Retried', ['globex']))).body.data).toEqual({ sent: 2, sent_already: 0 })
    await mailTo('gina@globex.test', 'Retried')
  })

  it.each<[string, object, string, number]>([
    ['without the token', body('Refused', ['globex']), 'wrong', 401],
    ['malformed', { version: '4' }, WEBHOOK_TOKEN, 400],
  ])('%s is refused and mails nobody', async (_, delivery, token, status) => {
    expect((await deliver(delivery, api, token)).status).toBe(status)
    expect(mailsTo('gina@globex.test', 'Refused')).toEqual([])
  })
})
