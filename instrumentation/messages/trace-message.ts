// Work that is not an HTTP request: WebSocket messages and queue jobs. In: the message, who it belongs to, and where it
// came from. Out: a trace of its own per message, in its own tenant's context, whatever was active before.
import { type Attributes, context, type Link, propagation, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api'
import { recordError } from '../feature/feature-run.ts'
import { enterTenant } from '../http/tenant-middleware.ts'
import { guard } from '../problems.ts'
import { ATTR } from '../semconv.ts'
import { tenantAttributes } from '../tenant/context.ts'
import { readTenantAttributes, type Tenant, toTenant } from '../tenant/tenant.ts'
import { VERSION } from '../version.ts'

const tracer = trace.getTracer('spanledger', VERSION)

/**
 * Handles WebSocket messages, each in a trace and tenant context of its own:
 * `const handle = webSocketHandler(() => tenantOf(socket), (data) => answer(socket, data))` and
 * `socket.on('message', (data) => handle(data).catch((error) => apologise(socket, error)))`.
 * The trace is linked to the one that opened the connection. What `handle` throws is recorded and thrown on; an event
 * emitter ignores the promise, so catch it there: a rejection nobody listens to ends the process.
 */
export function webSocketHandler<A extends unknown[], R>(
  resolve: (...args: A) => Tenant | undefined,
  handle: (...args: A) => R | Promise<R>,
): (...args: A) => Promise<R> {
  const opened = trace.getSpan(context.active())?.spanContext()
  return (...args) =>
    run({ name: 'websocket message', kind: SpanKind.SERVER, links: opened ? [{ context: opened }] : [] }, () =>
      within(resolve(...args), () => handle(...args)),
    )
}

/** What travels with a job: plain strings, to be stored beside its data. */
export interface JobCarrier {
  traceparent?: string
  tracestate?: string
  tenant?: Record<string, string>
}

/** The carrier for a job that the active request puts on a queue. */
export function jobCarrier(): JobCarrier {
  const carrier: Record<string, string> = {}
  guard('job', () => propagation.inject(context.active(), carrier))
  const tenant = Object.fromEntries(
    Object.entries(tenantAttributes() ?? {}).flatMap(([key, value]) =>
      typeof value === 'string' ? [[key, value]] : [],
    ),
  )
  return {
    ...(carrier.traceparent && { traceparent: carrier.traceparent }),
    ...(carrier.tracestate && { tracestate: carrier.tracestate }),
    ...(Object.keys(tenant).length > 0 && { tenant }),
  }
}

/**
 * Runs a job in the tenant and trace of the request that queued it. A queue is one's own, so its carrier is believed;
 * pass `tenant` to say otherwise.
 */
export function traceJob<T>(
  name: string,
  carrier: JobCarrier | undefined,
  fn: () => T | Promise<T>,
  tenant?: Tenant,
): Promise<T> {
  const { tenant: carried = {}, ...headers } = carrier ?? {}
  const parent = propagation.extract(ROOT_CONTEXT, headers)
  const owner = tenant ?? toTenant(readTenantAttributes(Object.entries(carried)))
  return context.with(parent, () =>
    run({ name: `job ${name}`, kind: SpanKind.CONSUMER, keepParent: true, attributes: { [ATTR.jobName]: name } }, () =>
      within(owner, fn),
    ),
  )
}

interface Message {
  name: string
  kind: SpanKind
  links?: Link[]
  attributes?: Attributes
  keepParent?: boolean
}

async function run<T>(
  { name, kind, links = [], attributes = {}, keepParent }: Message,
  fn: () => T | Promise<T>,
): Promise<T> {
  // ROOT_CONTEXT: nothing of the connection's own request, its tenant least of all, may reach the message.
  const base = keepParent ? context.active() : ROOT_CONTEXT
  const span = tracer.startSpan(name, { kind, links, attributes }, base)
  try {
    return await context.with(trace.setSpan(base, span), fn)
  } catch (error) {
    guard('message', () => recordError(span, error))
    throw error
  } finally {
    guard('message', () => span.end())
  }
}

const within = <T>(tenant: Tenant | undefined, fn: () => T): T =>
  tenant ? context.with(enterTenant(tenant), fn) : fn()
