// Postgres access. `withOrg` is the only way to open a transaction that touches tenant rows: row-level security reads
// the organisation it sets, and an unset organisation sees nothing.
import pg from 'pg'
import { isTenantId } from './ids.ts'
import type { Logger } from './logger.ts'

export type Pool = pg.Pool
export type Client = pg.ClientBase

/** @param max connections kept at most. Idle connection errors (a restarted server) are logged, never thrown. */
export function createPool(connectionString: string, options: { max: number; name: string; logger: Logger }): Pool {
  const pool = new pg.Pool({
    connectionString,
    max: options.max,
    application_name: options.name,
    connectionTimeoutMillis: 5_000,
  })
  // The error carries the whole client, with the key that cancels its statements.
  pool.on('error', ({ code, message }: Error & { code?: string }) =>
    options.logger.warn({ code, cause: message }, 'idle Postgres connection lost'),
  )
  // A connection lost while it is lent out is reported by its query; without a listener it would end the process too.
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/**
 * Runs `work` in one transaction bound to one organisation.
 * @throws RangeError before touching the database when `orgId` is no valid id; whatever `work` throws, after ROLLBACK.
 */
export async function withOrg<T>(pool: Pool, orgId: string, work: (client: Client) => Promise<T>): Promise<T> {
  if (!isTenantId(orgId)) throw new RangeError(`not a valid organisation id: ${JSON.stringify(orgId)}`)
  return withTransaction(pool, async (client) => {
    await client.query("select set_config('app.org_id', $1, true)", [orgId])
    return work(client)
  })
}

/** Runs `work` in one transaction with no organisation set: reference data, jobs over the catalogue, migrations. */
export async function withTransaction<T>(pool: Pool, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query('begin')
    const result = await work(client)
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch((rollbackError: Error) => {
      broken = rollbackError
    })
    throw error
  } finally {
    client.release(broken)
  }
}
