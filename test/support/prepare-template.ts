// The migrated database that tests copy, and connections to the test server. In: its superuser URL.
import pg from 'pg'
import { setRolePasswords } from '../../src/cli/role-passwords.ts'
import { migrate } from '../../src/shared/pg-schema.ts'

export const TEMPLATE = 'spanledger_template'
/** Of every service role on the test server. */
export const ROLE_PASSWORD = 'test'

/** Migrates the template once per server; roles get the test password. */
export async function prepareTemplate(serverUrl: string): Promise<void> {
  await runOn(serverUrl, (client) => client.query(`create database ${TEMPLATE}`))
  const templateUrl = urlOf(serverUrl, TEMPLATE)
  await migrate(templateUrl, 'up')
  await runOn(templateUrl, (client) =>
    setRolePasswords(client, {
      spanledger_writer: ROLE_PASSWORD,
      spanledger_api: ROLE_PASSWORD,
      spanledger_reader: ROLE_PASSWORD,
    }),
  )
}

export function urlOf(serverUrl: string, database: string, user?: string, password?: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${database}`
  if (user !== undefined) {
    url.username = encodeURIComponent(user)
    url.password = encodeURIComponent(password ?? '')
  }
  return url.href
}

export async function runOn(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
