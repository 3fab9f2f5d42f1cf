// Alert history over HTTP. In: filters, or an action. Out: instances with their timeline; acknowledge, snooze, resolve, note.
import { z } from 'zod'
import type { Clock } from '../../shared/clock.ts'
import { AppError } from '../../shared/errors.ts'
import { type Pool, withOrg } from '../../shared/pg.ts'
import { pageMeta, pageQuery } from '../http/paging.ts'
import { type AnyRoute, defineRoute } from '../http/route.ts'
import type { ActOnAlert, AlertAction } from './act-on-alert.ts'
import { ALERT, EVENT, RESPONSE_TIME, toAlertData, toEventData } from './alert-data.ts'
import type { Links } from './link.ts'
import { type AlertRow, listAlerts, readAlert, readEvents } from './read-alert.ts'

export const NOTE = z.string().trim().min(1).max(2000)
/** How long an acknowledgement or snooze silences a group. */
export const SILENCE_MINUTES = z.coerce
  .number()
  .int()
  .min(5)
  .max(7 * 24 * 60)
export const ACKNOWLEDGE_MINUTES = 240
export const LINK_LIFETIME_MS = 24 * 3_600_000

const PATH = '/api/v1/alerts'
const PARAMS = z.object({ fingerprint: z.string().regex(/^[0-9a-f]{16}$/, 'not a fingerprint (16 hex digits)') })
const WHICH = {
  starts_at: z.iso.datetime({ offset: true }).optional().describe('which instance; the newest when left out'),
}
const ONE = ALERT.extend({ events: z.array(EVENT) })

interface Parts {
  pool: Pool
  clock: Clock
  act: ActOnAlert
  links: Links
  publicUrl: string
}

export function alertRoutes({ pool, clock, act, links, publicUrl }: Parts): AnyRoute[] {
  const withEvents = (orgId: string, alert: AlertRow) =>
    withOrg(pool, orgId, async (client) => ({
      ...toAlertData(alert),
      events: (await readEvents(client, alert)).map(toEventData),
    }))
  const find = async (orgId: string, fingerprint: string, startsAt?: string) => {
    const alert = await withOrg(pool, orgId, (client) =>
      readAlert(client, orgId, fingerprint, startsAt === undefined ? undefined : new Date(startsAt)),
    )
    if (!alert) throw new AppError('not_found', `no alert ${fingerprint} in this organisation`)
    return alert
  }
  const until = (minutes: number) => new Date(clock.nowMs() + minutes * 60_000)

  const action = <B extends z.ZodType>(
    name: string,
    access: 'member' | 'admin',
    summary: string,
    body: B,
    toAction: (body: z.output<B>) => AlertAction,
  ) =>
    defineRoute({
      method: 'post',
      path: `${PATH}/{fingerprint}/${name}`,
      operationId: `${name}Alert`,
      summary,
      tag: 'alerts',
      access,
      params: PARAMS,
      query: z.object(WHICH),
      body,
      data: ONE,
      async handle({ params, query, body, orgId, caller }) {
        const target = { orgId, ...params, ...(query.starts_at && { startsAt: new Date(query.starts_at) }) }
        const alert = await act(target, caller?.userId ?? '', toAction(body as z.output<B>))
        return { data: await withEvents(orgId, alert) }
      },
    })

  return [
    defineRoute({
      method: 'get',
      path: PATH,
      operationId: 'listAlerts',
      summary: 'What fires and what fired, newest first',
      tag: 'alerts',
      access: 'member',
      query: z.object({
        status: z.enum(['firing', 'resolved']).optional(),
        alert_name: z.string().max(256).optional(),
        severity: z.string().max(64).optional(),
        ...pageQuery(),
      }),
      data: z.array(ALERT),
      async handle({ query, orgId }) {
        const { alerts, total } = await withOrg(pool, orgId, (client) => listAlerts(client, orgId, query))
        const { page: _page, limit: _limit, ...filters } = query
        const given = Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined)) as Record<
          string,
          string
        >
        return {
          data: alerts.map(toAlertData),
          meta: pageMeta(query, total),
          filtersApplied: { organization_id: orgId, ...given },
        }
      },
    }),
    defineRoute({
      method: 'get',
      path: `${PATH}/response-times`,
      operationId: 'getAlertResponseTimes',
      summary: 'Mean time to acknowledge and to resolve, per alert',
      tag: 'alerts',
      access: 'member',
      query: z.object({ days: z.coerce.number().int().min(1).max(365).default(30) }),
      data: z.array(RESPONSE_TIME),
      async handle({ query, orgId }) {
        const now = clock.nowMs()
        const { rows } = await withOrg(pool, orgId, (client) =>
          client.query('select * from alert_response_times($1, $2)', [
            new Date(now - query.days * 86_400_000),
            new Date(now),
          ]),
        )
        return { data: rows, filtersApplied: { organization_id: orgId, days: query.days } }
      },
    }),
    defineRoute({
      method: 'get',
      path: `${PATH}/{fingerprint}`,
      operationId: 'getAlert',
      summary: 'One alert with what happened to it',
      tag: 'alerts',
      access: 'member',
      params: PARAMS,
      query: z.object(WHICH),
      data: ONE,
      handle: async ({ params, query, orgId }) => ({
        data: await withEvents(orgId, await find(orgId, params.fingerprint, query.starts_at)),
      }),
    }),
    defineRoute({
      method: 'post',
      path: `${PATH}/{fingerprint}/link`,
      operationId: 'linkAlert',
      summary: 'A signed link to the page of an alert, valid for a day',
      tag: 'alerts',
      access: 'member',
      params: PARAMS,
      query: z.object(WHICH),
      data: z.object({ url: z.string(), expires_at: z.iso.datetime() }).strict(),
      async handle({ params, query, orgId, caller }) {
        const alert = await find(orgId, params.fingerprint, query.starts_at)
        const claims = {
          orgId,
          fingerprint: alert.fingerprint,
          startsAt: alert.starts_at.toISOString(),
          actor: caller?.userId ?? '',
          holder: caller === undefined ? null : { userId: caller.userId, via: caller.via },
        }
        const token = await links.sign(claims, LINK_LIFETIME_MS)
        const expires_at = new Date(clock.nowMs() + LINK_LIFETIME_MS).toISOString()
        return { data: { url: `${publicUrl}/alerts/${alert.fingerprint}?t=${token}`, expires_at } }
      },
    }),
    action(
      'acknowledge',
      'admin',
      'Take an alert: its group is silenced and shows who has it',
      z
        .object({
          note: NOTE.optional(),
          minutes: SILENCE_MINUTES.default(ACKNOWLEDGE_MINUTES),
          take_over: z.boolean().default(false),
        })
        .strict(),
      (body) => ({ kind: 'acknowledge', note: body.note, until: until(body.minutes), takeOver: body.take_over }),
    ),
    action(
      'snooze',
      'admin',
      'Silence the group for a while without taking it',
      z.object({ note: NOTE.optional(), minutes: SILENCE_MINUTES }).strict(),
      (body) => ({ kind: 'snooze', note: body.note, until: until(body.minutes) }),
    ),
    action('resolve', 'admin', 'Close an alert', z.object({ note: NOTE.optional() }).strict(), (body) => ({
      kind: 'resolve',
      note: body.note,
    })),
    action('note', 'member', 'Add a note', z.object({ note: NOTE }).strict(), (body) => ({
      kind: 'note',
      note: body.note,
    })),
  ]
}
