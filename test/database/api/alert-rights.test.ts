// Who may take, silence and close an alert, over the API and by a link: an admin, not a member, and nobody who left.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sha256Hex } from '../../../src/api/auth/authenticate.ts'
import { runSql, seedOrganisations, startTestApi, type TestApi, WEBHOOK_TOKEN } from '../../support/api.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

const FINGERPRINT = 'aaaaaaaaaaaaaaaa'
const PATH = `/api/v1/alerts/${FINGERPRINT}`
const KEY = `slk_${'k'.repeat(40)}`
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

beforeEach(async () => {
  await runSql(
    database,
    `delete from alert_instances; delete from members where user_id = 'bert'; delete from api_keys;
     insert into members (org_id, user_id, role) values ('acme', 'bert', 'member')`,
  )
  await runSql(
    database,
    `insert into api_keys (org_id, key_sha256, name, role, created_by) values ('acme', $1, 'bot', 'admin', 'test')`,
    [sha256Hex(KEY)],
  )
  const labels = { alertname: 'HourlySpendHigh', org_id: 'acme', severity: 'critical' }
  const alert = { status: 'firing', labels, annotations: {}, endsAt: '0001-01-01T00:00:00Z', fingerprint: FINGERPRINT }
  const answer = await api.call('POST', '/api/v1/webhooks/alertmanager', {
    headers: { authorization: `Bearer ${WEBHOOK_TOKEN}` },
    body: {
      version: '4',
      groupKey: 'g',
      status: 'firing',
      receiver: 'mail-and-history',
      groupLabels: { alertname: 'HourlySpendHigh', org_id: 'acme' },
      alerts: [{ ...alert, startsAt: new Date(Date.now() - 60_000).toISOString() }],
    },
  })
  expect(answer.status).toBe(200)
})

const state = async () =>
  (await runSql(database, 'select status, acknowledged_by, silenced_until from alert_instances'))[0]
const UNTOUCHED = { status: 'firing', acknowledged_by: null, silenced_until: null }

/** The token of a link, given to a user or to a holder of an API key. */
const linkOf = async (who: { as: string } | { headers: Record<string, string> }) => {
  const { body } = await api.call('POST', `${PATH}/link`, who)
  return new URL(body.data.url).searchParams.get('t') ?? ''
}
const open = async (t: string) => {
  const response = await fetch(`${api.url}/alerts/${FINGERPRINT}?t=${t}`)
  return { status: response.status, text: await response.text() }
}
const submit = async (t: string, fields: Record<string, string>) => {
  const body = new URLSearchParams({ t, minutes: '60', ...fields })
  const response = await fetch(`${api.url}/alerts/${FINGERPRINT}`, { method: 'POST', redirect: 'manual', body })
  return { status: response.status, text: await response.text() }
}

const ACTIONS: [string, object][] = [
  ['acknowledge', { minutes: 10_080 }],
  ['snooze', { minutes: 10_080 }],
  ['resolve', {}],
]

describe('a member', () => {
  it.each(ACTIONS)('cannot %s', async (name, body) => {
    const answer = await api.call('POST', `${PATH}/${name}`, { as: 'bert', body })
    expect([answer.status, answer.body.code]).toEqual([403, 'forbidden'])
    expect(await state()).toEqual(UNTOUCHED)
  })

  it.each(ACTIONS)('control: an admin can %s', async (name, body) => {
    expect((await api.call('POST', `${PATH}/${name}`, { as: 'anna', body })).status).toBe(200)
    expect(await state()).not.toEqual(UNTOUCHED)
  })

  it('looks and adds notes', async () => {
    expect((await api.call('GET', PATH, { as: 'bert' })).status).toBe(200)
    expect((await api.call('POST', `${PATH}/note`, { as: 'bert', body: { note: 'mine?' } })).status).toBe(200)
  })

  it('has a link that shows the alert and takes notes, and nothing else', async () => {
    const link = await linkOf({ as: 'bert' })
    const page = await open(link)
    expect(page.status).toBe(200)
    expect(page.text).toContain('Add note')
    expect(page.text).not.toMatch(/Acknowledge|Snooze|Resolve/)
    for (const action of ['acknowledge', 'take-over', 'snooze', 'resolve']) {
      const answer = await submit(link, { action })
      expect(answer.status).toBe(403)
      expect(answer.text).toContain('this needs role admin in acme; you are member')
    }
    expect(await state()).toEqual(UNTOUCHED)
    expect((await submit(link, { action: 'note', note: 'mine?' })).status).toBe(303)
  })
})

describe('a link', () => {
  const expectShut = async (link: string) => {
    expect((await open(link)).status).toBe(403)
    expect((await submit(link, { action: 'resolve' })).status).toBe(403)
    expect((await submit(link, { action: 'note', note: 'still here' })).status).toBe(403)
    expect(await state()).toEqual(UNTOUCHED)
  }

  it('control: acts for an admin and for an operator', async () => {
    expect((await open(await linkOf({ as: 'anna' }))).text).toContain('Acknowledge')
    expect((await submit(await linkOf({ as: 'anna' }), { action: 'acknowledge' })).status).toBe(303)
    expect((await submit(await linkOf({ as: 'root' }), { action: 'resolve' })).status).toBe(303)
    expect(await state()).toMatchObject({ status: 'resolved', acknowledged_by: 'anna' })
  })

  it('ends with the membership of whom it was given to', async () => {
    const link = await linkOf({ as: 'bert' })
    expect((await open(link)).status).toBe(200)
    await runSql(database, `delete from members where user_id = 'bert'`)
    await expectShut(link)
  })

  it('follows the role of whom it was given to', async () => {
    await runSql(database, `update members set role = 'admin' where user_id = 'bert'`)
    const link = await linkOf({ as: 'bert' })
    await runSql(database, `update members set role = 'member' where user_id = 'bert'`)
    expect((await submit(link, { action: 'snooze' })).status).toBe(403)
    expect(await state()).toEqual(UNTOUCHED)
  })

  it('ends with the API key that asked for it', async () => {
    const link = await linkOf({ headers: { authorization: `Bearer ${KEY}` } })
    expect((await open(link)).text).toContain('Acknowledge')
    await runSql(database, 'update api_keys set revoked_at = now()')
    await expectShut(link)
  })
})
