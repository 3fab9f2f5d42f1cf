// The wrapper around one model call. In: what is asked of which model, and the callback that asks. Out: the callback's
// own result, and one CLIENT span with its metrics. When the result is a stream, the span ends with the stream.
import { type Attributes, type Context, context, type Span, SpanKind, trace } from '@opentelemetry/api'
import { toBookedContext } from '../http/health-paths.ts'
import { reportProblem } from '../problems.ts'
import { ATTR } from '../semconv.ts'
import { tenantAttributes } from '../tenant/context.ts'
import { VERSION } from '../version.ts'
import { enterCall } from './active-call.ts'
import { activeAttempt } from './attempt.ts'
import { endWhenAdopted, isDeferred } from './deferred.ts'
import { CallRecorder } from './recorder.ts'
import type { ModelCall, ModelCallOptions } from './types.ts'
import { streamOpened } from './unread.ts'
import { watchReadable } from './watch-readable.ts'
import { isStream, watchStream } from './watch-stream.ts'

const tracer = trace.getTracer('spanledger', VERSION)

/**
 * Traces one call of a model. Errors of the callback reach the caller unchanged; errors of the telemetry never do.
 * Responses and streams of the OpenAI, Anthropic, Google and Vercel AI SDKs are read as they are; for anything else the
 * callback reports through `call`.
 */
export async function traceModelCall<T>(
  options: ModelCallOptions,
  callback: (call: ModelCall) => T | Promise<T>,
): Promise<T> {
  const active = context.active()
  const recorder = startCall(options, active)
  let result: T
  try {
    result = await context.with(enterCall(active, recorder, options), callback, undefined, recorder)
  } catch (error) {
    recorder.end({ error })
    throw error
  }
  if (isDeferred(result)) endWhenAdopted(recorder, result)
  else if (!recorder.isAdopted) return followResult(recorder, result)
  return result
}

/** Makes the request of a call that is already there, and ends it. */
export async function runCall<T>(recorder: CallRecorder, request: () => Promise<T>): Promise<T> {
  try {
    return followResult(recorder, await request())
  } catch (error) {
    recorder.end({ error })
    throw error
  }
}

/** Reads a result, or follows it when it is a stream. @returns what to hand on, which is `result` wherever it can be. */
export function followResult<T>(recorder: CallRecorder, result: T): T {
  try {
    if (result instanceof ReadableStream) {
      streamOpened(recorder)
      return watchReadable(result, recorder) as T
    }
    if (isStream(result)) {
      watchStream(result, recorder)
      return result
    }
    if (holdsStream(result)) {
      streamOpened(recorder)
      result.stream = watchReadable(result.stream, recorder)
      return result
    }
    recorder.readReturned(result)
  } catch (error) {
    reportProblem('model call', `response could not be read: ${String(error)}`)
  }
  recorder.end()
  return result
}

// What a language model of the Vercel AI SDK returns when it streams. A getter is left alone: asking it may start the
// stream, and what it gives cannot be replaced.
const holdsStream = (result: unknown): result is { stream: ReadableStream<unknown> } => {
  const own = Object.getOwnPropertyDescriptor(Object(result), 'stream')
  return own?.writable === true && own.value instanceof ReadableStream
}

/** Starts the span of a call; the caller must end the recorder. */
export function startCall(options: ModelCallOptions, ctx: Context = context.active()): CallRecorder {
  const attributes = callAttributes(options, ctx)
  const recorder = new CallRecorder(startSpan(options, attributes, ctx), attributes, tenantAttributes(ctx))
  if (options.input !== undefined) recorder.setInput(options.input)
  return recorder
}

function startSpan(options: ModelCallOptions, attributes: Attributes, ctx: Context): Span {
  const name = `${attributes[ATTR.operationName]} ${options.model}`
  return tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, toBookedContext(ctx))
}

function callAttributes(options: ModelCallOptions, ctx: Context): Attributes {
  const attributes: Attributes = {
    [ATTR.operationName]: options.operation ?? 'chat',
    [ATTR.providerName]: options.provider,
    [ATTR.requestModel]: options.model,
  }
  if (options.stream) attributes[ATTR.requestStream] = true
  if (options.conversationId !== undefined) attributes[ATTR.conversationId] = options.conversationId
  if (options.serverAddress !== undefined) attributes[ATTR.serverAddress] = options.serverAddress
  if (options.serverPort !== undefined) attributes[ATTR.serverPort] = options.serverPort
  const attempt = activeAttempt(ctx)
  if (attempt) {
    attributes[ATTR.attempt] = attempt.number
    if (attempt.fallback !== undefined) attributes[ATTR.fallback] = attempt.fallback
  }
  return attributes
}
