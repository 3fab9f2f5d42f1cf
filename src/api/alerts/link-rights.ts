// What a signed link allows, read from the database whenever it is used: who is no member any more is out at once, and who is
// no admin any more can only look. In: an organisation and whose link it is. Out: their role there.
import { type Pool, withOrg, withTransaction } from '../../shared/pg.ts'
import { atLeast, type Caller, type Role } from '../auth/caller.ts'

/** Whom a link was given to; null: whoever has the operators' mail. */
export type LinkHolder = Pick<Caller, 'userId' | 'via'> | null

/** `operator` may do what an admin may. Undefined: nothing at all. */
export type LinkRole = Role | 'operator' | undefined

/** Taking, silencing and closing an alert is for admins and operators; looking and notes are for every member. */
export const mayAct = (role: LinkRole): boolean => role === 'operator' || (role !== undefined && atLeast(role, 'admin'))

export function readLinkRole(pool: Pool, orgId: string, holder: LinkHolder): Promise<LinkRole> {
  if (holder === null) return Promise.resolve('operator')
  return holder.via === 'api_key' ? roleOfKey(pool, orgId, holder.userId) : roleOfUser(pool, orgId, holder.userId)
}

async function roleOfUser(pool: Pool, orgId: string, userId: string): Promise<LinkRole> {
  const sql = 'select org_id, role from organisations_of($1)'
  const { rows } = await withTransaction(pool, (client) => client.query<{ org_id: string; role: Role }>(sql, [userId]))
  if (rows.some(({ role }) => role === 'superadmin')) return 'superadmin'
  return rows.find((row) => row.org_id === orgId)?.role
}

/** @param keyName as a Caller has it: `key:<name>` */
async function roleOfKey(pool: Pool, orgId: string, keyName: string): Promise<LinkRole> {
  const sql = `select role from api_keys where org_id = $1 and 'key:' || name = $2
                  and revoked_at is null and (expires_at is null or expires_at > now())`
  const { rows } = await withOrg(pool, orgId, (client) => client.query<{ role: Role }>(sql, [orgId, keyName]))
  return rows[0]?.role
}
