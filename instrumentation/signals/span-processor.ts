// Stamps the tenant on spans. In: spans as the SDK starts and ends them. Out: the same spans with tenant attributes,
// handed to the next processor (batching and export).
import type { Span as ApiSpan, Attributes, Context } from '@opentelemetry/api'
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace'
import { guard } from '../problems.ts'
import { ATTR } from '../semconv.ts'
import { tenantAttributes } from '../tenant/context.ts'
import { claimedTenant, joinLocalTrace } from '../tenant/local-trace.ts'

export class TenantSpanProcessor implements SpanProcessor {
  readonly #next: SpanProcessor

  constructor(next: SpanProcessor) {
    this.#next = next
  }

  onStart(span: Span, parentContext: Context): void {
    guard('span start', () => {
      joinLocalTrace(span, parentContext)
      stamp(span, tenantAttributes(parentContext))
    })
    this.#next.onStart(span, parentContext)
  }

  onEnding(span: Span): void {
    // The tenant may have become known after this span started.
    guard('span ending', () => stamp(span, claimedTenant(span as ApiSpan)))
    this.#next.onEnding?.(span)
  }

  onEnd(span: ReadableSpan): void {
    this.#next.onEnd(span)
  }

  forceFlush(): Promise<void> {
    return this.#next.forceFlush()
  }

  shutdown(): Promise<void> {
    return this.#next.shutdown()
  }
}

// Attributes already there stay: a span may name another feature or agent than the request's. An organisation that is
// there already is never completed with ids of a tenant that claims another one.
function stamp(span: Span, tenant: Readonly<Attributes> | undefined): void {
  if (!tenant) return
  const present = span.attributes
  const org = present[ATTR.orgId]
  if (org !== undefined && org !== tenant[ATTR.orgId]) return
  for (const key in tenant) {
    const value = tenant[key]
    if (present[key] === undefined && value !== undefined) span.setAttribute(key, value)
  }
}
