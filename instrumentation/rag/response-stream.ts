// The sending of an answer to the reader. In: chunks as they are written. Out: one span with how many and how large.
import { guard } from '../problems.ts'
import { ATTR } from '../semconv.ts'
import { traceStep } from './trace-step.ts'

export interface ResponseStream {
  /** Counts one chunk written to the reader. */
  wrote(chunk: string | Uint8Array): void
}

/** Traces the streaming of an answer to the reader of the HTTP response or socket. */
export function traceResponseStream<T>(fn: (stream: ResponseStream) => T | Promise<T>): Promise<T> {
  const step = { name: 'response_stream', attributes: { [ATTR.ragStep]: 'response_stream' } }
  return traceStep(step, async (report) => {
    let chunks = 0
    let bytes = 0
    const wrote = (chunk: string | Uint8Array) => {
      chunks++
      guard('step', () => {
        bytes += typeof chunk === 'string' ? Buffer.byteLength(chunk) : chunk.byteLength
      })
    }
    try {
      return await fn({ wrote })
    } finally {
      report(() => ({ [ATTR.streamChunks]: chunks, [ATTR.streamBytes]: bytes }))
    }
  })
}
