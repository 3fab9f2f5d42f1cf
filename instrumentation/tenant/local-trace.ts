// The part of a trace that runs in this process, below one local root (a server span, a job). In: every span as it
// starts. Out: a shared holder, so that a tenant found after the root started (authentication comes first) still lands
// on the root and on what ran before it; and whether a span is, or runs inside, a model call that is already counted.
import { type Attributes, type Context, type Span, trace } from '@opentelemetry/api'

interface LocalTrace {
  tenant?: Readonly<Attributes>
}

interface Membership {
  local: LocalTrace
  insideCall: boolean
}

// A property of the span object, which is the same when it starts, ends and is exported: a WeakMap costs more than the
// rest of this file, on every span.
const MEMBERSHIP = Symbol('spanledger membership')
type Member = { [MEMBERSHIP]?: Membership }

const membershipOf = (span: object | undefined): Membership | undefined => (span as Member | undefined)?.[MEMBERSHIP]

/** Registers a span that starts under `parentContext`. */
export function joinLocalTrace(span: Span, parentContext: Context): void {
  const parent = membershipOf(trace.getSpan(parentContext))
  ;(span as Member)[MEMBERSHIP] = parent
    ? { local: parent.local, insideCall: parent.insideCall }
    : { local: {}, insideCall: false }
}

/** Says that everything of the local trace around `ctx` belongs to one tenant. The first to say so wins. */
export function claimLocalTrace(ctx: Context, tenant: Readonly<Attributes>): void {
  const local = membershipOf(trace.getSpan(ctx))?.local
  if (local) local.tenant ??= tenant
}

/** The tenant that claimed the local trace of this span. */
export const claimedTenant = (span: object | undefined): Readonly<Attributes> | undefined =>
  membershipOf(span)?.local.tenant

/** Marks a span as a model call: what starts below it is part of that call. */
export function markModelCall(span: Span): void {
  const membership = membershipOf(span)
  if (membership) membership.insideCall = true
}

/** Whether the active code runs inside a model call that has a span, so that a client below does not count it again. */
export const insideModelCall = (ctx: Context): boolean => membershipOf(trace.getSpan(ctx))?.insideCall === true
