// From the mail to the silence: the real Alertmanager with the project's configuration, a real SMTP server, the real api
// and Postgres, and a person in Chromium. Over 300 lines: all cases share one world that takes long to start.
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mailLinkKey } from '../../../prometheus/mail-link-keys.ts'
import { createLinks } from '../../../src/api/alerts/link.ts'
import { systemClock } from '../../../src/shared/clock.ts'
import { JWT_SECRET, runSql, seedOrganisations, startTestApi, type TestApi } from '../../support/api.ts'
import { type MailServer, startMailServer } from '../../support/mail-server.ts'
import { pollUntil } from '../../support/poll.ts'
import { type Started, startAlertmanager, temporaryFolder } from '../../support/prometheus.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'
import { freePorts } from '../../support/third-party.ts'

const LINK_KEY = 'key-of-the-mail-links'
const folder = temporaryFolder('acknowledge')
let database: TestDatabase
let api: TestApi
let mail: MailServer
let alertmanager: Started
let browser: Browser

beforeAll(async () => {
  database = await createTestDatabase()
  await seedOrganisations(database)
  mail = await startMailServer()
  const [port] = (await freePorts(1)) as [number]
  const publicUrl = `http://127.0.0.1:${port}`
  alertmanager = await startAlertmanager(folder.path, {
    API_ENDPOINT: publicUrl,
    API_PUBLIC_URL: publicUrl,
    API_LINK_KEY: LINK_KEY,
    ALERTMANAGER_SMTP_SMARTHOST: mail.address,
    ALERTMANAGER_GROUP_WAIT: '100ms',
    ALERTMANAGER_GROUP_INTERVAL: '1s',
    // Alertmanager mails again after the cooldown what resolved and fired again under a silence.
    ALERTMANAGER_REPEAT_INTERVAL: '4s',
  })
  api = await startTestApi(database, {
    port,
    env: {
      API_ALERTMANAGER_URL: alertmanager.url,
      API_PUBLIC_URL: publicUrl,
      API_LINK_KEY: LINK_KEY,
      API_RECONCILE_GRACE_MS: '1',
    },
  })
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_BIN ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
})
afterAll(async () => {
  await browser?.close()
  await api?.close()
  await alertmanager?.program.stop()
  await mail?.close()
  await database?.drop()
  folder.remove()
})

const alertmanagerCall = async (path: string, body?: unknown) => {
  const response = await fetch(`${alertmanager.url}/api/v2${path}`, {
    ...(body !== undefined && {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
  })
  const text = await response.text()
  return text ? JSON.parse(text) : undefined
}
const startsAt = new Date(Date.now() - 60_000).toISOString()
const post = (name: string, org: string, over: object = {}) =>
  alertmanagerCall('/alerts', [
    {
      labels: { alertname: name, org_id: org, severity: 'critical', feature: '<b>chat</b>' },
      annotations: {
        summary: `${name} of ${org} <img src=x onerror=alert(1)>`,
        description: 'it fails',
        runbook_url: 'javascript:alert(1)',
      },
      startsAt,
      ...over,
    },
  ])
const instance = (name: string, org: string, as: string) =>
  pollUntil(`history to have ${name} of ${org}`, async () => {
    const { body } = await api.call('GET', `/api/v1/alerts?alert_name=${name}&status=firing`, { as, org })
    expect(body.data).toHaveLength(1)
    return body.data[0]
  })
const activeSilences = async () =>
  (await alertmanagerCall('/silences')).filter(
    (silence: { status: { state: string } }) => silence.status.state === 'active',
  )
const silencedAlerts = async () =>
  (await alertmanagerCall('/alerts?active=false&inhibited=false')).map(
    (alert: { labels: Record<string, string> }) => `${alert.labels.alertname} ${alert.labels.org_id}`,
  )
/** As Alertmanager writes it into the operators' mail. */
const mailQuery = (startedAt: string, secret = LINK_KEY, keyOf = startedAt) =>
  `s=${Date.parse(startedAt)}&k=${mailLinkKey(secret, Date.parse(keyOf))}`
const linkIn = (text: string) => /http:\S+\/alerts\/\S+/.exec(text)?.[0] ?? ''
const mailAbout = (name: string, count = 1) =>
  pollUntil(`${count} mails about ${name}`, () => {
    const found = mail.mails.filter((one) => one.subject?.includes(name))
    expect(found.length).toBeGreaterThanOrEqual(count)
    return found
  })
const stateOf = async (fingerprint: string) =>
  JSON.stringify(
    await runSql(
      database,
      'select status, acknowledged_by, silenced_until from alert_instances where fingerprint = $1',
      [fingerprint],
    ),
  )

describe('a person who gets the mail', () => {
  it('opens its link, acknowledges, and the group is silenced: that group only', async () => {
    await post('ErrorsHigh', 'acme')
    await post('ErrorsHigh', 'globex')
    const [received] = await mailAbout('ErrorsHigh (acme)')
    const { fingerprint } = await instance('ErrorsHigh', 'acme', 'anna')
    const link = linkIn(received?.text ?? '')
    expect(link).toBe(`${api.url}/alerts/${fingerprint}?${mailQuery(startsAt)}`)
    expect(received?.raw).not.toContain(LINK_KEY)

    const page = await browser.newPage({ viewport: { width: 390, height: 844 } })
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(String(error)))
    page.on('dialog', (dialog) => {
      problems.push(dialog.message())
      void dialog.dismiss()
    })
    await page.goto(link)
    expect(await page.textContent('h1')).toBe('ErrorsHigh of acme <img src=x onerror=alert(1)>')
    expect(page.url()).not.toContain(mailQuery(startsAt))
    expect(await page.textContent('.owner')).toContain('Nobody has it yet')
    expect(await page.locator('a', { hasText: 'Runbook' }).count()).toBe(0)
    const width = await page.evaluate('document.documentElement.scrollWidth')
    expect(width).toBeLessThanOrEqual(390)

    // What a mail scanner does: follow the links, again and again.
    for (const _ of [1, 2, 3]) expect((await fetch(link)).status).toBe(200)
    expect(await activeSilences()).toEqual([])
    expect(JSON.parse(await stateOf(fingerprint))).toEqual([
      { status: 'firing', acknowledged_by: null, silenced_until: null },
    ])

    await page.fill('#who', 'Anna')
    await page.fill('#note', 'looking at the provider')
    await page.click('button[value=acknowledge]')
    expect(await page.textContent('.owner')).toMatch(/Anna \(by mail\) has it since .* looking at the provider/)
    expect(problems).toEqual([])
    await page.close()

    expect(await activeSilences()).toMatchObject([{ createdBy: 'Anna (by mail)', comment: 'looking at the provider' }])
    expect(await silencedAlerts()).toEqual(['ErrorsHigh acme'])
  })

  it('sees who has it, and can take it over', async () => {
    const { fingerprint } = await instance('ErrorsHigh', 'acme', 'anna')
    const second = await api.call('POST', `/api/v1/alerts/${fingerprint}/acknowledge`, { as: 'root', body: {} })
    expect([second.status, second.body.code]).toEqual([409, 'conflict'])
    expect(second.body.details.acknowledged_by).toBe('Anna (by mail)')
    const taken = await api.call('POST', `/api/v1/alerts/${fingerprint}/acknowledge`, {
      as: 'root',
      body: { take_over: true, minutes: 30 },
    })
    expect(taken.body.data).toMatchObject({ acknowledged_by: 'root', silence_id: expect.any(String) })
    expect(taken.body.data.events.map((event: { kind: string; actor: string }) => [event.kind, event.actor])).toEqual([
      ['fired', 'webhook'],
      ['acknowledged', 'Anna (by mail)'],
      ['acknowledged', 'root'],
    ])
    // The first silence gave way to the second.
    expect(await activeSilences()).toMatchObject([{ createdBy: 'root' }])
  })

  it('is left alone by a resolution, and gets a mail the next time', async () => {
    const { fingerprint } = await instance('ErrorsHigh', 'acme', 'anna')
    const mailsBefore = (await mailAbout('ErrorsHigh (acme)')).length
    await post('ErrorsHigh', 'acme', { endsAt: new Date().toISOString() })
    // Alertmanager says nothing about what is silenced; reconciling finds out. Prometheus is needed for the rest.
    await pollUntil('the alert to be gone from Alertmanager', async () => expect(await silencedAlerts()).toEqual([]))
    await runSql(
      database,
      `update alert_instances set status = 'resolved', ends_at = now(), resolved_by = 'alertmanager' where fingerprint = $1`,
      [fingerprint],
    )
    await api.call('POST', `/api/v1/alerts/${fingerprint}/note`, { as: 'anna', body: { note: 'it was the provider' } })
    await api.api.silences.settle('acme')
    expect(await activeSilences()).toEqual([])
    await post('ErrorsHigh', 'acme', { startsAt: new Date().toISOString() })
    await mailAbout('ErrorsHigh (acme)', mailsBefore + 1)
  })

  it('snoozes and resolves; the answer to a second resolution says it is over', async () => {
    await post('SlowAnswers', 'globex')
    const { fingerprint } = await instance('SlowAnswers', 'globex', 'gina')
    const act = (name: string, body: object) =>
      api.call('POST', `/api/v1/alerts/${fingerprint}/${name}`, { as: 'gina', body })
    expect((await act('snooze', { minutes: 60 })).body).toMatchObject({
      data: { acknowledged_by: null, silence_id: expect.any(String) },
    })
    expect(await silencedAlerts()).toEqual(['SlowAnswers globex'])
    expect((await act('resolve', { note: 'fixed' })).body.data).toMatchObject({
      status: 'resolved',
      resolved_by: 'gina',
      resolution_note: 'fixed',
    })
    expect(await activeSilences()).toEqual([])
    expect((await act('resolve', {})).status).toBe(409)
  })

  it('counts into mean time to acknowledge and to resolve', async () => {
    const { body } = await api.call('GET', '/api/v1/alerts/response-times', { as: 'anna' })
    expect(body.data).toMatchObject([{ alert_name: 'ErrorsHigh', fired: '2', acknowledged: '1', resolved: '1' }])
    expect(Number(body.data[0].mean_seconds_to_acknowledge)).toBeGreaterThan(59)
    const sinceItFired = (Date.now() - Date.parse(startsAt)) / 1000
    expect(Number(body.data[0].mean_seconds_to_acknowledge)).toBeLessThan(sinceItFired)
  })

  it('keeps the acknowledgement when Alertmanager does not answer, and the silence follows', async () => {
    const { fingerprint } = await instance('ErrorsHigh', 'globex', 'gina')
    const cut = await startTestApi(database, { env: { API_LINK_KEY: LINK_KEY } })
    const answer = await cut.call('POST', `/api/v1/alerts/${fingerprint}/acknowledge`, { as: 'gina', body: {} })
    await cut.close()
    expect(answer.body.data).toMatchObject({ acknowledged_by: 'gina', silence_id: null })
    expect(await silencedAlerts()).toEqual([])
    await api.api.silences.settle('globex')
    expect(await silencedAlerts()).toEqual(['ErrorsHigh globex'])
  })
})

describe('a link is refused and nothing changes', () => {
  const claims = async () => {
    const { fingerprint, starts_at } = await instance('ErrorsHigh', 'acme', 'anna')
    const holder = { userId: 'anna', via: 'jwt' as const }
    return { orgId: 'acme', fingerprint, startsAt: starts_at, actor: 'anna', holder }
  }
  const signed = async (over: object = {}, secret = JWT_SECRET, lifetimeMs = 60_000) =>
    createLinks([secret], systemClock).sign({ ...(await claims()), ...over }, lifetimeMs)
  const submit = async (token: string, fields: Record<string, string> = {}, fingerprint?: string) => {
    const target = fingerprint ?? (await claims()).fingerprint
    const response = await fetch(`${api.url}/alerts/${target}`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ t: token, action: 'acknowledge', who: 'Mallory', minutes: '60', ...fields }),
    })
    return { status: response.status, text: await response.text() }
  }

  it.each<[string, () => Promise<string>, RegExp]>([
    ['forged with another key', () => signed({}, 'another-secret-of-at-least-32-characters'), /not valid/],
    ['altered', async () => `${(await signed()).slice(0, -4)}AAAA`, /not valid/],
    ['expired', () => signed({}, JWT_SECRET, -1000), /expired/],
    ['empty', async () => '', /not valid/],
  ])('when it is %s', async (_, token, message) => {
    const before = await stateOf((await claims()).fingerprint)
    const answer = await submit(await token())
    expect(answer.status).toBe(403)
    expect(answer.text).toMatch(message)
    const looked = await fetch(`${api.url}/alerts/${(await claims()).fingerprint}?t=${await token()}`, {
      redirect: 'manual',
    })
    expect([401, 403]).toContain(looked.status)
    expect(await stateOf((await claims()).fingerprint)).toBe(before)
  })

  it('when an access token is used as a link, and a link as an access token', async () => {
    const { tokenFor } = await import('../../support/api.ts')
    expect((await submit(await tokenFor('anna'))).status).toBe(403)
    const headers = { authorization: `Bearer ${await signed()}` }
    expect((await api.call('GET', '/api/v1/alerts', { headers })).status).toBe(401)
  })

  it('when it is for another alert', async () => {
    expect((await submit(await signed(), {}, '0000000000000000')).status).toBe(403)
  })

  it('when the mail’s key is wrong or of another day, the alert unknown, or over for more than 7 days', async () => {
    const { fingerprint, startsAt } = await claims()
    const daysBefore = (days: number) => new Date(Date.parse(startsAt) - days * 86_400_000).toISOString()
    const open = async (path: string) => (await fetch(`${api.url}/alerts/${path}`, { redirect: 'manual' })).status
    for (const query of [
      'k=wrong',
      `s=${Date.parse(startsAt)}&k=wrong`,
      `s=${Date.parse(startsAt)}&k=${LINK_KEY}`,
      `s=x&k=${mailLinkKey(LINK_KEY, Date.parse(startsAt))}`,
      `k=${mailLinkKey(LINK_KEY, Date.parse(startsAt))}`,
      mailQuery(startsAt, LINK_KEY, daysBefore(1)), // an older mail's key, put to what fires now
      mailQuery(startsAt, `another-${LINK_KEY}`),
    ])
      expect(await open(`${fingerprint}?${query}`), query).toBe(403)
    expect(await open(`0000000000000000?${mailQuery(startsAt)}`)).toBe(404)
    expect(await open(`${fingerprint}?${mailQuery(daysBefore(1))}`)).toBe(404) // no instance began then
    expect(await open(`${fingerprint}?${mailQuery(startsAt)}`)).toBe(302)
    await runSql(database, `insert into alert_rules (alert_name, severity) values ('Old', 'warning')`)
    await runSql(
      database,
      `insert into alert_instances (org_id, fingerprint, starts_at, alert_name, severity, status, labels, annotations, group_labels, source, ends_at, resolved_by)
       values ('acme', '00000000000000ff', $1, 'Old', 'warning', 'resolved', '{}', '{}', '{}', 'webhook', $2, 'webhook')`,
      [daysBefore(9), daysBefore(8)],
    )
    expect(await open(`00000000000000ff?${mailQuery(daysBefore(9))}`)).toBe(403)
  })

  it.each([
    ['no name', { who: ' ' }, /write your name/],
    ['an unknown action', { action: 'explode' }, /choose one of the buttons/],
    ['a silence of a year', { minutes: '525600' }, /./],
  ])('with %s in the form', async (_, fields, message) => {
    const before = await stateOf((await claims()).fingerprint)
    const answer = await submit(await signed({ actor: '' }), fields)
    expect(answer.status).toBe(400)
    expect(answer.text).toMatch(message)
    expect(await stateOf((await claims()).fingerprint)).toBe(before)
  })

  it('control: the same form with everything right acts', async () => {
    expect((await submit(await signed())).status).toBe(303)
    expect(JSON.parse(await stateOf((await claims()).fingerprint))).toContainEqual(
      expect.objectContaining({ acknowledged_by: 'anna' }),
    )
  })
})

describe('without a link', () => {
  it('the page asks to sign in, and then shows the own organisation’s alerts only', async () => {
    const { fingerprint } = await instance('ErrorsHigh', 'acme', 'anna')
    const foreign = await instance('ErrorsHigh', 'globex', 'gina')
    const { tokenFor } = await import('../../support/api.ts')
    const page = await browser.newPage()
    await page.goto(`${api.url}/alerts/${fingerprint}`)
    await page.fill('#credential', await tokenFor('anna'))
    await page.click('button')
    expect(await page.textContent('form')).toContain('You act as anna')
    await page.goto(`${api.url}/alerts`)
    expect(await page.textContent('table')).toContain('ErrorsHigh')
    expect(await page.textContent('table')).not.toContain('globex')
    expect((await page.goto(`${api.url}/alerts/${foreign.fingerprint}`))?.status()).toBe(404)
    await page.close()
  })
})
