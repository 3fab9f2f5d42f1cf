// Spans of retrieval steps. In: what is known before the step, the code, and a reader of its result. Out: the code's
// own result and one span named after the step.
import { type Attributes, context, type Span, SpanKind, trace } from '@opentelemetry/api'
import { recordError } from '../feature/feature-run.ts'
import { guard } from '../problems.ts'
import { VERSION } from '../version.ts'

const tracer = trace.getTracer('spanledger', VERSION)

export interface Step {
  name: string
  kind?: SpanKind
  attributes: Attributes
}

/** Runs one step in a span of its own. `report` adds what is known only afterwards; reading it may fail. */
export async function traceStep<T>(
  { name, kind = SpanKind.INTERNAL, attributes }: Step,
  fn: (report: (read: () => Attributes) => void) => T | Promise<T>,
): Promise<T> {
  const span: Span = tracer.startSpan(name, { kind, attributes: defined(attributes) })
  const report = (read: () => Attributes) => guard('step', () => span.setAttributes(defined(read())))
  try {
    return await context.with(trace.setSpan(context.active(), span), () => fn(report))
  } catch (error) {
    guard('step', () => recordError(span, error))
    throw error
  } finally {
    guard('step', () => span.end())
  }
}

const defined = (attributes: Attributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined))
