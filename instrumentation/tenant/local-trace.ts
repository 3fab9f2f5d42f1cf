// The part of a trace that runs in this process, below one local root (a server span, a job). In: every span as it
// starts. Out: a shared holder, so that a tenant found after the root started (authentication comes first) still lands
// on the root and on what ran before it.
import { type Attributes, type Context, type Span, trace } from '@opentelemetry/api'

interface LocalTrace {
  tenant?: Readonly<Attributes>
}

// A property of the span object, which is the same when it starts, ends and is exported: a WeakMap costs more than the
// rest of this file, on every span. One symbol for all copies of this library (process-state.ts).
const MEMBERSHIP: unique symbol = Symbol.for('spanledger membership')
type Member = { [MEMBERSHIP]?: LocalTrace }

const localTraceOf = (span: object | undefined): LocalTrace | undefined => (span as Member | undefined)?.[MEMBERSHIP]

/** Registers a span that starts under `parentContext`; `apart` when the tenant of what is around it is not its own. */
export function joinLocalTrace(span: Span, parentContext: Context, apart: boolean): void {
  ;(span as Member)[MEMBERSHIP] = (apart ? undefined : localTraceOf(trace.getSpan(parentContext))) ?? {}
}

/** Says that everything of the local trace around `ctx` belongs to one tenant. The first to say so wins. */
export function claimLocalTrace(ctx: Context, tenant: Readonly<Attributes>): void {
  const local = localTraceOf(trace.getSpan(ctx))
  if (local) local.tenant ??= tenant
}

/** The tenant that claimed the local trace of this span. */
export const claimedTenant = (span: object | undefined): Readonly<Attributes> | undefined => localTraceOf(span)?.tenant
