// The part of a trace that runs in this process, below one local root (a server span, a job). In: every span as it
// starts. Out: a shared holder, so that a tenant found after the root started (authentication comes first) still lands
// on the root and on what ran before it.
import { type Attributes, type Context, type Span, trace } from '@opentelemetry/api'

interface LocalTrace {
  tenant?: Readonly<Attributes>
}

// Keyed by the span object, which is the same when it starts, ends and is exported.
const traces = new WeakMap<object, LocalTrace>()

/** Registers a span that starts under `parentContext`. */
export function joinLocalTrace(span: Span, parentContext: Context): void {
  const parent = trace.getSpan(parentContext)
  traces.set(span, (parent && traces.get(parent)) ?? {})
}

/** Says that everything of the local trace around `ctx` belongs to one tenant. The first to say so wins. */
export function claimLocalTrace(ctx: Context, tenant: Readonly<Attributes>): void {
  const span = trace.getSpan(ctx)
  const local = span && traces.get(span)
  if (local) local.tenant ??= tenant
}

/** The tenant that claimed the local trace of this span. */
export const claimedTenant = (span: object | undefined): Readonly<Attributes> | undefined =>
  span && traces.get(span)?.tenant
