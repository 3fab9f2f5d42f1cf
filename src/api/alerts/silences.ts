// Keeps Alertmanager's silences as alert_instances wants them. In: an organisation. Out: a silence for each acknowledged or
// snoozed group that has none yet, and an end to silences nothing firing stands behind: the next time it fires, it mails.
// Everything is derived from the table, so a run that failed half-way is finished by the next.
import type { Clock } from '../../shared/clock.ts'
import { type Pool, withOrg } from '../../shared/pg.ts'
import type { AlertmanagerClient } from './alertmanager-client.ts'

export type Silences = ReturnType<typeof createSilences>

interface WantedSilence {
  group_labels: Record<string, string>
  alert_name: string
  labels: Record<string, string>
  silenced_until: Date
  actor: string
  note: string | null
}

export function createSilences(pool: Pool, alertmanager: AlertmanagerClient, clock: Clock) {
  const settle = async (orgId: string): Promise<void> => {
    const { wanted, active } = await withOrg(pool, orgId, async (client) => ({
      wanted: (await client.query<WantedSilence>(WANTED, [orgId, new Date(clock.nowMs())])).rows,
      active: (await client.query<{ silence_id: string }>(NO_LONGER_NEEDED, [orgId, new Date(clock.nowMs())])).rows,
    }))
    for (const silence of wanted) {
      const silenceId = await alertmanager.silence({
        matchLabels: matchLabelsOf(silence),
        fromMs: clock.nowMs(),
        untilMs: silence.silenced_until.getTime(),
        createdBy: silence.actor,
        comment: silence.note ?? 'from Spanledger',
      })
      await withOrg(pool, orgId, async (client) => {
        await client.query(SET_SILENCE, [
          orgId,
          silence.group_labels,
          silenceId,
          silence.silenced_until,
          silence.alert_name,
        ])
        await client.query(REMEMBER, [orgId, silenceId])
      })
    }
    for (const { silence_id } of active) {
      await alertmanager.endSilence(silence_id)
      await withOrg(pool, orgId, (client) => client.query(FORGET, [orgId, silence_id]))
    }
  }
  return { settle }
}

/**
 * The group and nothing wider: its labels, its alert name, and its organisation; without one, only alerts without one.
 * Alertmanager reads `org_id=""` as "has no such label".
 */
export function matchLabelsOf({
  group_labels,
  labels,
  alert_name,
}: Pick<WantedSilence, 'group_labels' | 'labels' | 'alert_name'>) {
  return { ...group_labels, alertname: alert_name, org_id: labels.org_id ?? '' }
}

const WANTED = `
  select distinct on (i.group_labels, i.alert_name) i.group_labels, i.alert_name, i.labels, i.silenced_until,
         coalesce(e.actor, 'spanledger') as actor, e.note
    from alert_instances i
    left join lateral (
      select actor, note from alert_events e
       where e.org_id = i.org_id and e.fingerprint = i.fingerprint and e.starts_at = i.starts_at and e.kind in ('acknowledged', 'snoozed')
       order by e.event_id desc limit 1) as e on true
   where i.org_id = $1 and i.status = 'firing' and i.silenced_until > $2 and i.silence_id is null
   order by i.group_labels, i.alert_name, i.silenced_until desc`

// Only where the wish is still the one the silence was made for.
const SET_SILENCE = `
  update alert_instances set silence_id = $3
   where org_id = $1 and group_labels = $2 and status = 'firing' and silence_id is null and silenced_until = $4
     and alert_name = $5`

const REMEMBER = 'insert into alert_silences (org_id, silence_id) values ($1, $2) on conflict do nothing'

const NO_LONGER_NEEDED = `
  select s.silence_id from alert_silences s
   where s.org_id = $1 and s.ended_at is null
     and not exists (
       select from alert_instances i
        where i.org_id = s.org_id and i.silence_id = s.silence_id and i.status = 'firing' and i.silenced_until > $2)`

const FORGET = 'update alert_silences set ended_at = now() where org_id = $1 and silence_id = $2'
