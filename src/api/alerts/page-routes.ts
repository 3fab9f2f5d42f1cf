// The pages behind mail links. In: a browser with a signed link, a mail template's key, or a signed-in session. Out: pages
// and, on POST only, actions. GET changes nothing: mail scanners follow links.
import express, { type Express, type Request, type Response } from 'express'
import type { Clock } from '../../shared/clock.ts'
import { AppError } from '../../shared/errors.ts'
import type { Logger } from '../../shared/logger.ts'
import { type Pool, withOrg } from '../../shared/pg.ts'
import { isAdmin } from '../alert-mail/recipients.ts'
import { toAppError } from '../http/handle-error.ts'
import { sendPage } from '../http/page.ts'
import type { ActOnAlert } from './act-on-alert.ts'
import { parseForm } from './alert-form.ts'
import { alertPage, listPage, problemPage, signInPage } from './alert-page.ts'
import type { LinkClaims, Links } from './link.ts'
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

const TOKEN_LIFETIME_MS = 3_600_000

export function mountAlertPages(app: Express, parts: PageParts): void {
  const { pool, clock, act, links, visitors, logger } = parts
  const form = express.urlencoded({ extended: false, limit: '64kb' })

  /** The form carries the very token the page was opened with: looking at a page must not prolong a link. */
  const show = async (response: Response, token: string, claims: LinkClaims, problem?: AppError) => {
    const found = await withOrg(pool, claims.orgId, async (client) => {
      const alert = await readAlert(client, claims.orgId, claims.fingerprint, new Date(claims.startsAt))
      return alert && { alert, events: await readEvents(client, alert) }
    })
    if (!found) throw new AppError('not_found', 'this alert is not in the history any more')
    const page = alertPage({
      ...found,
      token,
      actor: claims.actor || undefined,
      problem: problem?.message,
      nowMs: clock.nowMs(),
    })
    sendPage(response, problem?.status ?? 200, found.alert.annotations.summary ?? found.alert.alert_name, page)
  }
  const linkTo = async (alert: AlertRow, actor: string) => {
    const { org_id: orgId, fingerprint, starts_at } = alert
    const token = await links.sign({ orgId, fingerprint, startsAt: starts_at.toISOString(), actor }, TOKEN_LIFETIME_MS)
    return `/alerts/${fingerprint}?t=${token}`
  }

  const verified = async (request: Request, token: string): Promise<LinkClaims> => {
    const claims = await links.verify(token)
    if (claims.fingerprint !== request.params.fingerprint)
      throw new AppError('forbidden', 'this link is for another alert')
    const { mailedTo, orgId } = claims
    if (mailedTo !== undefined && !(await withOrg(pool, orgId, (client) => isAdmin(client, orgId, mailedTo))))
      throw new AppError('forbidden', 'this link was mailed to an admin who is none any more; sign in')
    return claims
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
      const addresses = await Promise.all(alerts.map((alert) => linkTo(alert, caller.userId)))
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
      const { t, k } = request.query
      if (typeof t === 'string') return show(response, t, await verified(request, t))
      const alert =
        typeof k === 'string' && k !== ''
          ? { row: await visitors.alertByMailKey(k, request.params.fingerprint as string), actor: '' }
          : await visitors.alertBySession(request, request.params.fingerprint as string)
      // The mail's key leaves the address bar; what stays there works for this alert only, and not for long.
      response.redirect(302, await linkTo(alert.row, alert.actor))
    }),
  )

  app.post(
    '/alerts/:fingerprint',
    form,
    page(async (request, response) => {
      const { t } = request.body ?? {}
      const token = typeof t === 'string' ? t : ''
      const claims = await verified(request, token)
      try {
        const { actor, action } = parseForm(request.body, claims.actor, clock.nowMs())
        const target = { orgId: claims.orgId, fingerprint: claims.fingerprint, startsAt: new Date(claims.startsAt) }
        await act(target, actor, action)
        response.redirect(303, `/alerts/${claims.fingerprint}?t=${token}`)
      } catch (error) {
        const problem = toAppError(error)
        if (problem.status >= 500 || problem.status === 404) throw problem
        await show(response, token, claims, problem)
      }
    }),
  )
}
