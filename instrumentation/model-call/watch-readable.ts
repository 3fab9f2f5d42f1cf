// Follows a web ReadableStream. In: the stream and its recorder. Out: a stream with the same chunks, at the reader's
// pace, of bytes where the given one is; a ReadableStream cannot be watched in place.
import { describeError } from '../errors.ts'
import { guard } from '../problems.ts'
import type { StreamListener } from './watch-stream.ts'

/** @throws TypeError when somebody reads `stream` already. */
export function watchReadable(stream: ReadableStream<unknown>, listener: StreamListener): ReadableStream<unknown> {
  const isBytes = isByteStream(stream)
  const reader = getReader(stream)
  const source = {
    async pull(controller: ReadableStreamDefaultController<unknown> | ReadableByteStreamController) {
      guard('stream', () => listener.reading?.())
      try {
        const { done, value } = await reader.read()
        if (done) {
          guard('stream', () => listener.end({ stream: 'completed' }))
          controller.close()
          // A reader that brought its own buffer waits for an answer to it.
          if ('byobRequest' in controller) controller.byobRequest?.respond(0)
        } else {
          // First: the buffer of a chunk of bytes goes to the reader.
          guard('stream', () => listener.recordChunk(value))
          ;(controller as ReadableStreamDefaultController<unknown>).enqueue(value)
        }
      } catch (error) {
        guard('stream', () => listener.end(outcomeOf(error)))
        controller.error(error)
      }
    },
    cancel(reason: unknown) {
      guard('stream', () => listener.end({ stream: 'stopped' }))
      return reader.cancel(reason)
    },
  }
  // Nothing is read ahead of the reader: for bytes that is the default.
  return isBytes ? new ReadableStream({ ...source, type: 'bytes' }) : new ReadableStream(source, { highWaterMark: 0 })
}

// Its class's own: the object's may be replaced by one that reads what is made here.
const getReader = (stream: ReadableStream<unknown>, ...options: object[]): ReadableStreamDefaultReader<unknown> =>
  Reflect.apply(Object.getPrototypeOf(stream).getReader, stream, options)

// Only a stream of bytes has readers that bring their own buffer.
function isByteStream(stream: ReadableStream<unknown>): boolean {
  if (stream.locked) return false
  try {
    getReader(stream, { mode: 'byob' }).releaseLock()
    return true
  } catch {
    return false
  }
}

/** How a stream that failed with `error` ended. */
export const outcomeOf = (error: unknown) =>
  describeError(error).type === 'aborted' ? { stream: 'aborted' as const } : { error, stream: 'broken' as const }
