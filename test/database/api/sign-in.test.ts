// Who may call the api, and for which organisation. Real Postgres with the real row-level security.
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bookCalls, runSql, seedOrganisations, startTestApi, type TestApi, tokenFor } from '../../support/api.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

let database: TestDatabase
let api: TestApi

beforeAll(async () => {
  database = await createTestDatabase()
  await seedOrganisations(database)
  const at = new Date()
  await bookCalls(database, [
    { orgId: 'acme', at, costUsd: '1.5' },
    { orgId: 'globex', at, costUsd: '2.25' },
  ])
  for (const [key, role, fields] of [
    ['slk_member', 'member', ''],
    ['slk_admin', 'admin', ''],
    ['slk_expired', 'admin', ", expires_at = now() - interval '1 second'"],
    ['slk_revoked', 'admin', ', revoked_at = now()'],
  ] as const) {
    const hash = createHash('sha256').update(key).digest('hex')
    await runSql(
      database,
      `insert into api_keys (org_id, key_sha256, name, role, created_by) values ('acme', $1, $2, $3, 'test')`,
      [hash, key, role],
    )
    if (fields) await runSql(database, `update api_keys set name = name${fields} where key_sha256 = $1`, [hash])
  }
  api = await startTestApi(database)
})
afterAll(async () => {
  await api?.close()
  await database?.drop()
})

const usage = '/api/v1/usage/daily'
const costs = (body: { data: { cost_usd: string }[] }) => body.data.map((row) => row.cost_usd)

describe('the caller', () => {
  it.each([
    ['no credential', {}],
    ['a word that is no token', { authorization: 'Bearer nonsense' }],
    ['an unknown API key', { authorization: 'Bearer slk_unknown' }],
    ['an expired API key', { authorization: 'Bearer slk_expired' }],
    ['a revoked API key', { authorization: 'Bearer slk_revoked' }],
    ['basic authentication without password', { authorization: `Basic ${btoa('anna')}` }],
  ])('is refused with %s', async (_, headers) => {
    const answer = await api.call('GET', usage, { headers })
    expect(answer.status).toBe(401)
    expect(answer.body).toMatchObject({ code: 'unauthenticated', request_id: answer.headers.get('x-request-id') })
    expect(answer.headers.get('www-authenticate')).toBe('Bearer')
  })

  it.each([
    ['expired', () => tokenFor('anna', new Date(Date.now() - 1000))],
    ['signed with another key', () => tokenFor('anna', '1h', 'another-secret-of-at-least-32-characters')],
  ])('is refused when the token is %s', async (_, token) => {
    const answer = await api.call('GET', usage, { headers: { authorization: `Bearer ${await token()}` } })
    expect(answer.status).toBe(401)
  })

  it('is refused when the token is not signed at all', async () => {
    const [header, payload] = [{ alg: 'none' }, { sub: 'anna', exp: 4_000_000_000 }].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    )
    const answer = await api.call('GET', usage, { headers: { authorization: `Bearer ${header}.${payload}.` } })
    expect(answer.status).toBe(401)
  })

  it.each([
    ['a bearer key', { authorization: 'Bearer slk_member' }],
    ['X-Api-Key', { 'x-api-key': 'slk_member' }],
    ['basic authentication, as Grafana sends it', { authorization: `Basic ${btoa('anyone:slk_member')}` }],
  ])('signs in with %s', async (_, headers) => {
    const answer = await api.call('GET', usage, { headers })
    expect(answer.status).toBe(200)
    expect(costs(answer.body)).toEqual(['1.5'])
  })
})

describe('the organisation', () => {
  it('is the only one of the caller when none is named', async () => {
    const answer = await api.call('GET', usage, { as: 'gina' })
    expect(answer.body.filters_applied.organization_id).toBe('globex')
    expect(costs(answer.body)).toEqual(['2.25'])
  })

  it('must be named by a caller of two, who can switch', async () => {
    const unnamed = await api.call('GET', usage, { as: 'duo' })
    expect([unnamed.status, unnamed.body.code]).toEqual([400, 'bad_request'])
    expect(costs((await api.call('GET', usage, { as: 'duo', org: 'acme' })).body)).toEqual(['1.5'])
    expect(costs((await api.call('GET', usage, { as: 'duo', org: 'globex' })).body)).toEqual(['2.25'])
  })

  it.each(['globex', 'nowhere', '', "acme' or '1'='1"])(
    'is refused when it is %j for a member of acme',
    async (org) => {
      const answer = await api.call('GET', usage, { as: 'anna', headers: { 'x-organization-id': org } })
      expect(answer.status).toBe(403)
      expect(answer.body).toMatchObject({ code: 'forbidden', details: null })
    },
  )

  it('cannot be left by an API key', async () => {
    const answer = await api.call('GET', usage, { headers: { authorization: 'Bearer slk_admin' }, org: 'globex' })
    expect(answer.status).toBe(403)
  })

  it('may be any for a superadmin', async () => {
    expect(costs((await api.call('GET', usage, { as: 'root', org: 'globex' })).body)).toEqual(['2.25'])
  })

  it('is lost at once when the membership is removed', async () => {
    await runSql(database, `insert into members values ('acme', 'leaver', 'member')`)
    expect((await api.call('GET', usage, { as: 'leaver' })).status).toBe(200)
    await runSql(database, `delete from members where user_id = 'leaver'`)
    expect((await api.call('GET', usage, { as: 'leaver' })).status).toBe(403)
  })
})
