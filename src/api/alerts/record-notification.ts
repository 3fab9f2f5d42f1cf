// Counts notifications sent. In: the reports of one delivery and its digest. Out: one row in alert_notifications per
// instance. A delivery that Alertmanager repeats within a minute because our answer got lost is the same notification.
import { type Pool, withOrg } from '../../shared/pg.ts'
import type { AlertReport } from './webhook-body.ts'

export async function recordNotification(pool: Pool, reports: AlertReport[], digest: string): Promise<void> {
  for (const [orgId, own] of Map.groupBy(reports, (report) => report.orgId)) {
    await withOrg(pool, orgId, async (client) => {
      await client.query(INSERT, [
        orgId,
        own.map((report) => report.fingerprint),
        own.map((report) => report.startsAt),
        own.map((report) => (report.endsAt === undefined ? 'firing' : 'resolved')),
        own[0]?.receiver,
        digest,
      ])
    })
  }
}

const INSERT = `
  insert into alert_notifications (org_id, fingerprint, starts_at, status, receiver, delivery_digest, sent_at)
  select distinct on (fingerprint, starts_at) $1, fingerprint, starts_at, status, $5, $6, now()
    from unnest($2::text[], $3::timestamptz[], $4::text[]) as told (fingerprint, starts_at, status)
   where not exists (
     select from alert_notifications as earlier
      where earlier.org_id = $1 and earlier.fingerprint = told.fingerprint and earlier.starts_at = told.starts_at
        and earlier.delivery_digest = $6 and earlier.sent_at > now() - interval '1 minute')`
