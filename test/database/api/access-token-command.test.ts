// `spanledger access-token` and what its tokens open: the real command line, the real api, one database.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { JWT_SECRET, seedOrganisations, startTestApi, type TestApi } from '../../support/api.ts'
import { spanledger } from '../../support/spanledger-cli.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

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

const issue = (args: string[], secret = JWT_SECRET) =>
  spanledger(database.ownerUrl, ['access-token', ...args], { API_JWT_SECRET: secret })
const ask = (token: string, org: string) =>
  api.call('GET', '/api/v1/usage/daily', { headers: { authorization: `Bearer ${token}`, 'x-organization-id': org } })

it('prints a token that has its holder’s roles, for as long as it says', async () => {
  const { code, stdout } = await issue(['gina', '--hours', '2'])
  expect(code).toBe(0)
  const token = stdout.trim()
  expect((await ask(token, 'globex')).status).toBe(200)
  expect((await ask(token, 'acme')).status).toBe(403)
  const { sub, iat, exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  expect([sub, exp - iat]).toEqual(['gina', 7200])
  const root = (await issue(['root'])).stdout.trim()
  expect((await ask(root, 'globex')).status).toBe(200)
})

it('of another secret opens nothing (control)', async () => {
  const { stdout } = await issue(['gina'], 'another-secret-of-at-least-32-characters')
  expect((await ask(stdout.trim(), 'globex')).status).toBe(401)
})

it.each([
  ['somebody who is no member', ['nobody'], JWT_SECRET, 'tenant member ORG nobody'],
  ['a day that never ends', ['gina', '--hours', '25'], JWT_SECRET, 'Write a whole number from 1 to 24'],
  ['no secret', ['gina'], '', 'API_JWT_SECRET: required'],
])('refuses %s', async (_, args, secret, message) => {
  expect(await issue(args, secret)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(message) })
})
