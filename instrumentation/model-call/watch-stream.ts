// Follows a stream without changing it. In: an SDK's stream object and its recorder. Out: the same object; reading it
// tells the recorder about each chunk and about the end, however it comes.
import { describeError } from '../errors.ts'
import { guard } from '../problems.ts'
import type { StreamOutcome } from '../semconv.ts'
import { streamOpened, type Unread } from './unread.ts'

/** What a stream reports to. */
export interface StreamListener {
  /** Somebody waits for the next chunk. */
  reading?(): void
  recordChunk(chunk: unknown): void
  end(outcome: { error?: unknown; stream: StreamOutcome }): void
}

type WholeStreamListener = StreamListener & Unread

type AsyncStream = AsyncIterable<unknown> & object

export const isStream = (value: unknown): value is AsyncStream =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value

// A stream nobody reads never ends: its span is closed when the object is collected, or at the end of the process.
const abandoned = new FinalizationRegistry<Unread>((listener) => listener.abandon())

/**
 * Makes reading `stream` report to `listener`. The object itself is kept, so its class, methods and fields stay what
 * the SDK gave; only how its iterators start is replaced.
 */
export function watchStream(stream: AsyncStream, listener: WholeStreamListener): void {
  streamOpened(listener)
  abandoned.register(stream, listener, stream)
  if (isIterator(stream)) watchGenerator(stream, listener)
  else {
    // OpenAI's and Anthropic's streams start every way of reading (for await, tee, toReadableStream) in `iterator`.
    watchStart(
      stream,
      typeof Reflect.get(stream, 'iterator') === 'function' ? 'iterator' : Symbol.asyncIterator,
      listener,
    )
  }
}

function watchStart(
  stream: AsyncStream,
  key: 'iterator' | typeof Symbol.asyncIterator,
  listener: WholeStreamListener,
): void {
  const start: unknown = Reflect.get(stream, key)
  if (typeof start !== 'function') return
  override(stream, key, (...args: unknown[]) => {
    return watchIterator(Reflect.apply(start, stream, args) as AsyncIterator<unknown>, listener, stream)
  })
}

// A generator is its own iterator, and may be driven by `next` without ever asking for one.
function watchGenerator(stream: AsyncStream & AsyncIterator<unknown>, listener: WholeStreamListener): void {
  const source: AsyncIterator<unknown> = {
    next: stream.next.bind(stream),
    ...(stream.return && { return: stream.return.bind(stream) }),
    ...(stream.throw && { throw: stream.throw.bind(stream) }),
  }
  const iterator = watchIterator(source, listener, stream)
  for (const key of ['next', 'return', 'throw'] as const) override(stream, key, iterator[key])
}

const isIterator = (stream: AsyncStream): stream is AsyncStream & AsyncIterator<unknown> =>
  typeof Reflect.get(stream, 'next') === 'function'

/** Gives an object a method of its own, as invisible as the one of its class. */
export const override = (target: object, key: PropertyKey, value: unknown): unknown =>
  Object.defineProperty(target, key, { configurable: true, writable: true, value })

function watchIterator(
  source: AsyncIterator<unknown>,
  listener: WholeStreamListener,
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
    next: (...args) => {
      let next: unknown
      try {
        next = source.next(...(args as []))
      } catch (error) {
        return fail(error)
      }
      // Not every iterator keeps to promises; `for await` takes what it gets.
      return Promise.resolve(next as Promise<IteratorResult<unknown>>).then((result) => {
        if (Object(result).done) end({ stream: wasAborted(stream) ? 'aborted' : 'completed' })
        else guard('stream', () => listener.recordChunk(Object(result).value))
        return result
      }, fail)
    },
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
  return iterator
}

// OpenAI's and Anthropic's streams end quietly when their controller is aborted.
const wasAborted = (stream: object): boolean => {
  const controller: unknown = Reflect.get(stream, 'controller')
  return controller instanceof AbortController && controller.signal.aborted
}
