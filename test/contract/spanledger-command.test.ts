// `./spanledger`: which database it talks to. Nothing listens on port 1, so the refusal names the address it took.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')

const spanledger = (args: string[], env: Record<string, string>) =>
  execa(join(ROOT, 'spanledger'), args, {
    cwd: '/',
    env: { PATH: process.env.PATH ?? '', ...env },
    extendEnv: false,
    reject: false,
  })

test('works from any folder, and without a database where none is needed', async () => {
  const { exitCode, stdout } = await spanledger(['--version'], {})
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+$/) })
})

test('takes the database that SPANLEDGER_DATABASE_URL names', async () => {
  const env = { SPANLEDGER_DATABASE_URL: 'postgres://postgres:x@127.0.0.2:1/elsewhere' }
  const { exitCode, stderr } = await spanledger(['tenant', 'list'], env)
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining('ECONNREFUSED 127.0.0.2:1') })
})

test.skipIf(!existsSync(join(ROOT, '.env')))('else that of this checkout’s stack', async () => {
  const { stderr } = await spanledger(['tenant', 'list'], { POSTGRES_PORT: '1' })
  expect(stderr).toContain('ECONNREFUSED 127.0.0.1:1')
})
