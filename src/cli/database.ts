// The CLI's database connection. In: SPANLEDGER_DATABASE_URL. Out: one connected client for the length of a command.
import pg from 'pg'
import { ConfigError } from '../shared/config.ts'

const FORM = 'write it like postgres://postgres:<password>@127.0.0.1:54329/spanledger'

/** URL of the owner or a superuser. @throws ConfigError when it is not set or no Postgres URL. */
export function databaseUrl(env: Record<string, string | undefined> = process.env): string {
  const url = env.SPANLEDGER_DATABASE_URL
  if (!url) throw new ConfigError(`SPANLEDGER_DATABASE_URL: required, but not set; ${FORM}`)
  // The value holds a password: it is not shown.
  if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol))
    throw new ConfigError(
      `SPANLEDGER_DATABASE_URL is no Postgres URL; ${FORM}, special characters of the password as %XX`,
    )
  return url
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
