// Carries the tenant between services of one's own. In: the active tenant and the host a request goes to. Out: W3C
// baggage with tenant entries, only for hosts on the allow-list; model vendors and everybody else never see them.
// Tenant entries that come in are believed only when told so, and are never passed on as plain baggage.
import {
  type Attributes,
  type Context,
  propagation,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api'
import { W3CBaggagePropagator } from '@opentelemetry/core'
import { guard } from '../problems.ts'
import { ATTR } from '../semconv.ts'
import { setTenantAttributes, tenantAttributes } from './context.ts'
import { readTenantAttributes, TENANT_KEYS } from './tenant.ts'

export interface TenantBaggageOptions {
  /** Hosts that may receive the tenant: `ledger.internal`, `*.svc.cluster.local`, `127.0.0.1:4500`. */
  hosts: readonly string[]
  /** Believe tenant entries of incoming requests: only behind a boundary where strangers cannot set headers. */
  trustIncoming: boolean
}

export class TenantBaggagePropagator implements TextMapPropagator {
  readonly #w3c = new W3CBaggagePropagator()
  readonly #options: TenantBaggageOptions

  constructor(options: TenantBaggageOptions) {
    this.#options = options
  }

  inject(ctx: Context, carrier: unknown, setter: TextMapSetter): void {
    let outgoing = ctx
    guard('baggage', () => {
      outgoing = withoutTenant(ctx)
      const tenant = tenantAttributes(ctx)
      if (tenant && isAllowed(destination(ctx), this.#options.hosts)) outgoing = withTenantEntries(outgoing, tenant)
    })
    this.#w3c.inject(outgoing, carrier, setter)
  }

  extract(ctx: Context, carrier: unknown, getter: TextMapGetter): Context {
    let incoming = this.#w3c.extract(ctx, carrier, getter)
    guard('baggage', () => {
      const entries = propagation.getBaggage(incoming)?.getAllEntries() ?? []
      if (this.#options.trustIncoming) {
        const tenant = readTenantAttributes(entries.map(([key, entry]) => [key, entry.value] as const))
        if (Object.keys(tenant).length > 0) incoming = setTenantAttributes(incoming, tenant)
      }
      incoming = withoutTenant(incoming)
    })
    return incoming
  }

  fields(): string[] {
    return this.#w3c.fields()
  }
}

function withoutTenant(ctx: Context): Context {
  const baggage = propagation.getBaggage(ctx)
  if (!baggage || !TENANT_KEYS.some((key) => baggage.getEntry(key) !== undefined)) return ctx
  return propagation.setBaggage(ctx, baggage.removeEntries(...TENANT_KEYS))
}

function withTenantEntries(ctx: Context, tenant: Readonly<Attributes>): Context {
  let baggage = propagation.getBaggage(ctx) ?? propagation.createBaggage()
  for (const key of TENANT_KEYS) {
    const value = tenant[key]
    if (typeof value === 'string') baggage = baggage.setEntry(key, { value })
  }
  return propagation.setBaggage(ctx, baggage)
}

/** Where a request goes: the HTTP instrumentations inject with the client span active, which names its server. */
function destination(ctx: Context): { host: string; port: unknown } | undefined {
  const span = trace.getSpan(ctx) as { attributes?: Attributes } | undefined
  const host = span?.attributes?.[ATTR.serverAddress]
  return typeof host === 'string' ? { host: host.toLowerCase(), port: span?.attributes?.[ATTR.serverPort] } : undefined
}

// Without a known destination nothing is sent: an unsampled span has no attributes to tell.
function isAllowed(to: { host: string; port: unknown } | undefined, hosts: readonly string[]): boolean {
  if (!to) return false
  return hosts.some((allowed) => {
    const rule = allowed.toLowerCase()
    if (rule.startsWith('*.')) return to.host.endsWith(rule.slice(1))
    return rule === to.host || rule === `${to.host}:${to.port}`
  })
}
