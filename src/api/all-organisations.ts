// Reading across organisations, for jobs and for links that know an alert before its organisation. In: a pool. Out: what
// `work` reads as the superadmin reader. Nothing may be written this way, and no handler's answer may come from it unasked.
import { type Client, type Pool, withTransaction } from '../shared/pg.ts'

export function withAllOrganisations<T>(pool: Pool, work: (client: Client) => Promise<T>): Promise<T> {
  return withTransaction(pool, async (client) => {
    await client.query('set local role spanledger_reader')
    await client.query('set transaction read only')
    return work(client)
  })
}
