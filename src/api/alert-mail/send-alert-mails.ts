// Mails one delivery of Alertmanager to the admins of the organisations it is about. In: alerts of one group. Out: mails,
// each with links signed for its own alerts, organisation and reader. An alert without a valid organisation goes to nobody.
import { createHash } from 'node:crypto'
import type { Clock } from '../../shared/clock.ts'
import { AppError } from '../../shared/errors.ts'
import { type Pool, withOrg } from '../../shared/pg.ts'
import type { Links } from '../alerts/link.ts'
import { type AlertReport, PLATFORM_ORG } from '../alerts/webhook-body.ts'
import type { SendMail } from '../mailer.ts'
import { writeLetter } from './letter.ts'
import { createMailLedger } from './mail-ledger.ts'
import { type Recipient, readRecipients } from './recipients.ts'

/** A budget is told once a month at most, so its mail's link lasts longer than the api's other links. */
const LINK_LIFETIME_MS = 7 * 86_400_000

export interface AlertMailCounts {
  sent: number
  sent_already: number
}

export type SendAlertMails = (groupKey: string, reports: AlertReport[]) => Promise<AlertMailCounts>

/** The function it returns throws AppError `unavailable` when a mail was not taken: Alertmanager delivers again. */
export function createSendAlertMails(parts: {
  pool: Pool
  clock: Clock
  links: Links
  send: SendMail
  /** Without a trailing slash. */
  publicUrl: string
}): SendAlertMails {
  const { pool, clock, links, send, publicUrl } = parts
  const ledger = createMailLedger(pool)

  const compose = async (orgId: string, reports: AlertReport[], { userId }: Recipient) => {
    const alerts = await Promise.all(
      reports.map(async (report) => {
        const { fingerprint, startsAt } = report
        const token = await links.sign(
          { orgId, fingerprint, startsAt, actor: `${userId} (by mail)`, holder: { userId, via: 'jwt' }, mailed: true },
          LINK_LIFETIME_MS,
        )
        return { report, link: `${publicUrl}/alerts/${fingerprint}?t=${token}` }
      }),
    )
    return writeLetter({ orgId, alerts, linksUntil: new Date(clock.nowMs() + LINK_LIFETIME_MS) })
  }

  return async (groupKey, reports) => {
    const counts: AlertMailCounts = { sent: 0, sent_already: 0 }
    let unsent = 0
    for (const [orgId, own] of Map.groupBy(reports, (report) => report.orgId)) {
      if (orgId === PLATFORM_ORG) continue
      const recipients = await withOrg(pool, orgId, (client) => readRecipients(client, orgId))
      const digest = digestOf(groupKey, own)
      for (const recipient of recipients) {
        const key = { orgId, digest, userId: recipient.userId }
        const claim = await ledger.claim(key)
        if (claim === 'sent_already') counts.sent_already += 1
        if (claim === 'busy') unsent += 1
        if (claim !== 'claimed') continue
        const letter = await compose(orgId, own, recipient)
        const to = { name: '', address: recipient.address }
        const taken = await send({ ...letter, to, thread: `alert-${shortHash([orgId, groupKey])}@spanledger` })
        await (taken ? ledger.sent(key) : ledger.release(key))
        if (taken) counts.sent += 1
        else unsent += 1
      }
    }
    if (unsent > 0) throw new AppError('unavailable', `${unsent} alert mails to organisation admins were not sent yet`)
    return counts
  }
}

const shortHash = (parts: unknown) => createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)

/** The same from every Alertmanager of a cluster, which do not share the rest of a delivery. */
const digestOf = (groupKey: string, reports: AlertReport[]) =>
  shortHash([
    groupKey,
    reports.map(({ fingerprint, startsAt, endsAt }) => `${fingerprint} ${startsAt} ${endsAt ?? ''}`).sort(),
  ])
