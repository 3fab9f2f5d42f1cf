// Fields of log lines. In: the active context. Out: trace id, span id, tenant and feature for pino's `mixin`.
import { type Attributes, context, isSpanContextValid, trace } from '@opentelemetry/api'
import { tenantAttributes } from './tenant/context.ts'

/** `pino({ mixin: logFields })`. With the preload every pino logger has these fields without it. */
export function logFields(): Record<string, unknown> {
  const span = trace.getSpan(context.active())
  const spanContext = span?.spanContext()
  return {
    ...(spanContext &&
      isSpanContextValid(spanContext) && {
        trace_id: spanContext.traceId,
        span_id: spanContext.spanId,
        trace_flags: `0${spanContext.traceFlags.toString(16)}`,
      }),
    ...tenantFields(),
  }
}

/** The tenant's fields alone. */
export const tenantFields = (): Readonly<Attributes> => tenantAttributes() ?? {}
