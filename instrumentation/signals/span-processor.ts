// The way of a span through this process. In: spans as the SDK starts and ends them. Out: spans with tenant attributes
// and without secrets, handed to batching when there is room, counted as dropped when there is not.
import { type Attributes, type Context, TraceFlags } from '@opentelemetry/api'
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace'
import { guard } from '../problems.ts'
import { ATTR } from '../semconv.ts'
import { tenantAttributes } from '../tenant/context.ts'
import { claimedTenant, joinLocalTrace } from '../tenant/local-trace.ts'
import { cleanSpan } from './clean.ts'
import type { SignalStats } from './signal-stats.ts'

export class TenantSpanProcessor implements SpanProcessor {
  readonly #next: SpanProcessor
  readonly #stats: SignalStats
  #closed = false

  constructor(next: SpanProcessor, stats: SignalStats) {
    this.#next = next
    this.#stats = stats
  }

  onStart(span: Span, parentContext: Context): void {
    guard('span start', () => {
      joinLocalTrace(span, parentContext)
      stampSpan(span, tenantAttributes(parentContext))
    })
    this.#next.onStart(span, parentContext)
  }

  onEnd(span: ReadableSpan): void {
    guard('span end', () => {
      if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return
      if (this.#closed) this.#stats.drop('shutdown')
      else {
        // The tenant may have become known after this span started.
        stampLate(span)
        if (this.#stats.admit(span, cleanSpan(span))) this.#next.onEnd(span)
      }
    })
  }

  forceFlush(): Promise<void> {
    return this.#next.forceFlush()
  }

  shutdown(): Promise<void> {
    this.#closed = true
    return this.#next.shutdown()
  }
}

// Attributes already there stay: a span may name another feature or agent than the request's. A span of one
// organisation is never completed with ids of a tenant of another.
function stampSpan(span: Span, tenant: Readonly<Attributes> | undefined): void {
  if (!tenant || !fits(span, tenant)) return
  for (const key in tenant) {
    const value = tenant[key]
    if (span.attributes[key] === undefined && value !== undefined) span.setAttribute(key, value)
  }
}

/** Stamps a span that has ended with the tenant that claimed its local trace meanwhile. */
export function stampLate(span: ReadableSpan): void {
  const tenant = claimedTenant(span)
  if (!tenant || !fits(span, tenant)) return
  for (const key in tenant) {
    const value = tenant[key]
    if (span.attributes[key] === undefined && value !== undefined) span.attributes[key] = value
  }
}

const fits = ({ attributes }: ReadableSpan, tenant: Readonly<Attributes>) =>
  attributes[ATTR.orgId] === undefined || attributes[ATTR.orgId] === tenant[ATTR.orgId]
