// The CLI's database connection. In: SPANLEDGER_DATABASE_URL. Out: one connected client for the length of a command.
import pg from 'pg'
import { loadConfig, secret } from '../shared/config.ts'

/** URL of the owner or a superuser. @throws ConfigError when it is not set. */
export function databaseUrl(env: Record<string, string | undefined> = process.env): string {
  return loadConfig({ SPANLEDGER_DATABASE_URL: secret() }, 'SPANLEDGER_DATABASE_', env).SPANLEDGER_DATABASE_URL
}

export async function withDatabase<T>(work: (client: pg.Client) => Promise<T>, url = databaseUrl()): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: 'spanledger-cli' })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** Runs `work` in one transaction as the owner of the schema, whose policies see every organisation. */
export async function asOwner<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query('begin')
  try {
    await client.query('set local role spanledger_owner')
    const result = await work()
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback')
    throw error
  }
}
