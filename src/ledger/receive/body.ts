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

/** A false promise of a small output must not make a thousand pieces of it. */
const MIN_CHUNK_BYTES = 64 * 1024

const gunzipAsync = promisify<Buffer, { maxOutputLength: number; chunkSize: number }, Buffer>(gunzip)

export async function readBody(
  request: IncomingMessage,
  encoding: ContentEncoding,
  maxBytes: number,
): Promise<BodyOutcome> {
  const { 'content-length': length } = request.headers
  const declared = length === undefined ? undefined : Number(length)
  if (declared !== undefined && declared > maxBytes) return { kind: 'too_large' }
  const received = await (declared === undefined
    ? receiveChunks(request, maxBytes)
    : receiveDeclared(request, declared))
  if (received.kind !== 'body' || encoding === 'identity') return received
  try {
    const options = { maxOutputLength: maxBytes, chunkSize: outputChunkBytes(received.bytes, maxBytes) }
    return { kind: 'body', bytes: await gunzipAsync(received.bytes, options) }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ERR_BUFFER_TOO_LARGE') return { kind: 'too_large' }
    return { kind: 'malformed', message: `not gzip: ${message}` }
  }
}

/** A gzip ends with its length before compression: in a piece of that size the output needs no second copy. */
function outputChunkBytes(gzip: Buffer, maxBytes: number): number {
  const promised = gzip.length < 4 ? 0 : gzip.readUInt32LE(gzip.length - 4)
  return Math.max(MIN_CHUNK_BYTES, Math.min(promised, maxBytes) + 1)
}

/** Into one buffer, whose pages the system hands out only as bytes arrive. */
function receiveDeclared(request: IncomingMessage, declared: number): Promise<BodyOutcome> {
  const bytes = Buffer.allocUnsafe(declared)
  let size = 0
  return untilEnd(
    request,
    () => ({ kind: 'body', bytes: bytes.subarray(0, size) }),
    (chunk) => {
      size += chunk.copy(bytes, size)
      return undefined
    },
  )
}

function receiveChunks(request: IncomingMessage, maxBytes: number): Promise<BodyOutcome> {
  const chunks: Buffer[] = []
  let size = 0
  return untilEnd(
    request,
    () => ({ kind: 'body', bytes: Buffer.concat(chunks) }),
    (chunk) => {
      size += chunk.length
      if (size > maxBytes) return { kind: 'too_large' }
      chunks.push(chunk)
      return undefined
    },
  )
}

/** @param onChunk gives an outcome to end with at once. */
function untilEnd(
  request: IncomingMessage,
  onEnd: () => BodyOutcome,
  onChunk: (chunk: Buffer) => BodyOutcome | undefined,
): Promise<BodyOutcome> {
  return new Promise((resolve) => {
    request.on('data', (chunk: Buffer) => {
      const outcome = onChunk(chunk)
      if (outcome === undefined) return
      request.removeAllListeners('data')
      resolve(outcome)
    })
    request.once('end', () => resolve(onEnd()))
    // `close` without `end` is a connection cut inside the body.
    request.once('close', () => resolve({ kind: 'gone' }))
    request.once('error', () => resolve({ kind: 'gone' }))
  })
}
