// Tenant context on the OpenTelemetry Context. In: withTenant around a request, message or job. Out: activeTenant()
// for whoever stamps spans, metric points and log records below it. Nothing is kept outside the Context and its span, so
// two concurrent requests cannot see each other.
import { type Attributes, type Context, context, createContextKey, trace } from '@opentelemetry/api'
import { reportProblem } from '../problems.ts'
import { ATTR } from '../semconv.ts'
import { claimedTenant } from './local-trace.ts'
import { type Tenant, toTenantAttributes } from './tenant.ts'

const TENANT = createContextKey('spanledger tenant')

interface Entry {
  attributes: Readonly<Attributes>
  /** An organisation was given, though it may have been refused: nothing comes from elsewhere. */
  orgGiven: boolean
}

const entryOf = (ctx: Context) => ctx.getValue(TENANT) as Entry | undefined

/**
 * The attributes of the tenant that `ctx` belongs to: what withTenant said around it, completed by the tenant that claimed
 * its trace, since code that goes on from an event of the request runs in the context from before the tenant was known.
 * The object is shared and must not be changed.
 */
export function tenantAttributes(ctx: Context = context.active()): Readonly<Attributes> | undefined {
  const entry = entryOf(ctx)
  if (entry?.orgGiven) return entry.attributes
  const claimed = claimedTenant(trace.getSpan(ctx))
  return entry && claimed ? { ...claimed, ...entry.attributes } : (entry?.attributes ?? claimed)
}

/** Whether the organisation given for `ctx` was refused: then it has none, whoever claimed its trace. */
export function isOrgRefused(ctx: Context): boolean {
  const entry = entryOf(ctx)
  return entry?.orgGiven === true && entry.attributes[ATTR.orgId] === undefined
}

/** `ctx` with exactly these tenant attributes. */
export const setTenantAttributes = (ctx: Context, attributes: Attributes): Context =>
  setEntry(ctx, attributes, attributes[ATTR.orgId] !== undefined)

const setEntry = (ctx: Context, attributes: Attributes, orgGiven: boolean): Context =>
  ctx.setValue(TENANT, { attributes: Object.freeze(attributes), orgGiven } satisfies Entry)

/**
 * `ctx` with `tenant` laid over the tenant it already has. A different organisation inherits nothing: a deal or user
 * of one organisation must never be stamped beside another's id. A refused orgId counts as a different one.
 */
export function extendTenant(ctx: Context, tenant: Tenant): Context {
  const { attributes, problems, orgRefused } = toTenantAttributes(tenant)
  for (const { field, message } of problems) reportProblem(`tenant:${field}`, message)
  const outer = tenantAttributes(ctx)
  const org = attributes[ATTR.orgId]
  const changesOrg = orgRefused || (org !== undefined && org !== outer?.[ATTR.orgId])
  const all = changesOrg || !outer ? attributes : { ...outer, ...attributes }
  return setEntry(ctx, all, changesOrg || isOrgRefused(ctx) || all[ATTR.orgId] !== undefined)
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
