// A fresh, migrated database per test file. In: the test server's superuser URL. Out: one URL per role, and drop().
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { setRolePasswords } from '../../src/cli/role-passwords.ts'
import { migrate } from '../../src/shared/pg-schema.ts'

const TEMPLATE = 'spanledger_template'
const PASSWORD = 'test'

export interface TestDatabase {
  name: string
  /** Superuser, bound to this database: what migrations and the CLI use. */
  ownerUrl: string
  writerUrl: string
  apiUrl: string
  /** Superadmin reader. */
  readerUrl: string
  /** URL of another login on this database. */
  urlFor: (user: string, password: string) => string
  drop: () => Promise<void>
}

/** Migrates the template once per server; roles get the test password. */
export async function prepareTemplate(serverUrl: string): Promise<void> {
  await runOn(serverUrl, (client) => client.query(`create database ${TEMPLATE}`))
  const templateUrl = urlOf(serverUrl, TEMPLATE)
  await migrate(templateUrl, 'up')
  await runOn(templateUrl, (client) =>
    setRolePasswords(client, {
      spanledger_writer: PASSWORD,
      spanledger_api: PASSWORD,
      spanledger_reader: PASSWORD,
    }),
  )
}

/** @param options.empty true: no migrations applied. `serverUrl` defaults to the project's server. */
export async function createTestDatabase(options: { empty?: boolean; serverUrl?: string } = {}): Promise<TestDatabase> {
  const serverUrl = options.serverUrl ?? inject('postgresUrl')
  const name = `test_${randomBytes(6).toString('hex')}`
  await runOn(serverUrl, (client) =>
    client.query(options.empty ? `create database ${name}` : `create database ${name} template ${TEMPLATE}`),
  )
  const ownerUrl = urlOf(serverUrl, name)
  if (!options.empty) await runOn(ownerUrl, (client) => client.query('select secure_database()'))
  const urlFor = (user: string, password: string) => urlOf(serverUrl, name, user, password)
  return {
    name,
    ownerUrl,
    writerUrl: urlFor('spanledger_writer', PASSWORD),
    apiUrl: urlFor('spanledger_api', PASSWORD),
    readerUrl: urlFor('spanledger_reader', PASSWORD),
    urlFor,
    drop: () => runOn(serverUrl, (client) => client.query(`drop database if exists ${name} with (force)`)),
  }
}

function urlOf(serverUrl: string, database: string, user?: string, password?: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${database}`
  if (user !== undefined) {
    url.username = encodeURIComponent(user)
    url.password = encodeURIComponent(password ?? '')
  }
  return url.href
}

async function runOn(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
