// Tenant context on the OpenTelemetry Context. In: withTenant around a request, message or job. Out: activeTenant()
// for whoever stamps spans, metric points and log records below it. Nothing is kept outside the Context, so two
// concurrent requests cannot see each other.
import { type Attributes, type Context, context, createContextKey } from '@opentelemetry/api'
import { reportProblem } from '../problems.ts'
import { ATTR } from '../semconv.ts'
import { type Tenant, toTenantAttributes } from './tenant.ts'

const TENANT = createContextKey('spanledger tenant')

/** The attributes of the tenant that `ctx` belongs to; the object is shared and must not be changed. */
export const tenantAttributes = (ctx: Context = context.active()): Readonly<Attributes> | undefined =>
  ctx.getValue(TENANT) as Readonly<Attributes> | undefined

/** `ctx` with exactly these tenant attributes. */
export const setTenantAttributes = (ctx: Context, attributes: Attributes): Context =>
  ctx.setValue(TENANT, Object.freeze(attributes))

/**
 * `ctx` with `tenant` laid over the tenant it already has. A different organisation inherits nothing: a deal or user
 * of one organisation must never be stamped beside another's id. A refused orgId counts as a different one.
 */
export function extendTenant(ctx: Context, tenant: Tenant): Context {
  const { attributes, problems } = toTenantAttributes(tenant)
  for (const { field, message } of problems) reportProblem(`tenant:${field}`, message)
  const outer = tenantAttributes(ctx)
  const changesOrg = tenant.orgId !== undefined && tenant.orgId !== outer?.[ATTR.orgId]
  return setTenantAttributes(ctx, changesOrg || !outer ? attributes : { ...outer, ...attributes })
}

/**
 * Runs `fn` with the tenant on every span, metric point and log record it causes, across async code.
 * A field that breaks the rule is left out and reported (see README, "Bad ids"); `fn` always runs.
 */
export function withTenant<T>(tenant: Tenant, fn: () => T): T {
  let ctx = context.active()
  try {
    ctx = extendTenant(ctx, tenant)
  } catch (error) {
    reportProblem('tenant', `tenant context could not be set: ${String(error)}`)
  }
  return context.with(ctx, fn)
}
