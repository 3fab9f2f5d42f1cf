// A request's body, bounded. In: the request stream. Out: the bytes as they were before compression, or why not.
import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'

export type BodyOutcome =
  | { kind: 'body'; bytes: Buffer }
  | { kind: 'too_large' }
  | { kind: 'malformed'; message: string }
  /** The sender went away: nobody is left to answer. */
  | { kind: 'gone' }

export type ContentEncoding = 'identity' | 'gzip'

const gunzipAsync = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip)

export async function readBody(
  request: IncomingMessage,
  encoding: ContentEncoding,
  maxBytes: number,
): Promise<BodyOutcome> {
  const declared = Number(request.headers['content-length'] ?? 0)
  if (declared > maxBytes) return { kind: 'too_large' }
  const received = await receive(request, maxBytes)
  if (received.kind !== 'body' || encoding === 'identity') return received
  try {
    return { kind: 'body', bytes: await gunzipAsync(received.bytes, { maxOutputLength: maxBytes }) }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ERR_BUFFER_TOO_LARGE') return { kind: 'too_large' }
    return { kind: 'malformed', message: `not gzip: ${message}` }
  }
}

function receive(request: IncomingMessage, maxBytes: number): Promise<BodyOutcome> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxBytes) {
        chunks.push(chunk)
        return
      }
      request.removeAllListeners('data')
      resolve({ kind: 'too_large' })
    })
    request.once('end', () =>
      resolve({ kind: 'body', bytes: chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks) }),
    )
    // `close` without `end` is a connection cut inside the body.
    request.once('close', () => resolve({ kind: 'gone' }))
    request.once('error', () => resolve({ kind: 'gone' }))
  })
}
