// What an organisation's Grafana signs in with. In: a connection (superuser), the organisation. Out: a new password of its
// login and a new api key; the ones before stop working.
import type pg from 'pg'
import { createApiKey, revokeApiKey } from '../api-keys.ts'
import { asOwner } from '../database.ts'
import { createReader } from '../tenants.ts'
import type { TenantAccess } from './tenant-data-sources.ts'

const KEY_PREFIX = 'grafana-'

/** @throws when there is no such organisation. */
export async function renewTenantAccess(client: pg.Client, orgId: string, now: Date): Promise<TenantAccess> {
  const login = await createReader(client, orgId)
  const apiKey = await asOwner(client, async () => {
    const { rows } = await client.query<{ name: string }>(
      'select name from api_keys where org_id = $1 and starts_with(name, $2) and revoked_at is null',
      [orgId, KEY_PREFIX],
    )
    for (const { name } of rows) await revokeApiKey(client, orgId, name)
    return createApiKey(client, { orgId, name: `${KEY_PREFIX}${now.getTime()}`, role: 'member', expiresAt: null })
  })
  return { orgId, login, apiKey }
}
