// Who looks at an alert's page without a signed link. In: the key from a mail, or a session. Out: the alert they may see.
// The mail's key says "somebody who receives the alert mails": it opens alerts that began on the day the mail's did, which
// they got by mail anyway, while they are recent, and nothing else.
import type { Request } from 'express'
import { z } from 'zod'
import { mailLinkKey } from '../../../prometheus/mail-link-keys.ts'
import type { Clock } from '../../shared/clock.ts'
import { AppError } from '../../shared/errors.ts'
import { type Pool, withOrg } from '../../shared/pg.ts'
import { withAllOrganisations } from '../all-organisations.ts'
import { type Authenticate, sameSecret } from '../auth/authenticate.ts'
import type { Caller } from '../auth/caller.ts'
import { organisationOf } from '../auth/guard.ts'
import { type AlertRow, readAlert } from './read-alert.ts'

export type Visitors = ReturnType<typeof createVisitors>

const COOKIE = 'spanledger_session'
/** A link in a mail works while the alert fires and this long after it ended. */
const MAIL_LINK_LIFETIME_MS = 7 * 86_400_000

const SIGN_IN = z.object({
  credential: z.string().min(1, 'write an access token or an API key').max(4096),
  organization: z.string().max(128).default(''),
})

export function createVisitors(parts: {
  pool: Pool
  clock: Clock
  authenticate: Authenticate
  /** Behind the keys in links of mails; none: links in mails ask to sign in. */
  mailKeys: readonly string[]
  /** Served over https: the cookie is for https only. */
  secure: boolean
}) {
  const { pool, clock, authenticate, mailKeys, secure } = parts

  const signedIn = async (request: Request): Promise<{ caller: Caller; orgId: string }> => {
    const session = sessionOf(request)
    if (session) {
      request.headers.authorization = `Bearer ${session.credential}`
      if (session.organization) request.headers['x-organization-id'] = session.organization
    }
    const caller = await authenticate(request)
    return { caller, orgId: organisationOf(request, caller).orgId }
  }
  const alertOfAnyone = async (fingerprint: string, startsAt: Date) => {
    const rows = await withAllOrganisations(pool, async (client) => {
      const sql = 'select org_id from alert_instances where fingerprint = $1 and starts_at = $2'
      return (await client.query<{ org_id: string }>(sql, [fingerprint, startsAt])).rows
    })
    const orgId = rows[0]?.org_id
    if (orgId === undefined) return undefined
    return withOrg(pool, orgId, (client) => readAlert(client, orgId, fingerprint, startsAt))
  }
  return {
    signedIn,

    /** @param startedMs when the mail says the alert began, Unix ms as text */
    async alertByMailKey(key: string, fingerprint: string, startedMs: string): Promise<AlertRow> {
      const startsAt = new Date(/^\d{1,15}$/.test(startedMs) ? Number(startedMs) : Number.NaN)
      const isOf = (secret: string) => sameSecret(key, mailLinkKey(secret, startsAt.getTime()))
      if (Number.isNaN(startsAt.getTime()) || !mailKeys.some(isOf))
        throw new AppError(
          'forbidden',
          'this link is not valid: it was altered or cut off; open it again from the mail, or sign in',
        )
      const alert = await alertOfAnyone(fingerprint, startsAt)
      if (!alert) throw new AppError('not_found', 'this alert is not in the history (yet); try again in a minute')
      if (alert.ends_at && clock.nowMs() - alert.ends_at.getTime() > MAIL_LINK_LIFETIME_MS)
        throw new AppError(
          'forbidden',
          'this link has expired: the alert ended more than 7 days ago; sign in to see it',
        )
      return alert
    },

    async alertBySession(request: Request, fingerprint: string): Promise<{ row: AlertRow; caller: Caller }> {
      const { caller, orgId } = await signedIn(request)
      const row = await withOrg(pool, orgId, (client) => readAlert(client, orgId, fingerprint))
      if (!row) throw new AppError('not_found', 'no such alert in your organisation')
      return { row, caller }
    },

    /** @returns the cookie; the credential is checked when it is used. */
    async signIn(body: unknown): Promise<string> {
      const parsed = SIGN_IN.safeParse(body ?? {})
      if (!parsed.success)
        throw new AppError('bad_request', parsed.error.issues[0]?.message ?? 'the form could not be read')
      const value = Buffer.from(JSON.stringify(parsed.data)).toString('base64url')
      return `${COOKIE}=${value}; Path=/alerts; HttpOnly; SameSite=Lax; Max-Age=43200${secure ? '; Secure' : ''}`
    },

    /** Where to go after signing in: a path of ours, nothing else. */
    nextOf(body: unknown): string {
      const next = String((body as { next?: unknown } | undefined)?.next ?? '')
      return /^\/alerts(\/[0-9a-f]{16})?$/.test(next) ? next : '/alerts'
    },
  }
}

function sessionOf(request: Request): z.infer<typeof SIGN_IN> | undefined {
  const cookie = request
    .get('cookie')
    ?.split(/; */)
    .find((part) => part.startsWith(`${COOKIE}=`))
  if (!cookie) return undefined
  try {
    return SIGN_IN.parse(JSON.parse(Buffer.from(cookie.slice(COOKIE.length + 1), 'base64url').toString()))
  } catch {
    return undefined
  }
}
