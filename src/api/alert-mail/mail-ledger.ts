// Remembers what was mailed to whom, so that a repeated delivery is mailed once. In: an organisation, what is told, a
// recipient. Out: whether to send. A claim without a mail (the process died in between) lapses, so that nothing is lost;
// no connection is held while the mail server thinks.
import { type Pool, withOrg } from '../../shared/pg.ts'

export interface MailKey {
  orgId: string
  digest: string
  userId: string
}

/** `busy`: somebody else is about to send it. */
export type Claim = 'claimed' | 'sent_already' | 'busy'

const CLAIM_SECONDS = 60
/** The same again after this long is the cooldown's reminder, not a repeated delivery. */
export const REPEAT_SECONDS = 120

export function createMailLedger(pool: Pool) {
  const one = async (key: MailKey, sql: string) =>
    withOrg(pool, key.orgId, async (client) => client.query(sql, [key.orgId, key.digest, key.userId]))
  return {
    claim: async (key: MailKey): Promise<Claim> => {
      const { rows } = await one(key, CLAIM)
      if (rows.length > 0) return 'claimed'
      const known = await one(
        key,
        'select sent from alert_mails where org_id = $1 and delivery_digest = $2 and user_id = $3',
      )
      return known.rows[0]?.sent ? 'sent_already' : 'busy'
    },
    sent: (key: MailKey) => one(key, SENT),
    /** Gives the claim back: the mail was not taken. */
    release: (key: MailKey) => one(key, RELEASE),
  }
}

const KEY = 'org_id = $1 and delivery_digest = $2 and user_id = $3'

const CLAIM = `
  insert into alert_mails as m (org_id, delivery_digest, user_id, sent, at) values ($1, $2, $3, false, now())
  on conflict (org_id, delivery_digest, user_id) do update set sent = false, at = now()
    where m.at < now() - case when m.sent then interval '${REPEAT_SECONDS} s' else interval '${CLAIM_SECONDS} s' end
  returning 1`
// What is older than a day cannot be a repeated delivery.
const SENT = `
  with old as (delete from alert_mails where org_id = $1 and at < now() - interval '1 day')
  update alert_mails set sent = true, at = now() where ${KEY}`
const RELEASE = `delete from alert_mails where ${KEY} and not sent`
