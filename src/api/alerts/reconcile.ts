// Completes alert history from what Alertmanager and Prometheus know: deliveries that never came (the api was down) and
// resolutions that never come (Alertmanager notifies of nothing while a silence lasts). In: their APIs. Out: instances
// fired, resolved or reopened. Safe to run at any time, as often as one likes.
import type { Clock } from '../../shared/clock.ts'
import { type Pool, withOrg } from '../../shared/pg.ts'
import { withAllOrganisations } from '../all-organisations.ts'
import type { ApiMetrics } from '../metrics.ts'
import type { AlertGroup, AlertmanagerClient } from './alertmanager-client.ts'
import { type FiringHistory, readFiringHistory } from './firing-history.ts'
import type { PrometheusClient } from './prometheus-client.ts'
import type { RecordAlerts } from './record-alerts.ts'
import type { Silences } from './silences.ts'
import { type AlertReport, defaultGroup, orgOfLabels, toMilliseconds } from './webhook-body.ts'

export interface ReconcileParts {
  pool: Pool
  recordAlerts: RecordAlerts
  metrics: ApiMetrics
  clock: Clock
  alertmanager: AlertmanagerClient
  prometheus: PrometheusClient
  silences: Silences
  windowMs: number
  graceMs: number
}

/** Somebody closed it, yet it still fires after this long: it is open again. */
const REOPEN_MS = 15 * 60_000

export function createReconcile(parts: ReconcileParts): () => Promise<void> {
  const { pool, recordAlerts, metrics, clock, alertmanager, prometheus, silences, windowMs, graceMs } = parts
  const count = (change: string, by: number) => by > 0 && metrics.alertsReconciled.inc({ change }, by)

  return async () => {
    const active = toActiveReports(await alertmanager.groups())
    const fired = await recordAlerts(active, 'alertmanager')
    count('fired', fired.filter((change) => change === 'fired').length)
    count('reopened', await reopen(pool, active, { nowMs: clock.nowMs(), graceMs }))

    const history = await readFiringHistory(prometheus, windowMs, clock.nowMs())
    const known = await knownInstances(pool, clock.nowMs() - windowMs)
    const missing = history.missing(known)
    const recorded = await recordAlerts(missing, 'prometheus')
    count('found_in_prometheus', recorded.filter((change) => change !== 'known').length)

    const activeKeys = new Set(active.map(keyOf))
    const gone = known.filter(
      (one) => one.status === 'firing' && !activeKeys.has(keyOf(one)) && clock.nowMs() - one.lastSeenMs > graceMs,
    )
    count('resolved', await resolveGone(pool, gone, history))
    for (const orgId of new Set([...known.map((one) => one.orgId), ...active.map((one) => one.orgId)]))
      await silences.settle(orgId)
  }
}

export interface KnownInstance {
  orgId: string
  fingerprint: string
  startsAt: string
  status: string
  startMs: number
  endMs: number | undefined
  lastSeenMs: number
}

const keyOf = (one: { orgId: string; fingerprint: string; startsAt: string }) =>
  `${one.orgId} ${one.fingerprint} ${one.startsAt}`

function toActiveReports(groups: AlertGroup[]): AlertReport[] {
  const reports = new Map<string, AlertReport>()
  for (const group of groups) {
    for (const alert of group.alerts) {
      // A route with `continue` shows an alert in several groups; the first is as good as the next.
      if (
        alert.labels.alertname === undefined ||
        alert.labels.alertname === 'Watchdog' ||
        reports.has(alert.fingerprint)
      )
        continue
      reports.set(alert.fingerprint, {
        orgId: orgOfLabels(alert.labels),
        fingerprint: alert.fingerprint,
        startsAt: toMilliseconds(alert.startsAt),
        endsAt: undefined,
        alertName: alert.labels.alertname,
        severity: alert.labels.severity ?? 'none',
        labels: alert.labels,
        annotations: alert.annotations,
        generatorUrl: alert.generatorURL ?? '',
        groupLabels: Object.keys(group.labels).length > 0 ? group.labels : defaultGroup(alert.labels),
        receiver: group.receiver.name,
      })
    }
  }
  return [...reports.values()]
}

async function reopen(
  pool: Pool,
  active: AlertReport[],
  { nowMs, graceMs }: { nowMs: number; graceMs: number },
): Promise<number> {
  let reopened = 0
  for (const [orgId, own] of Map.groupBy(active, (report) => report.orgId)) {
    await withOrg(pool, orgId, async (client) => {
      const values = [
        orgId,
        own.map((report) => report.fingerprint),
        own.map((report) => report.startsAt),
        new Date(nowMs - graceMs),
        new Date(nowMs - REOPEN_MS),
      ]
      reopened += (await client.query(REOPEN, values)).rowCount ?? 0
    })
  }
  return reopened
}

async function knownInstances(pool: Pool, sinceMs: number): Promise<KnownInstance[]> {
  const { rows } = await withAllOrganisations(pool, (client) =>
    client.query<{
      org_id: string
      fingerprint: string
      status: string
      starts_at: Date
      ends_at: Date | null
      last_seen_at: Date
    }>(
      `select org_id, fingerprint, status, starts_at, ends_at, last_seen_at from alert_instances
        where status = 'firing' or ends_at >= $1::timestamptz - interval '1 hour'`,
      [new Date(sinceMs)],
    ),
  )
  return rows.map((row) => ({
    orgId: row.org_id,
    fingerprint: row.fingerprint,
    startsAt: row.starts_at.toISOString(),
    status: row.status,
    startMs: row.starts_at.getTime(),
    endMs: row.ends_at?.getTime(),
    lastSeenMs: row.last_seen_at.getTime(),
  }))
}

/** Alertmanager does not know it any more. Prometheus has the last word: an Alertmanager that restarted knows nothing for a while. */
async function resolveGone(pool: Pool, gone: KnownInstance[], history: FiringHistory): Promise<number> {
  let resolved = 0
  for (const one of gone) {
    const end = history.endOf(one)
    if (end === 'still firing') continue
    const values = [
      one.orgId,
      one.fingerprint,
      one.startsAt,
      new Date(end ?? one.lastSeenMs),
      end === undefined ? 'alertmanager' : 'prometheus',
    ]
    await withOrg(pool, one.orgId, async (client) => {
      resolved += (await client.query(RESOLVE, values)).rowCount ?? 0
    })
  }
  return resolved
}

const REOPEN = `
  with still as (
    update alert_instances i set status = 'firing', ends_at = null, resolved_by = null, resolution_note = null, last_seen_at = now()
      from unnest($2::text[], $3::timestamptz[]) as active (fingerprint, starts_at)
     where i.org_id = $1 and i.fingerprint = active.fingerprint and i.starts_at = active.starts_at and i.status = 'resolved'
       and i.last_seen_at < case when i.resolved_by in ('webhook', 'alertmanager', 'prometheus') then $4::timestamptz else $5::timestamptz end
    returning i.fingerprint, i.starts_at)
  insert into alert_events (org_id, fingerprint, starts_at, kind, actor, note)
  select $1, fingerprint, starts_at, 'reopened', 'alertmanager', 'it still fires' from still`

const RESOLVE = `
  with ended as (
    update alert_instances set status = 'resolved', ends_at = greatest($4::timestamptz, starts_at), resolved_by = $5, last_seen_at = now()
     where org_id = $1 and fingerprint = $2 and starts_at = $3 and status = 'firing' returning ends_at)
  insert into alert_events (org_id, fingerprint, starts_at, happened_at, kind, actor)
  select $1, $2, $3, ends_at, 'resolved', $5 from ended`
