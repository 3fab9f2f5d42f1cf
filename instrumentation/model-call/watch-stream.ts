// Follows a stream without changing it. In: an SDK's stream object and its recorder. Out: the same object; reading it
// tells the recorder about each chunk and about the end, however it comes.

import { describeError } from '../errors.ts'
import { guard } from '../problems.ts'
import type { StreamOutcome } from '../semconv.ts'

/** What a stream reports to. */
export interface StreamListener {
  recordChunk(chunk: unknown): void
  end(outcome: { error?: unknown; stream: StreamOutcome }): void
}

type AsyncStream = AsyncIterable<unknown> & object

export const isStream = (value: unknown): value is AsyncStream =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value

// A stream nobody reads never ends: its span is closed when the object is collected.
const abandoned = new FinalizationRegistry<StreamListener>((listener) => listener.end({ stream: 'abandoned' }))

/**
 * Makes reading `stream` report to `listener`. The object itself is kept, so its class, methods and fields stay what
 * the SDK gave; only how its iterators start is replaced.
 */
export function watchStream(stream: AsyncStream, listener: StreamListener): void {
  abandoned.register(stream, listener, stream)
  // SDK streams start reading in one of these; `tee` and `toReadableStream` go through them.
  for (const key of ['iterator', Symbol.asyncIterator] as const) {
    const start: unknown = Reflect.get(stream, key)
    if (typeof start !== 'function') continue
    Object.defineProperty(stream, key, {
      configurable: true,
      writable: true,
      value: (...args: unknown[]) => {
        // In OpenAI's streams asyncIterator calls iterator; `reading` keeps chunks from being counted twice.
        const source = Reflect.apply(start, stream, args) as AsyncIterator<unknown>
        return isWatched(source) ? source : watchIterator(source, listener, stream)
      },
    })
  }
}

const watched = new WeakSet<object>()
const isWatched = (iterator: object) => watched.has(iterator)

function watchIterator(
  source: AsyncIterator<unknown>,
  listener: StreamListener,
  stream: object,
): AsyncIterableIterator<unknown> {
  const end = (outcome: { error?: unknown; stream: StreamOutcome }) =>
    guard('stream', () => {
      abandoned.unregister(stream)
      listener.end(outcome)
    })
  const fail = (error: unknown): never => {
    end(describeError(error).type === 'aborted' ? { stream: 'aborted' } : { error, stream: 'broken' })
    throw error
  }
  const iterator: AsyncIterableIterator<unknown> = {
    [Symbol.asyncIterator]: () => iterator,
    next: (...args) =>
      source.next(...(args as [])).then((result) => {
        if (result.done) end({ stream: wasAborted(stream) ? 'aborted' : 'completed' })
        else guard('stream', () => listener.recordChunk(result.value))
        return result
      }, fail),
    return: async (value) => {
      end({ stream: wasAborted(stream) ? 'aborted' : 'stopped' })
      return source.return ? source.return(value) : { done: true, value }
    },
    throw: async (error) => {
      end({ stream: 'stopped' })
      if (source.throw) return source.throw(error)
      throw error
    },
  }
  watched.add(iterator)
  return iterator
}

// OpenAI's and Anthropic's streams end quietly when their controller is aborted.
const wasAborted = (stream: object): boolean => {
  const controller: unknown = Reflect.get(stream, 'controller')
  return controller instanceof AbortController && controller.signal.aborted
}
