// Express middleware that sets the tenant of a request. In: a resolver over the app's own authentication. Out: the rest
// of the request runs in that tenant's context; the server span and what ran before the middleware get it too.
import { context } from '@opentelemetry/api'
import type { NextFunction, Request, RequestHandler, Response } from 'express'
import { guard } from '../problems.ts'
import { extendTenant, tenantAttributes } from '../tenant/context.ts'
import { claimLocalTrace } from '../tenant/local-trace.ts'
import type { Tenant } from '../tenant/tenant.ts'

export type TenantResolver = (req: Request) => Tenant | undefined | Promise<Tenant | undefined>

/**
 * @param resolve reads the tenant from what authentication found, never from the body or a header the caller chooses.
 * What it throws goes to the app's error handler; undefined leaves the request without a tenant.
 */
export function tenantMiddleware(resolve: TenantResolver): RequestHandler {
  return async (req: Request, _res: Response, next: NextFunction) => {
    let tenant: Tenant | undefined
    try {
      tenant = await resolve(req)
    } catch (error) {
      next(error)
      return
    }
    if (tenant) context.with(enterTenant(tenant), next)
    else next()
  }
}

/** A context in which the whole local trace (the request, message or job around it) belongs to `tenant`. */
export function enterTenant(tenant: Tenant) {
  let ctx = context.active()
  guard('tenant', () => {
    ctx = extendTenant(ctx, tenant)
    claimLocalTrace(ctx, tenantAttributes(ctx) ?? {})
  })
  return ctx
}
