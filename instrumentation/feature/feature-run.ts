// One feature run while it goes on. In: stages, metadata and what the code says about its outcome. Out: the attributes
// that the ledger turns into a feature_usage row.
import { type Attributes, context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { describeError } from '../errors.ts'
import { recordFeatureMetrics } from '../metrics/instruments.ts'
import { guard } from '../problems.ts'
import { ATTR, ERROR_TYPE, type FeatureStatus, STAGE_SPAN_PREFIX } from '../semconv.ts'
import { VERSION } from '../version.ts'

const tracer = trace.getTracer('spanledger', VERSION)

/** A value that JSON can carry. */
export type Metadata = Record<string, unknown>

/** Reports on one running feature. Methods other than `stage` never throw. */
export interface FeatureRun {
  readonly span: Span
  /** Runs a named part as a child span; its time lands in the row's metadata. Stages may nest, repeat and run at once. */
  stage<T>(name: string, fn: (span: Span) => T | Promise<T>): Promise<T>
  /** Adds to the row's metadata; never put prompts or documents there. */
  setMetadata(metadata: Metadata): void
  /** The run gave an answer, but a lesser one: `degrade('graph unavailable')`. */
  degrade(reason: string): void
  /** Says the outcome where the run answers the user instead of throwing, e.g. `timeout`. */
  setStatus(status: FeatureStatus, message?: string): void
}

const MAX_METADATA_CHARACTERS = 16_384
const MAX_STACK_CHARACTERS = 8_192

export class FeatureRecorder implements FeatureRun {
  readonly span: Span
  readonly #attributes: Attributes
  readonly #tenant: Readonly<Attributes> | undefined
  readonly #startedAtMs = performance.now()
  readonly #stages = new Map<string, number>()
  #metadata: Metadata = {}
  #status: FeatureStatus = 'success'
  #message: string | undefined

  constructor(span: Span, attributes: Attributes, tenant: Readonly<Attributes> | undefined) {
    this.span = span
    this.#attributes = attributes
    this.#tenant = tenant
  }

  async stage<T>(name: string, fn: (span: Span) => T | Promise<T>): Promise<T> {
    const startedAtMs = performance.now()
    const span = tracer.startSpan(`${STAGE_SPAN_PREFIX}${name}`, {
      kind: SpanKind.INTERNAL,
      attributes: { [ATTR.stage]: name },
    })
    try {
      return await context.with(trace.setSpan(context.active(), span), () => fn(span))
    } catch (error) {
      guard('stage', () => recordError(span, error))
      throw error
    } finally {
      guard('stage', () => {
        this.#stages.set(name, (this.#stages.get(name) ?? 0) + performance.now() - startedAtMs)
        span.end()
      })
    }
  }

  setMetadata(metadata: Metadata): void {
    guard('feature', () => {
      this.#metadata = { ...this.#metadata, ...metadata }
    })
  }

  degrade(reason: string): void {
    guard('feature', () => {
      if (this.#status === 'success') this.#status = 'degraded'
      this.span.setAttributes({ [ATTR.degraded]: true, [ATTR.degradedReason]: reason })
    })
  }

  setStatus(status: FeatureStatus, message?: string): void {
    guard('feature', () => {
      this.#status = status
      this.#message = message
    })
  }

  end(error?: unknown): void {
    guard('feature', () => this.#finish(error))
    guard('feature', () => this.span.end())
  }

  #finish(error: unknown): void {
    let metricErrorType: string | undefined
    if (error !== undefined) {
      this.#status = statusOf(error)
      metricErrorType = describeError(error).metricType
      recordError(this.span, error)
    } else if (this.#status !== 'success' && this.#status !== 'degraded') {
      this.span.setStatus({ code: SpanStatusCode.ERROR, message: this.#message ?? this.#status })
    }
    this.#attributes[ATTR.featureStatus] = this.#status
    this.span.setAttributes(this.#attributes)
    guard('feature metadata', () => this.span.setAttribute(ATTR.featureMetadata, this.#metadataJson(error)))
    const labels = { ...this.#attributes, [ATTR.errorType]: metricErrorType }
    recordFeatureMetrics(this.#tenant, labels, (performance.now() - this.#startedAtMs) / 1000)
  }

  #metadataJson(error: unknown): string {
    const stages = Object.fromEntries([...this.#stages].map(([name, ms]) => [name, Math.round(ms * 1000) / 1000]))
    const fixed = {
      ...(this.#stages.size > 0 && { stage_ms: stages }),
      ...(error !== undefined && { error: errorMetadata(error) }),
    }
    const all = JSON.stringify({ ...this.#metadata, ...fixed })
    return all.length <= MAX_METADATA_CHARACTERS ? all : JSON.stringify({ ...fixed, metadata_dropped: true })
  }
}

function statusOf(error: unknown): FeatureStatus {
  const { type } = describeError(error)
  if (type === ERROR_TYPE.timeout) return 'timeout'
  return type === ERROR_TYPE.rateLimited ? 'rate_limited' : 'error'
}

function errorMetadata(error: unknown) {
  const { type } = describeError(error)
  if (!(error instanceof Error)) return { type, message: String(error) }
  return { type, message: error.message, stack: error.stack?.slice(0, MAX_STACK_CHARACTERS) }
}

/** Marks a span as failed, with the exception as its event. */
export function recordError(span: Span, error: unknown): void {
  const exception = error instanceof Error ? error : new Error(String(error))
  span.setAttribute(ATTR.errorType, describeError(error).type)
  span.recordException(exception)
  span.setStatus({ code: SpanStatusCode.ERROR, message: exception.message })
}
