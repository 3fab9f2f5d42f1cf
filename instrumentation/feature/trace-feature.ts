// The wrapper around one use of a feature. In: its name and the code. Out: the code's own result, one span, one point
// of spanledger.feature.duration; everything below carries the feature's name.
import { type Attributes, context, SpanKind, trace } from '@opentelemetry/api'
import { ATTR, FEATURE_SPAN_PREFIX } from '../semconv.ts'
import { extendTenant, tenantAttributes } from '../tenant/context.ts'
import { VERSION } from '../version.ts'
import { setActiveRun } from './active-run.ts'
import { FeatureRecorder, type FeatureRun } from './feature-run.ts'

const tracer = trace.getTracer('spanledger', VERSION)

/**
 * Traces one run of a feature such as `chat` or `document_upload`.
 * Whatever `fn` throws reaches the caller unchanged; its message and stack go to the span and the row.
 */
export async function traceFeature<T>(name: string, fn: (run: FeatureRun) => T | Promise<T>): Promise<T> {
  const ctx = extendTenant(context.active(), { feature: name })
  const attributes: Attributes = { [ATTR.feature]: name }
  const span = tracer.startSpan(`${FEATURE_SPAN_PREFIX}${name}`, { kind: SpanKind.INTERNAL, attributes }, ctx)
  const run = new FeatureRecorder(span, attributes, tenantAttributes(ctx))
  try {
    const result = await context.with(setActiveRun(trace.setSpan(ctx, span), run), () => fn(run))
    run.end()
    return result
  } catch (error) {
    // `undefined` may be thrown too, and is still an error.
    run.end(error ?? new Error('undefined was thrown'))
    throw error
  }
}
