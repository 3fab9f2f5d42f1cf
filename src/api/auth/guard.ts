// The guard before every handler. In: a request and the access its route needs. Out: the caller and the organisation the
// request is about, or `unauthenticated` / `forbidden`.
import type { Request } from 'express'
import { AppError } from '../../shared/errors.ts'
import { isTenantId } from '../../shared/ids.ts'
import type { Guard } from '../http/route.ts'
import { type Authenticate, credentialOf, sameSecret } from './authenticate.ts'
import { atLeast, type Caller, isSuperadmin, type Role } from './caller.ts'

export function createGuard(authenticate: Authenticate, webhookToken: string): Guard {
  return async (request, access) => {
    if (access === 'public') return { caller: undefined, orgId: '' }
    if (access === 'webhook') {
      if (!sameSecret(credentialOf(request) ?? '', webhookToken))
        throw new AppError('unauthenticated', 'the webhook token is missing or wrong')
      return { caller: undefined, orgId: '' }
    }
    const caller = await authenticate(request)
    const { orgId, role } = organisationOf(request, caller)
    if (request.res) request.res.locals.orgId = orgId
    if (!atLeast(role, access))
      throw new AppError('forbidden', `this needs role ${access} in ${orgId}; you are ${role}`)
    return { caller, orgId }
  }
}

/** `X-Organization-Id` (or Tempo's `X-Scope-OrgID`) when given, else the caller's only organisation. */
export function organisationOf(request: Request, caller: Caller): { orgId: string; role: Role } {
  const asked = request.get('x-organization-id') ?? request.get('x-scope-orgid')
  if (asked === undefined) {
    const [only, another] = caller.memberships
    if (only && !another) return { orgId: only[0], role: only[1] }
    if (!only) throw new AppError('forbidden', 'you are not a member of any organisation')
    throw new AppError('bad_request', 'you belong to several organisations: name one in X-Organization-Id')
  }
  const role = caller.memberships.get(asked)
  // One answer for "not yours" and "does not exist", so that nobody can find out which organisations there are.
  if (role) return { orgId: asked, role: isSuperadmin(caller) ? 'superadmin' : role }
  if (isSuperadmin(caller) && isTenantId(asked)) return { orgId: asked, role: 'superadmin' }
  throw new AppError('forbidden', `you are not a member of organisation ${JSON.stringify(asked).slice(0, 140)}`)
}
