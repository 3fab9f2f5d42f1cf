// Who a request is from. In: its Authorization, X-User-Id and X-Session-Id headers. Out: the tenant for telemetry, and
// the credential for the routes. The body never names an organisation or a deal.
import type { Request } from 'express'
import type { Tenant } from '../../../instrumentation/index.ts'
import { AppError } from '../../shared/errors.ts'
import { isTenantId } from '../../shared/ids.ts'
import type { Credential, Credentials } from '../credentials.ts'

const callers = new WeakMap<Request, Credential>()

/** @throws AppError unauthenticated without a known key, bad_request for an id that breaks the rule. */
export function identifyCaller(request: Request, credentials: Credentials, environment: string): Tenant {
  const credential = credentials.identify(request.get('authorization'))
  if (!credential) {
    throw new AppError(
      'unauthenticated',
      'The API key is missing or unknown. Send it as "Authorization: Bearer <key>".',
    )
  }
  callers.set(request, credential)
  const userId = headerId(request, 'X-User-Id')
  const sessionId = headerId(request, 'X-Session-Id')
  return { orgId: credential.orgId, dealId: credential.dealId, userId, sessionId, environment }
}

function headerId(request: Request, name: string): string | undefined {
  const value = request.get(name)
  if (value === undefined || value === '' || isTenantId(value)) return value || undefined
  throw new AppError('bad_request', `${name} has to be 1 to 128 of the characters A-Z a-z 0-9 . _ : @ -`)
}

/** The credential of a request that passed identifyCaller. */
export function callerOf(request: Request): Credential {
  const credential = callers.get(request)
  if (!credential) throw new AppError('unauthenticated', 'The API key is missing or unknown.')
  return credential
}
