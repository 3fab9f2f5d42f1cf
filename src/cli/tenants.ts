// Organisations and their database logins. In: a connection (superuser for logins). Out: rows and roles.
import { createHash, randomBytes } from 'node:crypto'
import type pg from 'pg'
import { isTenantId } from '../shared/ids.ts'
import { asOwner } from './database.ts'
import { requireOrganisations } from './organisations.ts'

const MAX_ROLE_BYTES = 63

/**
 * Makes the organisation, or gives it the name.
 * @param name undefined: the name it has, its id for a new one.
 * @throws RangeError when the id is malformed or one of ours (they start with `_`).
 */
export async function createTenant(client: pg.Client, orgId: string, name?: string): Promise<void> {
  requireTenantId(orgId)
  await asOwner(client, () =>
    client.query(
      `insert into organisations (org_id, name) values ($1, coalesce($2, $1))
       on conflict (org_id) do update set name = coalesce($2, organisations.name)`,
      [orgId, name ?? null],
    ),
  )
}

/** `reader_<org>`; a longer name is cut and told apart by a hash. */
export function readerRole(orgId: string): string {
  const role = `reader_${orgId}`
  if (Buffer.byteLength(role) <= MAX_ROLE_BYTES) return role
  return `${role.slice(0, MAX_ROLE_BYTES - 17)}_${createHash('sha256').update(orgId).digest('hex').slice(0, 16)}`
}

export interface ReaderLogin {
  role: string
  password: string
}

/** Makes or renews the organisation's read-only login; the password is known only to the caller. */
export async function createReader(client: pg.Client, orgId: string): Promise<ReaderLogin> {
  requireTenantId(orgId)
  await requireOrganisations(client, [orgId])
  const role = readerRole(orgId)
  const password = randomBytes(24).toString('base64url')
  const quoted = client.escapeIdentifier(role)
  await client.query('begin')
  try {
    // The password must not reach the server's log.
    await client.query("set local log_statement = 'none'")
    const exists = await client.query('select from pg_roles where rolname = $1', [role])
    if (exists.rowCount === 0) await client.query(`create role ${quoted}`)
    await client.query(
      `alter role ${quoted} login nosuperuser nobypassrls nocreatedb nocreaterole noreplication connection limit 20
       password ${client.escapeLiteral(password)}`,
    )
    for (const setting of [
      'default_transaction_read_only = on',
      "statement_timeout = '30s'",
      "idle_in_transaction_session_timeout = '60s'",
      'search_path = public',
      "temp_file_limit = '1GB'",
    ]) {
      await client.query(`alter role ${quoted} set ${setting}`)
    }
    await client.query(`grant spanledger_tenant to ${quoted}`)
    await client.query(
      `insert into tenant_readers (role_name, org_id) values ($1, $2)
       on conflict (role_name) do update set org_id = excluded.org_id`,
      [role, orgId],
    )
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  }
  return { role, password }
}

/** Removes every row of the organisation, its roll-ups and its login. Returns the rows removed per table. */
export async function dropTenant(client: pg.Client, orgId: string): Promise<Record<string, number>> {
  requireTenantId(orgId)
  const { rows: tables } = await client.query<{ name: string }>(
    `select c.relname as name from pg_class c
     join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> 'tenant_readers'
     order by c.relname = 'organisations', c.relname`,
  )
  const removed: Record<string, number> = {}
  await asOwner(client, async () => {
    for (const { name } of tables) {
      const result = await client.query(`delete from ${client.escapeIdentifier(name)} where org_id = $1`, [orgId])
      if (result.rowCount) removed[name] = result.rowCount
    }
    await client.query('update writer_tokens set revoked_at = now() where org_ids = array[$1] and revoked_at is null', [
      orgId,
    ])
  })
  const { rows: readers } = await client.query<{ role_name: string }>(
    'delete from tenant_readers where org_id = $1 returning role_name',
    [orgId],
  )
  for (const { role_name: role } of readers) await client.query(`drop role if exists ${client.escapeIdentifier(role)}`)
  return removed
}

function requireTenantId(orgId: string): void {
  if (!isTenantId(orgId) || orgId.startsWith('_')) {
    throw new RangeError(
      `${JSON.stringify(orgId)} is no organisation id: 1 to 128 of A-Z a-z 0-9 . _ : @ -, not starting with _`,
    )
  }
}
