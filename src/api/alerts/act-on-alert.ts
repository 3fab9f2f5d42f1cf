// What people do about an alert. In: an alert, who acts, and the action. Out: the change and its line in the timeline, then
// the silence in Alertmanager. The database comes first: when Alertmanager does not answer, the acknowledgement stands and
// the silence job makes the silence later.
import { AppError } from '../../shared/errors.ts'
import type { Logger } from '../../shared/logger.ts'
import { type Client, type Pool, withOrg } from '../../shared/pg.ts'
import { type AlertRow, readAlert } from './read-alert.ts'
import type { Silences } from './silences.ts'

export type AlertAction =
  | { kind: 'acknowledge'; until: Date; note: string | undefined; takeOver: boolean }
  | { kind: 'snooze'; until: Date; note: string | undefined }
  | { kind: 'resolve'; note: string | undefined }
  | { kind: 'note'; note: string }

export interface AlertTarget {
  orgId: string
  fingerprint: string
  /** Left out: the newest instance. */
  startsAt?: Date
}

export type ActOnAlert = (target: AlertTarget, actor: string, action: AlertAction) => Promise<AlertRow>

export function createActOnAlert(pool: Pool, silences: Silences, logger: Logger): ActOnAlert {
  return async (target, actor, action) => {
    const changed = await withOrg(pool, target.orgId, async (client) => {
      const alert = await lockAlert(client, target)
      await CHANGES[action.kind](client, alert, actor, action as never)
      return alert
    })
    if (action.kind !== 'note') {
      await silences
        .settle(changed.org_id)
        .catch((error: unknown) =>
          logger.warn({ err: error, org_id: changed.org_id }, 'silence not settled yet; tried again'),
        )
    }
    const after = await withOrg(pool, target.orgId, (client) =>
      readAlert(client, changed.org_id, changed.fingerprint, changed.starts_at),
    )
    return after ?? changed
  }
}

/** Locks every firing instance of the alert's group in key order, so that two people acting at once take turns. */
async function lockAlert(client: Client, { orgId, fingerprint, startsAt }: AlertTarget): Promise<AlertRow> {
  const found = await readAlert(client, orgId, fingerprint, startsAt)
  if (!found) throw new AppError('not_found', `no alert ${fingerprint} in this organisation`)
  await client.query(
    `select from alert_instances where org_id = $1 and (group_labels = $2 and status = 'firing' or fingerprint = $3 and starts_at = $4)
      order by fingerprint, starts_at for update`,
    [orgId, found.group_labels, fingerprint, found.starts_at],
  )
  return (await readAlert(client, orgId, fingerprint, found.starts_at)) ?? found
}

const CHANGES: {
  [K in AlertAction['kind']]: (
    client: Client,
    alert: AlertRow,
    actor: string,
    action: Extract<AlertAction, { kind: K }>,
  ) => Promise<void>
} = {
  acknowledge: async (client, alert, actor, { until, note, takeOver }) => {
    mustFire(alert, 'acknowledged')
    if (alert.acknowledged_by && alert.acknowledged_by !== actor && !takeOver) {
      throw new AppError(
        'conflict',
        `${alert.acknowledged_by} has this since ${alert.acknowledged_at?.toISOString()}; take it over if you must`,
        {
          details: { acknowledged_by: alert.acknowledged_by, acknowledged_at: alert.acknowledged_at },
        },
      )
    }
    await client.query(
      `with taken as (
         update alert_instances set acknowledged_at = coalesce(acknowledged_at, now()), acknowledged_by = $3, acknowledge_note = $4,
                silenced_until = $5, silence_id = null
          where org_id = $1 and group_labels = $2 and status = 'firing' returning fingerprint, starts_at)
       insert into alert_events (org_id, fingerprint, starts_at, kind, actor, note)
       select $1, fingerprint, starts_at, 'acknowledged', $3, $4 from taken`,
      [alert.org_id, alert.group_labels, actor, note ?? null, until],
    )
  },
  snooze: async (client, alert, actor, { until, note }) => {
    mustFire(alert, 'snoozed')
    await client.query(
      `with snoozed as (
         update alert_instances set silenced_until = $5, silence_id = null
          where org_id = $1 and group_labels = $2 and status = 'firing' returning fingerprint, starts_at)
       insert into alert_events (org_id, fingerprint, starts_at, kind, actor, note)
       select $1, fingerprint, starts_at, 'snoozed', $3, concat_ws(': ', 'until ' || to_char($5::timestamptz at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'), $4::text)
         from snoozed`,
      [alert.org_id, alert.group_labels, actor, note ?? null, until],
    )
  },
  resolve: async (client, alert, actor, { note }) => {
    mustFire(alert, 'resolved')
    await client.query(
      `update alert_instances set status = 'resolved', ends_at = greatest(now(), starts_at), resolved_by = $4, resolution_note = $5
        where org_id = $1 and fingerprint = $2 and starts_at = $3`,
      [alert.org_id, alert.fingerprint, alert.starts_at, actor, note ?? null],
    )
    await addEvent(client, alert, 'resolved', actor, note)
  },
  note: (client, alert, actor, { note }) => addEvent(client, alert, 'note', actor, note),
}

function mustFire(alert: AlertRow, verb: string): void {
  if (alert.status !== 'firing')
    throw new AppError(
      'conflict',
      `this alert was resolved at ${alert.ends_at?.toISOString()}; it cannot be ${verb} any more`,
    )
}

const addEvent = async (client: Client, alert: AlertRow, kind: string, actor: string, note: string | undefined) => {
  await client.query(
    'insert into alert_events (org_id, fingerprint, starts_at, kind, actor, note) values ($1, $2, $3, $4, $5, $6)',
    [alert.org_id, alert.fingerprint, alert.starts_at, kind, actor, note ?? null],
  )
}
