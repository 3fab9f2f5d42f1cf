// Follows a web ReadableStream. In: the stream and its recorder. Out: a stream with the same chunks, at the reader's
// pace; a ReadableStream cannot be watched in place.
import { describeError } from '../errors.ts'
import { guard } from '../problems.ts'
import type { StreamListener } from './watch-stream.ts'

export function watchReadable(stream: ReadableStream<unknown>, listener: StreamListener): ReadableStream<unknown> {
  const reader = stream.getReader()
  return new ReadableStream<unknown>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read()
          if (done) {
            guard('stream', () => listener.end({ stream: 'completed' }))
            controller.close()
          } else {
            guard('stream', () => listener.recordChunk(value))
            controller.enqueue(value)
          }
        } catch (error) {
          guard('stream', () => listener.end(outcomeOf(error)))
          controller.error(error)
        }
      },
      cancel(reason) {
        guard('stream', () => listener.end({ stream: 'stopped' }))
        return reader.cancel(reason)
      },
    },
    // Nothing is read ahead of the reader.
    { highWaterMark: 0 },
  )
}

const outcomeOf = (error: unknown) =>
  describeError(error).type === 'aborted' ? { stream: 'aborted' as const } : { error, stream: 'broken' as const }
