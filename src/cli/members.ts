// People of an organisation. In: a connection. Out: rows of members, and where admins are mailed their organisation's alerts.
import type pg from 'pg'
import { asOwner } from './database.ts'
import { requireOrganisations } from './organisations.ts'

export const MEMBER_ROLES = ['member', 'admin', 'superadmin'] as const
export type MemberRole = (typeof MEMBER_ROLES)[number]

export interface Member {
  userId: string
  role: MemberRole
  /** Where alerts are mailed; null: nowhere. */
  address: string | null
}

/** Whatever an identity provider calls people, on one line. */
const USER_ID = /^[^\s\p{C}]{1,128}$/u

export interface MemberChange {
  /** Undefined: the role they have, `member` for somebody new. */
  role?: MemberRole | undefined
  /** Where the organisation's alerts are mailed; null: nowhere; undefined: as it was. */
  address?: string | null | undefined
}

/** All of the change or nothing of it. Returns the role they have now. @throws Error that says what cannot be. */
export function setMember(
  client: pg.Client,
  orgId: string,
  userId: string,
  { role, address }: MemberChange,
): Promise<MemberRole> {
  if (!USER_ID.test(userId)) {
    throw new RangeError(
      `${JSON.stringify(userId)} is no user id: the \`sub\` of their tokens, 1 to 128 characters without blanks`,
    )
  }
  return asOwner(client, async () => {
    await requireOrganisations(client, [orgId])
    const { rows } = await client.query<{ role: MemberRole }>(
      `insert into members (org_id, user_id, role) values ($1, $2, coalesce($3, 'member'))
       on conflict (org_id, user_id) do update set role = coalesce($3, members.role) returning role`,
      [orgId, userId, role ?? null],
    )
    const now = (rows[0] as { role: MemberRole }).role
    if (typeof address === 'string' && now === 'member')
      throw new Error(`only admins are mailed alerts, and ${userId} is member of ${orgId}: say --role admin`)
    if (address !== undefined) await setAlertAddress(client, orgId, userId, address)
    return now
  })
}

/** Returns false when they were no member. Their address goes with them. */
export async function removeMember(client: pg.Client, orgId: string, userId: string): Promise<boolean> {
  const { rowCount } = await asOwner(client, () =>
    client.query('delete from members where org_id = $1 and user_id = $2', [orgId, userId]),
  )
  return rowCount === 1
}

export async function listMembers(client: pg.Client, orgId: string): Promise<Member[]> {
  const { rows } = await asOwner(client, async () => {
    await requireOrganisations(client, [orgId])
    return client.query<Member>(
      `select user_id as "userId", role, address from members left join alert_addresses using (org_id, user_id)
       where org_id = $1 order by user_id`,
      [orgId],
    )
  })
  return rows
}

async function setAlertAddress(
  client: pg.Client,
  orgId: string,
  userId: string,
  address: string | null,
): Promise<void> {
  const set = `insert into alert_addresses (org_id, user_id, address) values ($1, $2, $3)
     on conflict (org_id, user_id) do update set address = excluded.address`
  const unset = 'delete from alert_addresses where org_id = $1 and user_id = $2'
  try {
    await (address === null ? client.query(unset, [orgId, userId]) : client.query(set, [orgId, userId, address]))
  } catch (error) {
    if ((error as { constraint?: string }).constraint !== 'alert_addresses_address_form') throw error
    throw new RangeError(`${JSON.stringify(address)} is no mail address: write one, like anna@example.com`)
  }
}
