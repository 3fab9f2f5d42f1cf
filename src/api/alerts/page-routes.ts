// The pages behind mail links. In: a browser with a signed link, a mail template's key, or a signed-in session. Out: pages
// and, on POST only, actions. GET changes nothing: mail scanners follow links.
import express, { type Express, type Request, type Response } from 'express'
import type { Clock } from '../../shared/clock.ts'
import { AppError } from '../../shared/errors.ts'
import type { Logger } from '../../shared/logger.ts'
import { type Pool, withOrg } from '../../shared/pg.ts'
import type { Caller } from '../auth/caller.ts'
import { toAppError } from '../http/handle-error.ts'
import { sendPage } from '../http/page.ts'
import type { ActOnAlert } from './act-on-alert.ts'
import { parseForm } from './alert-form.ts'
import { alertPage, listPage, problemPage, signInPage } from './alert-page.ts'
import type { LinkClaims, Links } from './link.ts'
import { type LinkRole, mayAct, readLinkRole } from './link-rights.ts'
import { type AlertRow, listAlerts, readAlert, readEvents } from './read-alert.ts'
import type { Visitors } from './visitors.ts'

export interface PageParts {
  pool: Pool
  clock: Clock
  logger: Logger
  act: ActOnAlert
  links: Links
  visitors: Visitors
}

/** A good link, and what its holder may do now. */
interface Visit {
  claims: LinkClaims
  role: LinkRole
}

const TOKEN_LIFETIME_MS = 3_600_000

export function mountAlertPages(app: Express, parts: PageParts): void {
  const { pool, clock, act, links, visitors, logger } = parts
  const form = express.urlencoded({ extended: false, limit: '64kb' })

  /** The form carries the very token the page was opened with: looking at a page must not prolong a link. */
  const show = async (response: Response, token: string, { claims, role }: Visit, problem?: AppError) => {
    const found = await withOrg(pool, claims.orgId, async (client) => {
      const alert = await readAlert(client, claims.orgId, claims.fingerprint, new Date(claims.startsAt))
      return alert && { alert, events: await readEvents(client, alert) }
    })
    if (!found) throw new AppError('not_found', 'this alert is not in the history any more')
    const page = alertPage({
      ...found,
      token,
      actor: claims.actor || undefined,
      mayAct: mayAct(role),
      problem: problem?.message,
      nowMs: clock.nowMs(),
    })
    sendPage(response, problem?.status ?? 200, found.alert.annotations.summary ?? found.alert.alert_name, page)
  }
  const linkTo = async (alert: AlertRow, caller: Caller | undefined) => {
    const { org_id: orgId, fingerprint, starts_at } = alert
    const holder = caller === undefined ? null : { userId: caller.userId, via: caller.via }
    const claims = { orgId, fingerprint, startsAt: starts_at.toISOString(), actor: caller?.userId ?? '', holder }
    const token = await links.sign(claims, TOKEN_LIFETIME_MS)
    return `/alerts/${fingerprint}?t=${token}`
  }

  const verified = async (request: Request, token: string): Promise<Visit> => {
    const claims = await links.verify(token)
    if (claims.fingerprint !== request.params.fingerprint)
      throw new AppError('forbidden', 'this link is for another alert')
    const role = await readLinkRole(pool, claims.orgId, claims.holder)
    if (claims.mailed && !mayAct(role))
      throw new AppError('forbidden', 'this link was mailed to an admin who is none any more; sign in')
    if (role === undefined)
      throw new AppError(
        'forbidden',
        'this link was given to a member of the organisation who is none any more; sign in',
      )
    return { claims, role }
  }

  /** Errors become pages: a person is looking. */
  const page =
    (work: (request: Request, response: Response) => Promise<void>) => async (request: Request, response: Response) => {
      try {
        await work(request, response)
      } catch (thrown) {
        const error = toAppError(thrown)
        if (error.status >= 500)
          logger.error({ err: error.cause ?? thrown, request_id: response.locals.requestId }, error.message)
        if (error.status === 401) sendPage(response, 401, 'Sign in', signInPage(request.originalUrl))
        else sendPage(response, error.status, 'Alert', problemPage('This did not work', error.message))
      }
    }

  app.get(
    '/alerts',
    page(async (request, response) => {
      const { caller, orgId } = await visitors.signedIn(request)
      const { alerts } = await withOrg(pool, orgId, (client) => listAlerts(client, orgId, { page: 1, limit: 100 }))
      const addresses = await Promise.all(alerts.map((alert) => linkTo(alert, caller)))
      sendPage(response, 200, 'Alerts', listPage(alerts, addresses))
    }),
  )

  app.post(
    '/alerts/sign-in',
    form,
    page(async (request, response) => {
      response.set('Set-Cookie', await visitors.signIn(request.body))
      response.redirect(303, visitors.nextOf(request.body))
    }),
  )

  app.get(
    '/alerts/:fingerprint',
    page(async (request, response) => {
      const { t, k, s } = request.query
      if (typeof t === 'string') return show(response, t, await verified(request, t))
      const alert =
        typeof k === 'string' && k !== ''
          ? {
              row: await visitors.alertByMailKey(k, request.params.fingerprint as string, String(s)),
              caller: undefined,
            }
          : await visitors.alertBySession(request, request.params.fingerprint as string)
      // The mail's key leaves the address bar; what stays there works for this alert only, and not for long.
      response.redirect(302, await linkTo(alert.row, alert.caller))
    }),
  )

  app.post(
    '/alerts/:fingerprint',
    form,
    page(async (request, response) => {
      const { t } = request.body ?? {}
      const token = typeof t === 'string' ? t : ''
      const visit = await verified(request, token)
      const { claims, role } = visit
      try {
        const { actor, action } = parseForm(request.body, claims.actor, clock.nowMs())
        if (action.kind !== 'note' && !mayAct(role))
          throw new AppError('forbidden', `this needs role admin in ${claims.orgId}; you are ${role}`)
        const target = { orgId: claims.orgId, fingerprint: claims.fingerprint, startsAt: new Date(claims.startsAt) }
        await act(target, actor, action)
        response.redirect(303, `/alerts/${claims.fingerprint}?t=${token}`)
      } catch (error) {
        const problem = toAppError(error)
        if (problem.status >= 500 || problem.status === 404) throw problem
        await show(response, token, visit, problem)
      }
    }),
  )
}
