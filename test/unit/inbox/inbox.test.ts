import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { SMTPServer } from 'smtp-server'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createMailbox, type Mailbox } from '../../../src/inbox/mailbox.ts'
import { createSmtpServer } from '../../../src/inbox/smtp.ts'
import { createWeb } from '../../../src/inbox/web.ts'
import { closeServer, listen } from '../../../src/shared/listen.ts'
import { createLogger } from '../../../src/shared/logger.ts'
import { sendMail } from './smtp-session.ts'

const clock = { nowMs: () => Date.UTC(2026, 0, 2, 3, 4, 5) }

const alertMail = (subject: string) =>
  [
    'From: Spanledger <alerts@example.test>',
    'To: On call <oncall@example.test>',
    `Subject: ${subject}`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/alternative; boundary="b"',
    '',
    '--b',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    'Neo4j is down =E2=80=94 see the runbook.',
    '--b',
    'Content-Type: text/html; charset=utf-8',
    '',
    '<p>Neo4j is down</p><script>top.document.body.remove()</script>',
    '--b--',
  ].join('\r\n')

let mailbox: Mailbox
let smtp: SMTPServer
let web: { server: Server; url: string }
let port: number

beforeEach(async () => {
  mailbox = createMailbox({ maxMessages: 3, maxTotalBytes: 1_000_000 })
  smtp = createSmtpServer({ mailbox, maxMessageBytes: 10_000, logger: createLogger('inbox', 'silent'), clock })
  await new Promise<void>((resolve) => {
    smtp.listen(0, '127.0.0.1', () => resolve())
  })
  port = (smtp.server.address() as AddressInfo).port
  web = await listen(createWeb(mailbox), 0, '127.0.0.1')
})

afterEach(async () => {
  await new Promise<void>((resolve) => smtp.close(resolve))
  await closeServer(web.server)
})

const getJson = async (path: string) =>
  (await fetch(web.url + path)).json() as Promise<{ messages: { subject: string }[] }>

describe('mail in', () => {
  it('is in the JSON answer with both its parts once the sender has its 250', async () => {
    const lines = await sendMail(port, {
      from: 'alerts@example.test',
      to: ['oncall@example.test', 'boss@example.test'],
      raw: alertMail('[FIRING:1] Neo4jDown'),
    })
    expect(lines.at(-1)).toMatch(/^250 /)
    expect(await getJson('/api/messages')).toEqual({
      evicted: 0,
      messages: [
        {
          id: expect.any(String),
          receivedAt: '2026-01-02T03:04:05.000Z',
          from: 'alerts@example.test',
          to: ['oncall@example.test', 'boss@example.test'],
          subject: '[FIRING:1] Neo4jDown',
          text: 'Neo4j is down — see the runbook.\n',
          html: '<p>Neo4j is down</p><script>top.document.body.remove()</script>\n',
          headers: expect.arrayContaining([{ name: 'subject', value: '[FIRING:1] Neo4jDown' }]),
          attachments: [],
          sizeBytes: expect.any(Number),
        },
      ],
    })
  })

  it('is found by a part of recipient and subject, and by nothing else', async () => {
    await sendMail(port, { from: 'a@x.test', to: ['oncall@x.test'], raw: alertMail('Neo4jDown') })
    await sendMail(port, { from: 'a@x.test', to: ['finance@x.test'], raw: alertMail('BudgetExceeded') })
    const subjects = async (query: string) =>
      (await getJson(`/api/messages?${query}`)).messages.map((mail) => mail.subject)
    expect(await subjects('to=FINANCE')).toEqual(['BudgetExceeded'])
    expect(await subjects('subject=neo4j')).toEqual(['Neo4jDown'])
    expect(await subjects('to=oncall&subject=budget')).toEqual([])
    expect(await subjects('')).toEqual(['BudgetExceeded', 'Neo4jDown'])
  })

  it('above the size limit is refused with 552 and not kept', async () => {
    const raw = `Subject: big\r\n\r\n${'x'.repeat(20_000)}`
    const lines = await sendMail(port, { from: 'a@x.test', to: ['b@x.test'], raw })
    expect(lines.at(-1)).toMatch(/^552 /)
    expect(mailbox.find()).toEqual([])
  })

  it('pushes out the oldest beyond the bound and counts it', async () => {
    for (const subject of ['1', '2', '3', '4']) {
      await sendMail(port, { from: 'a@x.test', to: ['b@x.test'], raw: alertMail(subject) })
    }
    expect(mailbox.find().map((mail) => mail.subject)).toEqual(['4', '3', '2'])
    expect(mailbox.evicted()).toBe(1)
  })

  it('is gone after DELETE', async () => {
    await sendMail(port, { from: 'a@x.test', to: ['b@x.test'], raw: alertMail('x') })
    expect((await fetch(`${web.url}/api/messages`, { method: 'DELETE' })).status).toBe(204)
    expect((await getJson('/api/messages')).messages).toEqual([])
  })
})

describe('the page', () => {
  it('escapes what a mail says and keeps its HTML in a sandbox of its own', async () => {
    await sendMail(port, { from: 'a@x.test', to: ['b@x.test'], raw: alertMail('<img src=x onerror=alert(1)>') })
    const list = await (await fetch(web.url)).text()
    expect(list).toContain('&lt;img src=x onerror=alert(1)&gt;')
    expect(list).not.toContain('<img')
    const id = mailbox.find()[0]?.id
    const page = await (await fetch(`${web.url}/messages/${id}`)).text()
    expect(page).toContain(`<iframe sandbox title="HTML part of the mail" src="/messages/${id}/html">`)
    expect(page).not.toContain('<script>')
    const html = await fetch(`${web.url}/messages/${id}/html`)
    expect(await html.text()).toContain('<script>')
    expect(html.headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none'/)
  })

  it('says when a mail is not there', async () => {
    const response = await fetch(`${web.url}/messages/none`)
    expect([response.status, await response.text()]).toEqual([
      404,
      'No such mail; it may have given way to newer ones.',
    ])
  })
})

it('answers /livez', async () => {
  expect((await fetch(`${web.url}/livez`)).status).toBe(200)
})
