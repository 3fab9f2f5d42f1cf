// Follows the promises of OpenAI's and Anthropic's clients, whose body is parsed once, and only when somebody asks. In:
// such a promise and the recorder of its call. Out: the same promise; what it gives, and what listens to it, is unchanged.
import type { CallRecorder } from '../model-call/recorder.ts'
import { followResult } from '../model-call/trace-model-call.ts'
import { awaitReader, readerCame } from '../model-call/unread.ts'
import { override } from '../model-call/watch-stream.ts'
import { guard } from '../problems.ts'
import { watchResponse } from './raw-response.ts'

interface ApiPromise extends Promise<unknown> {
  responsePromise: Promise<unknown>
  parseResponse: (...args: unknown[]) => Promise<unknown>
  asResponse: () => Promise<unknown>
}

export const isApiPromise = (value: unknown): value is ApiPromise =>
  value instanceof Promise &&
  Reflect.get(value, 'responsePromise') instanceof Promise &&
  typeof Reflect.get(value, 'parseResponse') === 'function' &&
  typeof Reflect.get(value, 'asResponse') === 'function'

/**
 * The call ends when the answer is parsed; when the app takes the raw response, with the end of its body; when nobody
 * reads it, as abandoned.
 */
export function followApiPromise(recorder: CallRecorder, promise: ApiPromise): void {
  let isParsed = false
  let isWatched = false
  const { parseResponse, asResponse } = promise
  // Asking for the value here would parse the body a second time, so the parsing itself is followed.
  promise.parseResponse = async (...args: unknown[]) => {
    isParsed = true
    readerCame(recorder)
    try {
      const value = await parseResponse.apply(promise, args)
      followResult(recorder, value)
      return value
    } catch (error) {
      recorder.end({ error })
      throw error
    }
  }
  override(promise, 'asResponse', async () => {
    const response = await asResponse.call(promise)
    if (!isParsed && !isWatched) guard('client', () => watchResponse(response, recorder, () => isParsed))
    isWatched = true
    return response
  })
  // In its place, not beside it: a branch of its own would handle the rejection of a call nobody waits for.
  promise.responsePromise = promise.responsePromise.then(
    (answer) => {
      awaitReader(recorder)
      return answer
    },
    (error: unknown) => {
      recorder.end({ error })
      throw error
    },
  )
}
