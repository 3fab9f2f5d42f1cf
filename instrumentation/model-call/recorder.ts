// One model call while it runs. In: what the callback, the response or the stream reports. Out: one ended span and its
// metric points. Telemetry bugs end here: nothing but `end` has effects, and every entry is guarded.
import { type Attributes, type Span, SpanStatusCode } from '@opentelemetry/api'
import { type ContentMode, contentMode } from '../content/policy.ts'
import { describeError } from '../errors.ts'
import { recordCallMetrics, recordChunkGap } from '../metrics/instruments.ts'
import { guard, reportBug } from '../problems.ts'
import { ATTR, ERROR_TYPE, type StreamOutcome } from '../semconv.ts'
import { writeAttributes } from '../signals/write-attributes.ts'
import { captureInput, captureOutput } from './capture-content.ts'
import { estimateTokens, textLength } from './estimate.ts'
import { addFacts, type CallFacts } from './facts.ts'
import { readResponse } from './read-response.ts'
import { asText } from './readers/json.ts'
import { toResultAttributes } from './result-attributes.ts'
import type { ModelCall, ResponseInfo, Usage } from './types.ts'
import { forget } from './unread.ts'

const MAX_TEXT = 65_536

/** How a call ended; `stream` also for an answer whose body the app reads itself. */
export interface CallOutcome {
  error?: unknown
  stream?: StreamOutcome
}

export class CallRecorder implements ModelCall {
  readonly span: Span
  readonly #attributes: Attributes
  readonly #tenant: Readonly<Attributes> | undefined
  readonly #startedAtMs = performance.now()
  readonly #facts: CallFacts = {}
  readonly #mode: ContentMode
  #inputCharacters: number | undefined
  #outputText = ''
  #firstChunkAtMs: number | undefined
  #lastChunkAtMs: number | undefined
  isAdopted = false
  #ended = false

  constructor(span: Span, attributes: Attributes, tenant: Readonly<Attributes> | undefined) {
    this.span = span
    this.#attributes = attributes
    this.#tenant = tenant
    this.#mode = contentMode(tenant?.[ATTR.orgId])
  }

  /** Hands the call to the one client below that makes its request and will end it; false when another has it. */
  adopt(): boolean {
    if (this.isAdopted) return false
    this.isAdopted = true
    return true
  }

  setUsage(usage: Usage): void {
    guard('model call', () => addFacts(this.#facts, { usage }))
  }

  setResponse({ id, model, finishReasons, serviceTier }: ResponseInfo): void {
    guard('model call', () =>
      addFacts(this.#facts, { responseId: id, responseModel: model, finishReasons, serviceTier }),
    )
  }

  setInput(input: unknown): void {
    guard('model call', () => {
      this.#inputCharacters = textLength(input)
      if (this.#mode !== 'off') this.span.setAttributes(captureInput(input, this.#mode))
    })
  }

  setOutput(output: unknown): void {
    guard('model call', () => this.#add({ outputCharacters: textLength(output), outputText: asText(output) }))
  }

  recordChunk(chunk: unknown): void {
    guard('model call', () => {
      if (this.#ended) return
      const facts = readResponse(chunk)
      if (!facts) return
      if (facts.outputCharacters) this.#markChunk()
      this.#add(facts)
    })
  }

  /** Reads the value the callback returned, when it has a known shape. */
  readReturned(value: unknown): void {
    try {
      const facts = typeof value === 'string' ? undefined : readResponse(value)
      if (facts) this.#add(facts)
    } catch (error) {
      reportBug('model call', error)
    }
  }

  /** Nobody read the answer, which was there since `sinceMs` of performance.now(): the call lasted until then. */
  abandon(sinceMs?: number): void {
    this.end({ stream: 'abandoned' }, sinceMs)
  }

  end(outcome: CallOutcome = {}, endedAtMs?: number): void {
    if (this.#ended) return
    this.#ended = true
    forget(this)
    try {
      this.#finish(outcome, endedAtMs ?? performance.now())
    } catch (error) {
      reportBug('model call', error)
    }
    try {
      this.span.end(endedAtMs)
    } catch (error) {
      reportBug('model call', error)
    }
  }

  #add(facts: CallFacts): void {
    addFacts(this.#facts, facts)
    // Held only where it will be sent, and never more than one attribute takes.
    if (facts.outputText && this.#mode !== 'off' && this.#outputText.length < MAX_TEXT)
      this.#outputText += facts.outputText
  }

  #markChunk(): void {
    const nowMs = performance.now()
    this.#firstChunkAtMs ??= nowMs
    if (this.#lastChunkAtMs !== undefined) {
      recordChunkGap(this.#tenant, this.#attributes, (nowMs - this.#lastChunkAtMs) / 1000)
    }
    this.#lastChunkAtMs = nowMs
  }

  #finish({ error, stream }: CallOutcome, endedAtMs: number): void {
    const durationS = (endedAtMs - this.#startedAtMs) / 1000
    const firstChunkS =
      this.#firstChunkAtMs === undefined ? undefined : (this.#firstChunkAtMs - this.#startedAtMs) / 1000
    const found = this.#resultAttributes(stream, error !== undefined)
    if (firstChunkS !== undefined) found[ATTR.timeToFirstChunk] = firstChunkS
    let metricErrorType: string | undefined
    if (error !== undefined) {
      const { type, metricType, httpStatus } = describeError(error)
      metricErrorType = metricType
      found[ATTR.errorType] = type
      if (httpStatus !== undefined) found[ATTR.httpStatusCode] = httpStatus
      this.#recordError(error)
    } else if (stream === 'aborted') found[ATTR.errorType] = metricErrorType = ERROR_TYPE.aborted
    writeAttributes(this.span, found)
    recordCallMetrics(this.#tenant, this.#labelsOf(found, metricErrorType), {
      durationS,
      timeToFirstChunkS: firstChunkS,
      inputTokens: found[ATTR.inputTokens] as number | undefined,
      outputTokens: found[ATTR.outputTokens] as number | undefined,
    })
  }

  #labelsOf(found: Attributes, errorType: string | undefined): Attributes {
    const call = this.#attributes
    return {
      [ATTR.errorType]: errorType,
      [ATTR.operationName]: call[ATTR.operationName],
      [ATTR.providerName]: call[ATTR.providerName],
      [ATTR.requestModel]: call[ATTR.requestModel],
      [ATTR.responseModel]: found[ATTR.responseModel],
    }
  }

  #resultAttributes(stream: StreamOutcome | undefined, failed: boolean): Attributes {
    const facts = this.#facts
    const partial = stream !== undefined && stream !== 'completed'
    const { usage, estimated } = estimateTokens(facts, this.#inputCharacters, { partial, failed })
    const found = toResultAttributes(facts, usage)
    if (this.#inputCharacters !== undefined) found[ATTR.inputCharacters] = this.#inputCharacters
    if (stream !== undefined) found[ATTR.streamOutcome] = stream
    if (this.#outputText) {
      // Through the SDK, whose limit on a value's length holds for text.
      this.span.setAttributes(captureOutput(this.#outputText, facts.finishReasons?.[0], this.#mode))
    }
    if (estimated) found[ATTR.usageEstimated] = true
    if (partial) found[ATTR.usagePartial] = true
    return found
  }

  #recordError(error: unknown): void {
    const exception = error instanceof Error ? error : new Error(String(error))
    this.span.recordException(exception)
    this.span.setStatus({ code: SpanStatusCode.ERROR, message: exception.message })
  }
}
