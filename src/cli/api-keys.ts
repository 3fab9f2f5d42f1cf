// Keys of the api's callers. In: a connection as owner. Out: a key, shown once; only its SHA-256 is stored.
import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import { API_KEY_PREFIX, sha256Hex } from '../api/auth/authenticate.ts'
import { requireOrganisations } from './organisations.ts'

/** A superadmin is a person, never a key. */
export const KEY_ROLES = ['member', 'admin'] as const
export type KeyRole = (typeof KEY_ROLES)[number]

export interface ApiKey {
  orgId: string
  name: string
  role: KeyRole
  createdAt: Date
  expiresAt: Date | null
  revokedAt: Date | null
}

const NAME = /^[A-Za-z0-9._:@-]{1,64}$/

/** @param key.expiresAt null: valid until it is revoked. Returns the key itself. */
export async function createApiKey(
  client: pg.ClientBase,
  { orgId, name, role, expiresAt }: Pick<ApiKey, 'orgId' | 'name' | 'role' | 'expiresAt'>,
): Promise<string> {
  if (!NAME.test(name)) throw new Error(`${JSON.stringify(name)} is no name of a key: 1 to 64 of A-Z a-z 0-9 . _ : @ -`)
  await requireOrganisations(client, [orgId])
  const key = `${API_KEY_PREFIX}${randomBytes(24).toString('base64url')}`
  const { rowCount } = await client.query(
    `insert into api_keys (org_id, key_sha256, name, role, created_by, expires_at)
     values ($1, $2, $3, $4, 'cli', $5) on conflict (org_id, name) do nothing`,
    [orgId, sha256Hex(key), name, role, expiresAt],
  )
  if (rowCount === 0) throw new Error(`${orgId} has a key named ${name} already, valid or not; choose another name`)
  return key
}

/** Returns false when the organisation has no unrevoked key of that name. */
export async function revokeApiKey(client: pg.ClientBase, orgId: string, name: string): Promise<boolean> {
  const { rowCount } = await client.query(
    'update api_keys set revoked_at = now() where org_id = $1 and name = $2 and revoked_at is null',
    [orgId, name],
  )
  return rowCount === 1
}

/** @param orgId undefined: keys of every organisation. */
export async function listApiKeys(client: pg.ClientBase, orgId?: string): Promise<ApiKey[]> {
  const { rows } = await client.query<ApiKey>(
    `select org_id as "orgId", name, role, created_at as "createdAt", expires_at as "expiresAt",
       revoked_at as "revokedAt"
     from api_keys where $1::text is null or org_id = $1 order by org_id, created_at, name`,
    [orgId ?? null],
  )
  return rows
}
