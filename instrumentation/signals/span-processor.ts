// The way of a span through this process. In: spans as the SDK starts and ends them. Out: spans with tenant attributes
// and without secrets, handed to batching when there is room, counted as dropped when there is not.
import { type Attributes, type Context, TraceFlags } from '@opentelemetry/api'
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace'
import { reportBug } from '../problems.ts'
import { ATTR } from '../semconv.ts'
import { isOrgRefused, tenantAttributes } from '../tenant/context.ts'
import { claimedTenant, joinLocalTrace } from '../tenant/local-trace.ts'
import { cleanSpan } from './clean.ts'
import type { SignalStats } from './signal-stats.ts'

export class TenantSpanProcessor implements SpanProcessor {
  readonly #next: SpanProcessor
  readonly #exporter: { forceFlush(): Promise<void> }
  readonly #stats: SignalStats
  #closed = false

  constructor(next: SpanProcessor, exporter: { forceFlush(): Promise<void> }, stats: SignalStats) {
    this.#next = next
    this.#exporter = exporter
    this.#stats = stats
  }

  // No closures here: both run for every span.
  onStart(span: Span, parentContext: Context): void {
    try {
      joinLocalTrace(span, parentContext, isOrgRefused(parentContext))
      stampSpan(span, tenantAttributes(parentContext))
    } catch (error) {
      reportBug('span start', error)
    }
    this.#next.onStart(span, parentContext)
  }

  onEnd(span: ReadableSpan): void {
    try {
      if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return
      if (this.#closed) {
        this.#stats.drop('shutdown')
        return
      }
      // The tenant may have become known after this span started.
      stampSpan(span, claimedTenant(span))
      if (this.#stats.admit(span, cleanSpan(span))) this.#next.onEnd(span)
    } catch (error) {
      reportBug('span end', error)
    }
  }

  async forceFlush(): Promise<void> {
    await this.#next.forceFlush()
    // The SDK's processors do not wait for what they handed over before.
    await this.#exporter.forceFlush()
  }

  shutdown(): Promise<void> {
    this.#closed = true
    return this.#next.shutdown()
  }
}

/**
 * Writes the tenant on a span, running or ended. Attributes already there stay: a span may name another feature or agent
 * than the request's. A span of one organisation is never completed with ids of a tenant of another. Tenant values
 * are short and checked, so they are written past the SDK's limits, at a tenth of the cost.
 */
export function stampSpan(span: ReadableSpan, tenant: Readonly<Attributes> | undefined): void {
  if (!tenant) return
  const { attributes } = span
  const org = attributes[ATTR.orgId]
  if (org !== undefined && org !== tenant[ATTR.orgId]) return
  for (const key in tenant) attributes[key] ??= tenant[key]
}

/** Stamps a span about to be sent with the tenant that claimed its local trace after it had ended. */
export const stampLate = (span: ReadableSpan): void => stampSpan(span, claimedTenant(span))
