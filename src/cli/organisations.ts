// Which organisations there are. In: a connection that sees all of them, ids as typed. Out: nothing, or one line that says
// which id is none and what to do.
import type pg from 'pg'

/** @param orElse what else would help, e.g. `--force goes ahead without`. @throws Error naming those that do not exist. */
export async function requireOrganisations(client: pg.ClientBase, orgIds: string[], orElse = ''): Promise<void> {
  const { rows } = await client.query<{ org_id: string }>(
    'select asked.org_id from unnest($1::text[]) as asked (org_id) where asked.org_id not in (select org_id from public.organisations)',
    [orgIds],
  )
  const unknown = rows.map(({ org_id }) => org_id)
  if (unknown.length === 0) return
  const ways = ['spanledger tenant list shows them', `spanledger tenant create ${unknown[0]} makes it`, orElse]
  throw new Error(`no organisation ${unknown.join(', ')}: ${ways.filter(Boolean).join(', ')}`)
}
