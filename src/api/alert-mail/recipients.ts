// Who gets an organisation's alerts besides the operators. In: a client bound to the organisation. Out: its admins that gave
// an address. Read at every delivery, so a change counts from the next mail on.
import type { Client } from '../../shared/pg.ts'

export interface Recipient {
  userId: string
  address: string
}

export async function readRecipients(client: Client, orgId: string): Promise<Recipient[]> {
  const { rows } = await client.query<Recipient>(
    `select user_id as "userId", address from alert_addresses join members using (org_id, user_id)
      where org_id = $1 and role in ('admin', 'superadmin') order by user_id`,
    [orgId],
  )
  return rows
}
