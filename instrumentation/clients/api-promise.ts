// Follows the promises of OpenAI's and Anthropic's clients, whose body is parsed once, and only when somebody asks. In:
// such a promise and the recorder of its call. Out: the same promise; what it gives, and what listens to it, is unchanged.
import type { CallRecorder } from '../model-call/recorder.ts'
import { followResult } from '../model-call/trace-model-call.ts'

interface ApiPromise extends Promise<unknown> {
  responsePromise: Promise<unknown>
  parseResponse: (...args: unknown[]) => Promise<unknown>
}

export const isApiPromise = (value: unknown): value is ApiPromise =>
  value instanceof Promise &&
  Reflect.get(value, 'responsePromise') instanceof Promise &&
  typeof Reflect.get(value, 'parseResponse') === 'function'

// Asking for the value here would parse the body a second time, so the parsing itself is followed.
export function followApiPromise(recorder: CallRecorder, promise: ApiPromise): void {
  const parse = promise.parseResponse
  promise.parseResponse = async (...args: unknown[]) => {
    try {
      const value = await parse.apply(promise, args)
      followResult(recorder, value)
      return value
    } catch (error) {
      recorder.end({ error })
      throw error
    }
  }
  // In its place, not beside it: a branch of its own would handle the rejection of a call nobody waits for.
  promise.responsePromise = promise.responsePromise.then(undefined, (error: unknown) => {
    recorder.end({ error })
    throw error
  })
}
