// Live tail of alerts and logs, for a browser or a terminal. In: a signed-in caller. Out: an event stream of the own
// organisation.
import { z } from 'zod'
import { type Pool, withOrg } from '../../shared/pg.ts'
import { sendEvents } from '../http/event-stream.ts'
import { type AnyRoute, defineRoute } from '../http/route.ts'

const MAX_EVENTS_PER_POLL = 200

export function liveRoutes(pool: Pool): AnyRoute[] {
  const query = async <T extends object>(orgId: string, sql: string, values: unknown[]) =>
    withOrg(pool, orgId, async (client) => (await client.query<T & { position: string }>(sql, [orgId, ...values])).rows)
  const tailOf = (
    orgId: string,
    isPosition: (text: string) => boolean,
    [now, since]: Questions,
    extra: unknown[] = [],
  ) => ({
    isPosition,
    now: async () => (await query(orgId, now, []))[0]?.position ?? '0',
    since: async (position: string) =>
      (await query(orgId, since, [position, ...extra])).map(({ position: at, ...data }) => ({ position: at, data })),
  })
  return [
    defineRoute({
      method: 'get',
      path: '/api/v1/alerts/live',
      operationId: 'tailAlerts',
      summary: 'What happens to alerts, as it happens (server-sent events)',
      tag: 'alerts',
      access: 'member',
      data: z.unknown(),
      alsoProduces: ['text/event-stream'],
      async handle({ request, response, orgId }) {
        await sendEvents(request, response, 'alert', tailOf(orgId, isEventId, ALERTS))
        return undefined
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/v1/logs/live',
      operationId: 'tailLogs',
      summary: 'Log records, as they are booked (server-sent events)',
      tag: 'logs',
      access: 'member',
      query: z.object({ level: z.string().max(16).toLowerCase().optional().describe('only this level, e.g. error') }),
      data: z.unknown(),
      alsoProduces: ['text/event-stream'],
      async handle({ request, response, orgId, query: { level } }) {
        await sendEvents(request, response, 'log', tailOf(orgId, isMomentAndId, LOGS, [level ?? null]))
        return undefined
      },
    }),
  ]
}

/** SQL for the position now, and for what came after a position. */
type Questions = readonly [now: string, since: string]

const isEventId = (text: string): boolean => /^\d{1,18}$/.test(text)
/** When a record was booked, and its id (nothing for the position of the start). */
const isMomentAndId = (text: string): boolean => {
  const [, moment = ''] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)_[0-9a-f-]{0,36}$/.exec(text) ?? []
  return !Number.isNaN(Date.parse(moment))
}

const ALERTS_NOW = 'select coalesce(max(event_id), 0)::text as position from alert_events where org_id = $1'
const ALERTS_SINCE = `
  select e.event_id::text as position, e.kind, e.actor, e.note, e.happened_at, i.alert_name, i.severity, i.status, i.fingerprint, i.starts_at
    from alert_events e join alert_instances i using (org_id, fingerprint, starts_at)
   where e.org_id = $1 and e.event_id > $2::bigint
   order by e.event_id limit ${MAX_EVENTS_PER_POLL}`
const ALERTS: Questions = [ALERTS_NOW, ALERTS_SINCE]

// By time of booking: records of the past hour that arrive late are shown too.
const LOGS_NOW = `select to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '_' as position where $1::text is not null`
const LOGS_SINCE = `
  select to_char(received_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '_' || log_id as position,
         time, level, body, trace_id, span_id, deal_id, feature, service_name
    from structured_logs
   where org_id = $1 and time > now() - interval '1 hour' and ($3::text is null or level = $3)
     and (received_at, log_id::text) > (split_part($2, '_', 1)::timestamptz, split_part($2, '_', 2))
   order by received_at, log_id::text limit ${MAX_EVENTS_PER_POLL}`
const LOGS: Questions = [LOGS_NOW, LOGS_SINCE]
