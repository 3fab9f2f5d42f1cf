import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hashToken } from '../../../src/cli/writer-tokens.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

const CLI = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url))
const SECRETS = {
  WRITER_PASSWORD: 'test',
  API_DATABASE_PASSWORD: 'test',
  READER_PASSWORD: 'test',
  LEDGER_TOKEN: 'first',
}

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ empty: true })
})
afterAll(() => database?.drop())

const spanledger = (args: string[], env: Record<string, string> = {}) =>
  promisify(execFile)(process.execPath, [CLI, ...args], {
    env: { PATH: process.env.PATH, SPANLEDGER_DATABASE_URL: database.ownerUrl, ...env },
  })

async function snapshot(): Promise<Record<string, unknown>> {
  const client = new pg.Client(database.ownerUrl)
  await client.connect()
  const { rows } = await client.query(`
    select (select count(*)::int from schema_migrations) as migrations, (select count(*)::int from model_prices) as prices,
      (select json_agg(org_id order by org_id) from organisations) as organisations,
      (select count(*)::int from deals) as deals,
      (select json_agg(encode(token_sha256, 'hex')) from writer_tokens where revoked_at is null) as tokens`)
  await client.end()
  return rows[0]
}

describe('spanledger bootstrap', () => {
  test('--no-demo makes an empty database ready without organisations', async () => {
    await spanledger(['bootstrap', '--no-demo'], SECRETS)
    expect(await snapshot()).toMatchObject({
      organisations: null,
      deals: 0,
      tokens: [hashToken('first').toString('hex')],
    })
  })

  test('makes an empty database ready, and a second run changes nothing', async () => {
    const { stdout } = await spanledger(['bootstrap'], SECRETS)
    expect(stdout).toContain('The database is ready.')
    const first = await snapshot()
    expect(first).toMatchObject({
      organisations: ['acme', 'globex', 'initech'],
      deals: 6,
      tokens: [hashToken('first').toString('hex')],
    })
    expect(first.prices).toBeGreaterThan(2000)
    await spanledger(['bootstrap'], SECRETS)
    expect(await snapshot()).toEqual(first)
  })

  test('a new LEDGER_TOKEN takes the place of the old one', async () => {
    await spanledger(['bootstrap'], { ...SECRETS, LEDGER_TOKEN: 'second' })
    expect((await snapshot()).tokens).toEqual([hashToken('second').toString('hex')])
  })

  test('names every missing secret at once and exits 1', async () => {
    const failure = await spanledger(['bootstrap']).catch((error) => error)
    expect(failure.code).toBe(1)
    for (const name of Object.keys(SECRETS)) expect(failure.stderr).toContain(name)
  })

  test('without SPANLEDGER_DATABASE_URL it says which variable is missing', async () => {
    const failure = await spanledger(['migrate', 'status'], { SPANLEDGER_DATABASE_URL: '' }).catch((error) => error)
    expect(failure.stderr).toContain('SPANLEDGER_DATABASE_URL: required')
  })
})
