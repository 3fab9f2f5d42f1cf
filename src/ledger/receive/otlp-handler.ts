// One OTLP request from its headers to its outcome: who sends it, in which form, is there room, what does it say,
// and only then: book it and wait for COMMIT.
import type { IncomingMessage } from 'node:http'
import type { Counts, DecodeLimits, RejectReason } from '../decode/decoded.ts'
import type { DecodeOutcome, Decoder, Encoding } from '../decode/decoder.ts'
import type { LogRecord } from '../log-record.ts'
import type { LedgerMetrics } from '../metrics.ts'
import type { Span } from '../span.ts'
import type { Booker, BookOutcome } from '../write/booker.ts'
import type { Admission, Reservation } from './admission.ts'
import { type Outcome, refuse, retryLater, type Signal } from './answer.ts'
import { type ContentEncoding, firstBytes, readBody } from './body.ts'
import { attribute } from './tenancy.ts'
import type { Writer, WriterTokens } from './writer-tokens.ts'

export interface OtlpDependencies {
  tokens: WriterTokens
  admission: Admission
  decoder: Decoder
  booker: Booker
  metrics: LedgerMetrics
  limits: { maxBodyBytes: number; decode?: DecodeLimits }
}

const RETRY_AFTER_SECONDS = 1

/** Undefined when the sender has gone. */
export async function handleOtlp(
  request: IncomingMessage,
  signal: Signal,
  encoding: Encoding,
  contentEncoding: ContentEncoding,
  on: OtlpDependencies,
): Promise<Outcome | undefined> {
  const auth = await on.tokens.authenticate(request.headers.authorization)
  if (auth.kind === 'unavailable') {
    return retryLater(503, 'cannot check the token while Postgres does not answer', RETRY_AFTER_SECONDS)
  }
  if (auth.kind === 'unauthenticated') {
    return refuse(401, 'a bearer token of a known writer is needed: Authorization: Bearer <token>', {
      'www-authenticate': 'Bearer',
    })
  }
  if (!on.booker.hasRoom()) return retryLater(503, 'too many records are waiting', RETRY_AFTER_SECONDS)
  const held = on.admission.reserve(firstBytes(request, on.limits.maxBodyBytes))
  if (!held) return noRoom()
  try {
    const body = await readBody(request, contentEncoding, on.limits.maxBodyBytes, held)
    if (body.kind === 'gone') return undefined
    if (body.kind === 'no_room') return noRoom()
    if (body.kind === 'too_large') {
      return refuse(
        413,
        `the body exceeds ${on.limits.maxBodyBytes} bytes (also after decompression): send smaller batches`,
      )
    }
    if (body.kind === 'malformed') return refuse(400, body.message)
    return await book(body.bytes, signal, encoding, { writer: auth.writer, held, on })
  } finally {
    held.release()
  }
}

const noRoom = (): Outcome => retryLater(503, 'too much in flight', RETRY_AFTER_SECONDS)

interface Receipt {
  writer: Writer
  held: Reservation
  on: OtlpDependencies
}

function book(bytes: Buffer, signal: Signal, encoding: Encoding, receipt: Receipt): Promise<Outcome> {
  const { decoder, booker } = receipt.on
  const size = bytes.length
  return signal === 'traces'
    ? settle(decoder.traces(bytes, encoding), size, signal, receipt, (spans) => booker.book({ spans, logs: [] }))
    : settle(decoder.logs(bytes, encoding), size, signal, receipt, (logs) => booker.book({ spans: [], logs }))
}

async function settle<Item extends Span | LogRecord>(
  outcome: DecodeOutcome<Item>,
  bodyBytes: number,
  signal: Signal,
  { writer, held, on }: Receipt,
  bookItems: (items: Item[]) => Promise<BookOutcome>,
): Promise<Outcome> {
  if (outcome.kind === 'malformed') return refuse(400, `not an OTLP ${signal} request: ${outcome.message}`)
  if (outcome.kind === 'too_large') return refuse(413, `${outcome.message} in one request: send smaller batches`)
  if (!held.resizeToEnd(bodyBytes + outcome.decodedBytes)) return noRoom()
  const { decoded } = outcome
  const decodedRejected = total(decoded.rejected)
  const items = attribute(decoded, writer)
  const received = signal === 'traces' ? on.metrics.spansReceived : on.metrics.logsReceived
  const booked: BookOutcome = items.length === 0 ? { kind: 'committed', rejected: {} } : await bookItems(items)
  if (booked.kind === 'unavailable') return retryLater(503, booked.message, booked.retryAfterSeconds)

  // Counted only now: a request that is answered with 503 comes again.
  received.inc(decoded.items.length + decodedRejected)
  const rejectedCounter = signal === 'traces' ? on.metrics.spansRejected : on.metrics.logsRejected
  for (const [reason, by] of Object.entries(decoded.cleaned)) on.metrics.valuesCleaned.inc({ reason }, by)
  for (const counts of [decoded.rejected, booked.rejected]) {
    for (const [reason, by] of Object.entries(counts)) rejectedCounter.inc({ reason }, by)
  }
  const reasons: Counts<RejectReason> = { ...decoded.rejected }
  for (const [reason, by] of Object.entries(booked.rejected) as [RejectReason, number][]) {
    reasons[reason] = (reasons[reason] ?? 0) + by
  }
  return { kind: 'accepted', rejected: total(reasons), message: describe(reasons) }
}

const total = (counts: Counts<string>): number => Object.values(counts).reduce<number>((sum, by) => sum + (by ?? 0), 0)

const describe = (counts: Counts<string>): string =>
  Object.entries(counts)
    .map(([reason, by]) => `${reason}: ${by}`)
    .join(', ')
