// Reads alerts. In: a client bound to the organisation. Out: one instance with its timeline, or a page of instances.
import type { Client } from '../../shared/pg.ts'
import type { Page } from '../http/paging.ts'
import { selectPage } from '../http/select-page.ts'

export interface AlertRow {
  org_id: string
  fingerprint: string
  starts_at: Date
  alert_name: string
  severity: string
  status: 'firing' | 'resolved'
  labels: Record<string, string>
  annotations: Record<string, string>
  group_labels: Record<string, string>
  generator_url: string
  source: string
  ends_at: Date | null
  resolved_by: string | null
  resolution_note: string | null
  acknowledged_at: Date | null
  acknowledged_by: string | null
  acknowledge_note: string | null
  silenced_until: Date | null
  silence_id: string | null
  notifications: number
}

export interface AlertEvent {
  happened_at: Date
  kind: 'fired' | 'acknowledged' | 'snoozed' | 'note' | 'resolved' | 'reopened'
  actor: string
  note: string | null
}

const COLUMNS = `
  i.org_id, i.fingerprint, i.starts_at, i.alert_name, i.severity, i.status, i.labels, i.annotations, i.group_labels,
  i.generator_url, i.source, i.ends_at, i.resolved_by, i.resolution_note, i.acknowledged_at, i.acknowledged_by,
  i.acknowledge_note, i.silenced_until, i.silence_id,
  (select count(*)::int from alert_notifications n
    where n.org_id = i.org_id and n.fingerprint = i.fingerprint and n.starts_at = i.starts_at) as notifications`

/** The instance that started at `startsAt`, else the newest with this fingerprint. */
export async function readAlert(
  client: Client,
  orgId: string,
  fingerprint: string,
  startsAt?: Date,
): Promise<AlertRow | undefined> {
  const { rows } = await client.query<AlertRow>(
    `select ${COLUMNS} from alert_instances i
      where i.org_id = $1 and i.fingerprint = $2 and ($3::timestamptz is null or i.starts_at = $3)
      order by i.starts_at desc limit 1`,
    [orgId, fingerprint, startsAt ?? null],
  )
  return rows[0]
}

export async function readEvents(client: Client, alert: AlertRow): Promise<AlertEvent[]> {
  const { rows } = await client.query<AlertEvent>(
    `select happened_at, kind, actor, note from alert_events
      where org_id = $1 and fingerprint = $2 and starts_at = $3 order by event_id limit 500`,
    [alert.org_id, alert.fingerprint, alert.starts_at],
  )
  return rows
}

export interface AlertFilter extends Page {
  status?: 'firing' | 'resolved' | undefined
  alert_name?: string | undefined
  severity?: string | undefined
}

export async function listAlerts(client: Client, orgId: string, filter: AlertFilter) {
  const sql = `
    select ${COLUMNS}, count(*) over () as total from alert_instances i
     where i.org_id = $1 and ($2::text is null or i.status = $2) and ($3::text is null or i.alert_name = $3)
       and ($4::text is null or i.severity = $4)
     order by i.starts_at desc, i.fingerprint`
  const values = [orgId, filter.status ?? null, filter.alert_name ?? null, filter.severity ?? null]
  const { rows, total } = await selectPage<AlertRow>(client, { sql, values }, filter)
  return { alerts: rows, total }
}
