// A fresh, migrated database per test file. In: the test server's superuser URL. Out: one URL per role, and drop().
import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { ROLE_PASSWORD, runOn, TEMPLATE, urlOf } from './prepare-template.ts'

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
    writerUrl: urlFor('spanledger_writer', ROLE_PASSWORD),
    apiUrl: urlFor('spanledger_api', ROLE_PASSWORD),
    readerUrl: urlFor('spanledger_reader', ROLE_PASSWORD),
    urlFor,
    drop: () => runOn(serverUrl, (client) => client.query(`drop database if exists ${name} with (force)`)),
  }
}
