// A request's body, bounded. In: the request stream and what it may hold. Out: the bytes as they were before
// compression, or why not. Memory is reserved before it is filled: by the length that a gzip states of itself, and as
// chunks of an undeclared length come.
import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { Reservation } from './admission.ts'

export type BodyOutcome =
  | { kind: 'body'; bytes: Buffer }
  | { kind: 'too_large' }
  | { kind: 'malformed'; message: string }
  /** Others hold so much that this body does not fit. */
  | { kind: 'no_room' }
  /** The sender went away: nobody is left to answer. */
  | { kind: 'gone' }

export type ContentEncoding = 'identity' | 'gzip'

/** Held for a body of undeclared length before its first byte. */
const FIRST_BYTES = 256 * 1024

/** What a body holds at first: its declared length, or a part. */
export function firstBytes(request: IncomingMessage, maxBytes: number): number {
  return Math.min(declaredBytes(request) ?? FIRST_BYTES, maxBytes)
}

/** @param held holds `firstBytes` already; in the end it holds the size of the bytes. */
export async function readBody(
  request: IncomingMessage,
  encoding: ContentEncoding,
  maxBytes: number,
  held: Reservation,
): Promise<BodyOutcome> {
  const declared = declaredBytes(request)
  if (declared !== undefined && declared > maxBytes) return { kind: 'too_large' }
  const received = await (declared === undefined
    ? receiveChunks(request, maxBytes, held)
    : receiveDeclared(request, declared))
  if (received.kind !== 'body') return received
  const body = encoding === 'identity' ? received : await inflate(received.bytes, maxBytes, held)
  if (body.kind === 'body') held.resize(body.bytes.length)
  return body
}

function declaredBytes(request: IncomingMessage): number | undefined {
  const { 'content-length': length } = request.headers
  return length === undefined ? undefined : Number(length)
}

async function inflate(gzip: Buffer, maxBytes: number, held: Reservation): Promise<BodyOutcome> {
  // A gzip ends with its length before compression; one of several members, or a liar, holds more.
  const stated = gzip.length < 4 ? 0 : gzip.readUInt32LE(gzip.length - 4)
  const first = await inflateUpTo(Math.min(stated, maxBytes), gzip, held)
  return first.kind === 'too_large' && stated < maxBytes ? inflateUpTo(maxBytes, gzip, held) : first
}

const gunzipAsync = promisify<Buffer, { maxOutputLength: number; chunkSize: number }, Buffer>(gunzip)
/** The least zlib takes. */
const MIN_PIECE_BYTES = 64

async function inflateUpTo(outputBytes: number, gzip: Buffer, held: Reservation): Promise<BodyOutcome> {
  if (!held.resizeToEnd(gzip.length + outputBytes)) return { kind: 'no_room' }
  try {
    // In one piece, with a byte to spare, the output needs no second copy; its pages come only as they are filled.
    const chunkSize = Math.max(MIN_PIECE_BYTES, outputBytes + 1)
    const bytes = await gunzipAsync(gzip, { maxOutputLength: Math.max(1, outputBytes), chunkSize })
    return { kind: 'body', bytes }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ERR_BUFFER_TOO_LARGE') return { kind: 'too_large' }
    return { kind: 'malformed', message: `not gzip: ${message}` }
  }
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

/** Into one buffer that grows: kept as they come, chunks of a few bytes would take a hundred times their size. */
function receiveChunks(request: IncomingMessage, maxBytes: number, held: Reservation): Promise<BodyOutcome> {
  let bytes = Buffer.allocUnsafe(firstBytes(request, maxBytes))
  let size = 0
  return untilEnd(
    request,
    () => ({ kind: 'body', bytes: bytes.subarray(0, size) }),
    (chunk) => {
      const needed = size + chunk.length
      if (needed > maxBytes) return { kind: 'too_large' }
      if (needed > bytes.length) {
        const room = Math.min(maxBytes, Math.max(needed, 2 * bytes.length))
        if (!held.resize(room)) return { kind: 'no_room' }
        const larger = Buffer.allocUnsafe(room)
        bytes.copy(larger, 0, 0, size)
        bytes = larger
      }
      size += chunk.copy(bytes, size)
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
