// `spanledger api-key` and what its keys open: the real command line, the real api, one database.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bookCalls, runSql, seedOrganisations, startTestApi, type TestApi } from '../../support/api.ts'
import { spanledger } from '../../support/spanledger-cli.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

let database: TestDatabase
let api: TestApi
const cli = (...args: string[]) => spanledger(database.ownerUrl, ['api-key', ...args])
const ask = (key: string, headers = {}) =>
  api.call('GET', '/api/v1/usage/daily', { headers: { authorization: `Bearer ${key}`, ...headers } })

beforeAll(async () => {
  database = await createTestDatabase()
  await seedOrganisations(database)
  const at = new Date()
  await bookCalls(database, [
    { orgId: 'acme', at, costUsd: '1.5' },
    { orgId: 'globex', at, costUsd: '2.25' },
  ])
  api = await startTestApi(database)
})
afterAll(async () => {
  await api?.close()
  await database?.drop()
})

describe('spanledger api-key', () => {
  let key: string

  test('create prints a key that sees its organisation and no other, and keeps only its hash', async () => {
    const { code, stdout } = await cli('create', 'report', '--org', 'acme')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^slk_[\w-]{32}\n$/)
    key = stdout.trim()
    const { status, body } = await ask(key)
    expect(status).toBe(200)
    expect(body.data).toMatchObject([{ calls: '1', cost_usd: '1.5' }])
    expect((await ask(key, { 'x-organization-id': 'globex' })).status).toBe(403)
    const stored = JSON.stringify(await runSql(database, 'select * from api_keys'))
    expect(stored).toContain('"name":"report"')
    expect(stored).not.toContain(key)
  })

  test('a member key may not do what needs an admin, an admin key may', async () => {
    const admin = (await cli('create', 'operator', '--org', 'acme', '--role', 'admin')).stdout.trim()
    const budget = { scope: 'organisation', period: 'month', amount_usd: '10' }
    const put = (by: string) =>
      api.call('POST', '/api/v1/budgets', { headers: { authorization: `Bearer ${by}` }, body: budget })
    expect((await put(key)).status).toBe(403)
    expect((await put(admin)).status).toBe(201)
    const superadmin = await cli('create', 'everything', '--org', 'acme', '--role', 'superadmin')
    expect(superadmin).toMatchObject({ code: 1, stderr: expect.stringContaining('Allowed choices are member, admin') })
  })

  test('list shows state, never a key; revoke ends a key at once', async () => {
    const past = (await cli('create', 'past', '--org', 'acme', '--expires', '2026-01-01')).stdout.trim()
    await cli('create', 'other', '--org', 'globex')
    expect((await ask(past)).status).toBe(401)
    expect((await ask(key)).status).toBe(200)
    expect(await cli('revoke', 'report', '--org', 'globex')).toMatchObject({ code: 1 })
    expect((await ask(key)).status).toBe(200)
    expect(await cli('revoke', 'report', '--org', 'acme')).toMatchObject({ stdout: 'Key report of acme is revoked.\n' })
    expect((await ask(key)).status).toBe(401)
    const { stdout } = await cli('list', '--org', 'acme')
    expect(stdout).toMatch(/^acme\treport\tmember\t\S+Z\trevoked \S+Z$/m)
    expect(stdout).toMatch(/^acme\toperator\tadmin\t\S+Z\tvalid$/m)
    expect(stdout).toMatch(/^acme\tpast\tmember\t\S+Z\texpired 2026-01-01T00:00:00.000Z$/m)
    expect(stdout).not.toMatch(/globex|slk_/)
    expect((await cli('list')).stdout).toMatch(/^globex\tother\t/m)
  })

  test.each([
    ['an organisation that does not exist', ['create', 'a', '--org', 'nobody'], 'no organisation nobody'],
    ['a name in use', ['create', 'operator', '--org', 'acme'], 'acme has a key named operator already'],
    ['a name that is none', ['create', 'two words', '--org', 'acme'], 'is no name of a key'],
    ['a second revocation', ['revoke', 'report', '--org', 'acme'], 'acme has no valid key named report'],
  ])('refuses %s', async (_, args, words) => {
    expect(await cli(...args)).toMatchObject({ code: 1, stderr: expect.stringContaining(words) })
  })
})
