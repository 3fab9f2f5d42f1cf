// Requests that are not traced: probes ask several times a minute and say nothing. In: a request's path, or the context of
// what it does. Out: whether to leave it alone; and the way out for what costs money all the same.
import { type Context, isSpanContextValid, trace } from '@opentelemetry/api'
import { isTracingSuppressed, unsuppressTracing } from '@opentelemetry/core'

const HEALTH_PATHS = new Set(['/livez', '/readyz', '/healthz', '/metrics'])

export const isHealthPath = (url: string | undefined): boolean => HEALTH_PATHS.has(url?.split('?', 1)[0] ?? '')

/**
 * The context for a model call's span. In an untraced request, which is a suppressed context without a span, the call is
 * booked in a trace of its own; where another instrumentation suppresses what is below its own span, it stays suppressed.
 */
export function toBookedContext(ctx: Context): Context {
  if (!isTracingSuppressed(ctx)) return ctx
  const around = trace.getSpan(ctx)?.spanContext()
  return around && isSpanContextValid(around) ? ctx : unsuppressTracing(ctx)
}
