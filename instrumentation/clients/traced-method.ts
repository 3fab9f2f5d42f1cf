// Turns a client's method into a traced one. In: a method of an SDK and how to describe its arguments. Out: a method
// that returns the very object the original returned, with a span around the work.
import { context } from '@opentelemetry/api'
import { activeCall, enterCall } from '../model-call/active-call.ts'
import type { CallRecorder } from '../model-call/recorder.ts'
import { followResult, startCall } from '../model-call/trace-model-call.ts'
import type { ModelCallOptions } from '../model-call/types.ts'
import { reportProblem } from '../problems.ts'
import { followApiPromise, isApiPromise } from './api-promise.ts'

type Method = (this: unknown, ...args: unknown[]) => unknown

const TRACED = Symbol.for('spanledger.traced')

/** Describes a call by its arguments and the object it is called on; undefined leaves it untraced. */
export type Describe = (target: unknown, args: unknown[]) => ModelCallOptions | undefined

/** Replaces `owner[name]` by its traced form, once. A missing method is left alone: SDKs differ by version. */
export function traceMethod(owner: unknown, name: string, describe: Describe): void {
  if ((typeof owner !== 'object' && typeof owner !== 'function') || owner === null) return
  const original: unknown = Reflect.get(owner, name)
  if (typeof original !== 'function' || TRACED in original) return
  const traced = function (this: unknown, ...args: unknown[]): unknown {
    return callTraced(original as Method, this, args, describe)
  }
  Object.defineProperty(traced, TRACED, { value: true })
  Object.defineProperty(traced, 'name', { value: original.name })
  Reflect.set(owner, name, traced)
}

function callTraced(original: Method, target: unknown, args: unknown[], describe: Describe): unknown {
  let recorder: CallRecorder | undefined
  let ctx = context.active()
  try {
    // A traceModelCall around the client already counts this call.
    const options = activeCall(ctx) ? undefined : describe(target, args)
    if (options) {
      recorder = startCall(options)
      ctx = enterCall(ctx, recorder, options)
    }
  } catch (error) {
    reportProblem('client', `a model call could not be traced: ${String(error)}`)
  }
  if (!recorder) return original.apply(target, args)
  try {
    return followCall(
      recorder,
      context.with(ctx, () => original.apply(target, args)),
    )
  } catch (error) {
    recorder.end({ error })
    throw error
  }
}

function followCall(recorder: CallRecorder, returned: unknown): unknown {
  if (isApiPromise(returned)) followApiPromise(recorder, returned)
  else if (returned instanceof Promise) {
    // A branch of its own: the caller still sees the original promise and its rejection.
    returned.then(
      (value) => followResult(recorder, value),
      (error) => recorder.end({ error }),
    )
  } else followResult(recorder, returned)
  return returned
}
