// The Watchdog stops arriving: the api mails by itself, over a real SMTP server; and again when it is back.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApi, type TestApi, WEBHOOK_TOKEN } from '../../support/api.ts'
import { type MailServer, startMailServer } from '../../support/mail-server.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

const MINUTE = 60_000
const clock = { ms: Date.parse('2026-03-11T12:00:00Z'), nowMs: () => clock.ms }
let database: TestDatabase
let api: TestApi
let mail: MailServer

beforeAll(async () => {
  database = await createTestDatabase()
  mail = await startMailServer()
  api = await startTestApi(database, {
    clock,
    env: {
      API_SMTP_URL: `smtp://${mail.address}`,
      API_MAIL_TO: 'oncall@example.test',
      API_WATCHDOG_TIMEOUT_MS: String(10 * MINUTE),
    },
  })
})
afterAll(async () => {
  await api?.close()
  await mail?.close()
  await database?.drop()
})

const arrive = (status: 'firing' | 'resolved' = 'firing') =>
  api.call('POST', '/api/v1/webhooks/alertmanager', {
    headers: { authorization: `Bearer ${WEBHOOK_TOKEN}` },
    body: {
      version: '4',
      groupKey: 'w',
      status,
      receiver: 'history',
      groupLabels: { alertname: 'Watchdog' },
      alerts: [
        {
          status,
          labels: { alertname: 'Watchdog' },
          annotations: {},
          startsAt: '2026-03-11T11:00:00Z',
          endsAt: '0001-01-01T00:00:00Z',
          fingerprint: '00000000000000aa',
        },
      ],
    },
  })
const later = async (minutes: number) => {
  clock.ms += minutes * MINUTE
  await api.api.deadMansSwitch.check()
}
const overdue = async () => /^api_watchdog_overdue (\d)$/m.exec((await api.call('GET', '/metrics')).text)?.[1]

describe('the dead man’s switch', () => {
  it('says nothing while the Watchdog arrives, and nothing just under the timeout', async () => {
    for (const _ of [1, 2, 3]) {
      await later(9)
      await arrive()
    }
    await later(10)
    expect(mail.mails).toEqual([])
    expect(await overdue()).toBe('0')
  })

  it('mails once when it stopped arriving', async () => {
    await later(1)
    await later(1)
    await arrive('resolved')
    await later(1)
    expect(mail.mails).toHaveLength(1)
    expect(mail.mails[0]).toMatchObject({
      recipients: ['oncall@example.test'],
      subject: expect.stringMatching(/CRITICAL.*Watchdog/),
    })
    expect(mail.mails[0]?.text).toContain('It last arrived at 2026-03-11T12:27:00.000Z, 11 minutes ago')
    expect(await overdue()).toBe('1')
  })

  it('repeats the mail after four hours', async () => {
    await later(239)
    expect(mail.mails).toHaveLength(2)
  })

  it('mails once when it is back', async () => {
    await arrive()
    await later(1)
    await later(1)
    expect(mail.mails).toHaveLength(3)
    expect(mail.mails[2]?.subject).toMatch(/RESOLVED/)
    expect(await overdue()).toBe('0')
  })

  it('tries again at the next check when the mail server does not answer', async () => {
    const { createDeadMansSwitch } = await import('../../../src/api/dead-mans-switch.ts')
    const { createMailer } = await import('../../../src/api/mailer.ts')
    const { createMetrics } = await import('../../../src/api/metrics.ts')
    const { createLogger } = await import('../../../src/shared/logger.ts')
    const [metrics, logger] = [createMetrics(), createLogger('api', 'silent')]
    const mailer = (url: string) => createMailer({ url, from: 'a@example.test', metrics, logger })
    const send = { to: mailer('smtp://127.0.0.1:1') }
    const own = createDeadMansSwitch({
      clock,
      metrics,
      logger,
      timeoutMs: MINUTE,
      send: (subject, text) => send.to({ to: 'b@example.test', subject, text }),
    })
    const before = mail.mails.length
    clock.ms += 2 * MINUTE
    await own.check()
    expect(mail.mails).toHaveLength(before)
    send.to = mailer(`smtp://${mail.address}`)
    await own.check()
    expect(mail.mails).toHaveLength(before + 1)
  })
})
