// Writes alert history. In: reports from the webhook or from reconciliation. Out: alert_rules and alert_instances, and a
// line in alert_events for each change. Reports again, late or in another order change nothing: an instance is known by
// (org_id, fingerprint, starts_at) and a resolved instance stays resolved.
import { type Client, type Pool, withOrg } from '../../shared/pg.ts'
import type { AlertReport } from './webhook-body.ts'

export type Source = 'webhook' | 'alertmanager' | 'prometheus'
export type Change = 'fired' | 'resolved' | 'known'

/** One transaction per organisation. Returns what each report changed, in the order given. */
export type RecordAlerts = (reports: AlertReport[], source: Source) => Promise<Change[]>

/** @param publicUrl of the api's pages, without a trailing slash */
export function createRecordAlerts(pool: Pool, publicUrl: string): RecordAlerts {
  return async (reports, source) => {
    const changes: Change[] = []
    for (const [orgId, indexes] of indexesByOrg(reports)) {
      await withOrg(pool, orgId, async (client) => {
        for (const index of indexes) {
          const report = reports[index]
          if (!report) continue
          changes[index] = await recordAlert(client, report, source, `${publicUrl}/alerts/${report.fingerprint}`)
        }
      })
    }
    return changes
  }
}

/** Sorted by key inside each organisation, so that two deliveries at once lock rows in the same order. */
function indexesByOrg(reports: AlertReport[]): Map<string, number[]> {
  const order = reports.map((_, index) => index)
  const key = (index: number) => `${reports[index]?.fingerprint} ${reports[index]?.startsAt}`
  order.sort((a, b) => (key(a) < key(b) ? -1 : 1))
  const byOrg = Map.groupBy(order, (index) => reports[index]?.orgId ?? '')
  return new Map([...byOrg].sort(([a], [b]) => (a < b ? -1 : 1)))
}

async function recordAlert(client: Client, report: AlertReport, source: Source, pageUrl: string): Promise<Change> {
  await client.query(UPSERT_RULE, [report.alertName, report.severity, report.annotations.runbook_url ?? null])
  const inserted = await client.query(INSERT_INSTANCE, [
    report.orgId,
    report.fingerprint,
    report.startsAt,
    report.alertName,
    report.severity,
    report.labels,
    report.annotations,
    report.generatorUrl,
    report.groupLabels,
    report.receiver,
    source,
    pageUrl,
  ])
  const key = [report.orgId, report.fingerprint, report.startsAt]
  if (inserted.rowCount) await client.query(INSERT_EVENT, [...key, report.startsAt, 'fired', source])
  if (report.endsAt === undefined) {
    if (!inserted.rowCount) await client.query(SEEN_AGAIN, [...key, report.annotations, pageUrl])
    return inserted.rowCount ? 'fired' : 'known'
  }
  const resolved = await client.query(RESOLVE, [...key, report.endsAt, source])
  if (resolved.rowCount) await client.query(INSERT_EVENT, [...key, report.endsAt, 'resolved', source])
  return resolved.rowCount ? 'resolved' : 'known'
}

const KEY = 'org_id = $1 and fingerprint = $2 and starts_at = $3'

const UPSERT_RULE = `
  insert into alert_rules (alert_name, severity, runbook_url) values ($1, $2, $3)
  on conflict (alert_name) do update
    set severity = excluded.severity, runbook_url = coalesce(excluded.runbook_url, alert_rules.runbook_url), last_fired_at = now()
    where (alert_rules.severity, alert_rules.runbook_url) is distinct from (excluded.severity, excluded.runbook_url)
       or alert_rules.last_fired_at < now() - interval '1 minute'`

const INSERT_INSTANCE = `
  insert into alert_instances (org_id, fingerprint, starts_at, alert_name, severity, labels, annotations, generator_url,
    group_labels, receiver, source, page_url, silenced_until, silence_id)
  select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, sibling.silenced_until, sibling.silence_id
    from (select) as one
    left join lateral (
      -- What joins a silenced group is under the group's silence.
      select s.silenced_until, s.silence_id from alert_instances s
       where s.org_id = $1 and s.alert_name = $4 and s.group_labels = $9 and s.status = 'firing' and s.silenced_until > now()
       order by s.silenced_until desc limit 1) as sibling on true
  on conflict (org_id, fingerprint, starts_at) do nothing`

const SEEN_AGAIN = `
  update alert_instances set last_seen_at = now(), annotations = $4, page_url = $5 where ${KEY} and status <> 'resolved'`

const RESOLVE = `
  update alert_instances
     set status = 'resolved', ends_at = greatest($4::timestamptz, starts_at), resolved_by = $5, last_seen_at = now()
   where ${KEY} and status <> 'resolved'`

const INSERT_EVENT = `
  insert into alert_events (org_id, fingerprint, starts_at, happened_at, kind, actor) values ($1, $2, $3, $4, $5, $6)`
