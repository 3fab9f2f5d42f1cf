// What operators do with tenants and tokens, through the command line, and what that gives the people concerned.
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readerRole } from '../../../src/cli/tenants.ts'
import { hashToken } from '../../../src/cli/writer-tokens.ts'
import { createClients } from '../../support/database-clients.ts'
import { spanledger } from '../../support/spanledger-cli.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

// Logins belong to the cluster, so their names must not meet those of other test files.
const ORG = `org-${randomBytes(4).toString('hex')}`
const OTHER = `${ORG}-other`

let database: TestDatabase
const clients = createClients()
const cli = (...args: string[]) => spanledger(database.ownerUrl, args)
const ask = (text: string, values?: unknown[]) => clients.rows(database.ownerUrl, text, values)

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(async () => {
  for (const org of [ORG, OTHER]) await cli('tenant', 'drop', org, '--yes', org)
  await clients.end()
  await database?.drop()
})

describe('spanledger tenant', () => {
  test('create makes an organisation, again renames it, and refuses ids that are none', async () => {
    expect(await cli('tenant', 'create', ORG, '--name', 'First')).toMatchObject({ code: 0 })
    expect(await cli('tenant', 'create', ORG, '--name', 'Second')).toMatchObject({ code: 0 })
    await cli('tenant', 'create', OTHER)
    expect(await ask('select name from organisations where org_id = $1', [ORG])).toEqual([{ name: 'Second' }])
    for (const id of ['_unattributed', 'two words', "x'; drop table deals; --", '']) {
      expect(await cli('tenant', 'create', id)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('is no organisation id'),
      })
    }
  })

  test('create again without a name keeps the one people gave', async () => {
    await cli('tenant', 'create', ORG)
    expect(await ask('select name from organisations where org_id = $1', [ORG])).toEqual([{ name: 'Second' }])
  })

  test('reader prints a login that works, sees its organisation, and stops working when renewed', async () => {
    const login = async () => {
      const { stdout } = await cli('tenant', 'reader', ORG)
      return /user {6}(\S+)\npassword {2}(\S+)/.exec(stdout)?.slice(1) as [string, string]
    }
    const [user, password] = await login()
    expect(user).toBe(`reader_${ORG}`)
    expect(await clients.rows(database.urlFor(user, password), 'select org_id from organisations')).toEqual([
      { org_id: ORG },
    ])
    const [, renewed] = await login()
    await expect(clients.rows(database.urlFor(user, password), 'select 1')).rejects.toMatchObject({ code: '28P01' })
    expect(await clients.rows(database.urlFor(user, renewed), 'select org_id from organisations')).toEqual([
      { org_id: ORG },
    ])
  })

  test('reader of an unknown organisation says how to create it', async () => {
    expect(await cli('tenant', 'reader', 'nobody')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('spanledger tenant create nobody'),
    })
  })

  test('names of logins stay within 63 bytes and apart', () => {
    const long = 'x'.repeat(120)
    expect(readerRole('acme')).toBe('reader_acme')
    expect(Buffer.byteLength(readerRole(`${long}1`))).toBeLessThanOrEqual(63)
    expect(readerRole(`${long}1`)).not.toBe(readerRole(`${long}2`))
  })

  test('a user of two organisations is found in both and switches between them', async () => {
    await cli('tenant', 'member', ORG, 'ada', '--role', 'admin')
    await cli('tenant', 'member', OTHER, 'ada')
    const api = await clients.connect(database.apiUrl)
    const { rows } = await api.query("select org_id, role from organisations_of('ada')")
    expect(rows).toEqual([
      { org_id: ORG, role: 'admin' },
      { org_id: OTHER, role: 'member' },
    ])
    for (const orgId of [ORG, OTHER]) {
      await api.query('begin')
      await api.query("select set_config('app.org_id', $1, true)", [orgId])
      expect((await api.query('select org_id from organisations')).rows).toEqual([{ org_id: orgId }])
      await api.query('commit')
    }
    expect(await cli('tenant', 'member', ORG, 'ada', '--role', 'king')).toMatchObject({ code: 1 })
  })

  test('member changes what is given and keeps the rest; members lists; remove ends it', async () => {
    const members = async () => (await cli('tenant', 'members', ORG)).stdout
    const eve = (...args: string[]) => cli('tenant', 'member', ORG, 'eve', ...args)
    expect(await eve('--alert-email', 'eve@example.com')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('say --role admin'),
    })
    expect(await members()).not.toContain('eve')
    expect(await eve('--role', 'admin', '--alert-email', 'eve@example.com')).toMatchObject({ code: 0 })
    expect(await members()).toContain('eve\tadmin\teve@example.com\n')
    expect(await eve('--alert-email', 'eve')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no mail address'),
    })
    expect(await members()).toContain('eve\tadmin\teve@example.com\n')
    expect(await eve('--no-alert-email')).toMatchObject({
      stdout: `eve is admin of ${ORG}.\nNo alerts are mailed to eve.\n`,
    })
    expect(await members()).toContain('eve\tadmin\tno alert mails\n')
    expect(await eve('--remove', '--role', 'admin')).toMatchObject({ code: 1 })
    expect(await eve('--remove')).toMatchObject({ stdout: `eve is no member of ${ORG} any more.\n` })
    expect(await eve('--remove')).toMatchObject({ code: 1, stderr: expect.stringContaining('tenant members') })
    expect(await members()).not.toContain('eve')
  })

  test.each([
    ['member', ['tenant', 'member', 'nobody', 'ada']],
    ['members', ['tenant', 'members', 'nobody']],
    ['grafana', ['tenant', 'grafana', 'nobody']],
    ['api-key create', ['api-key', 'create', 'report', '--org', 'nobody']],
    ['api-key list', ['api-key', 'list', '--org', 'nobody']],
    ['token create', ['token', 'create', 'app', '--org', 'nobody']],
    ['budget list', ['budget', 'list', '--org', 'nobody']],
  ])('%s of an organisation that is none says so in one line, and what to do', async (_, args) => {
    expect(await cli(...args)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^spanledger: no organisation nobody: spanledger tenant list shows them, .*\n$/),
    })
  })

  test('member refuses a user id that nobody can have', async () => {
    for (const id of ['', 'two words', 'line\nbreak'])
      expect(await cli('tenant', 'member', ORG, id)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('no user id'),
      })
  })

  test('drop of an organisation that is none does not say it is gone', async () => {
    const { code, stdout, stderr } = await cli('tenant', 'drop', 'nobody', '--yes', 'nobody')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('nothing is kept of an organisation nobody')
  })

  test('drop needs the name twice, then removes every row and the login, and nobody else’s', async () => {
    const writer = await clients.connect(database.writerUrl)
    await writer.query("select ensure_partitions('llm_usage', '2026-11-20', '2026-11-20')")
    for (const org of [ORG, OTHER]) {
      await writer.query(`insert into llm_usage (org_id, trace_id, span_id, created_at, calls, cost_usd, price_status)
        values ('${org}', 't', '1', '2026-11-20', 1, 1, 'priced')`)
    }
    expect(await cli('tenant', 'drop', ORG, '--yes', OTHER)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('nothing was removed'),
    })
    const files = mkdtempSync(join(tmpdir(), 'spanledger-viewer-'))
    const fileOf = (org: string) => join(files, 'datasources', `${org}.yaml`)
    mkdirSync(join(files, 'datasources'))
    for (const org of [ORG, OTHER]) writeFileSync(fileOf(org), '')
    const { code, stdout } = await cli('tenant', 'drop', ORG, '--yes', ORG, '--files', files)
    expect(code).toBe(0)
    expect(stdout).toContain('llm_usage\t1 rows removed')
    expect([ORG, OTHER].map((org) => existsSync(fileOf(org)))).toEqual([false, true])
    rmSync(files, { recursive: true })
    for (const table of ['llm_usage', 'usage_daily', 'usage_hourly', 'organisations', 'members']) {
      const rows = await ask(`select org_id, count(*)::int as n from ${table} group by org_id`)
      expect(rows).toEqual([{ org_id: OTHER, n: 1 }])
    }
    expect(await ask('select rolname from pg_roles where rolname = $1', [`reader_${ORG}`])).toEqual([])
  })
})

describe('spanledger token', () => {
  test('create prints a token whose hash alone is stored; revoke ends it; list shows both', async () => {
    const { stdout } = await cli('token', 'create', 'python-app', '--org', OTHER)
    const token = stdout.trim()
    expect(token).toMatch(/^slw_[\w-]{32}$/)
    const [row] = await ask("select token_sha256, org_ids, revoked_at from writer_tokens where name = 'python-app'")
    expect(row).toEqual({ token_sha256: hashToken(token), org_ids: [OTHER], revoked_at: null })
    expect(JSON.stringify(await ask('select * from writer_tokens'))).not.toContain(token)
    expect((await cli('token', 'list')).stdout).toMatch(new RegExp(`python-app\t${OTHER}\t.*\tvalid`))
    expect(await cli('token', 'revoke', 'python-app')).toMatchObject({ code: 0 })
    expect((await cli('token', 'list')).stdout).toMatch(/python-app\t.*\trevoked/)
    expect(await cli('token', 'revoke', 'python-app')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no valid token named python-app'),
    })
  })

  test('a misspelt organisation is refused with what to do, unless it is wanted before the organisation is', async () => {
    const misspelt = `${OTHER}r`
    expect(await cli('token', 'create', 'typo', '--org', OTHER, misspelt)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(new RegExp(`no organisation ${misspelt}: .*--force`)),
    })
    const bound = () => ask("select org_ids from writer_tokens where name = 'typo'")
    expect(await bound()).toEqual([])
    expect(await cli('token', 'create', 'typo', '--org', OTHER, misspelt, '--force')).toMatchObject({ code: 0 })
    expect(await bound()).toEqual([{ org_ids: [OTHER, misspelt] }])
  })

  test('a name is used once, and malformed organisations are named', async () => {
    expect(await cli('token', 'create', 'python-app')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('python-app'),
    })
    expect(await cli('token', 'create', 'x', '--org', 'two words')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('two words'),
    })
  })
})
