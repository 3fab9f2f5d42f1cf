// What the receiver answers. In: an outcome. Out: status, headers and body in the request's encoding, as the
// OTLP/HTTP specification wants them: Export*ServiceResponse for success, google.rpc.Status for everything else.
import type { Encoding } from '../decode/decoder.ts'
import { lengthDelimited, varintField } from './wire-writer.ts'

export type Signal = 'traces' | 'logs'

/** Codes of google.rpc.Code. */
const RPC_CODE = {
  400: 3, // INVALID_ARGUMENT
  401: 16, // UNAUTHENTICATED
  404: 5, // NOT_FOUND
  405: 12, // UNIMPLEMENTED
  413: 8, // RESOURCE_EXHAUSTED
  415: 3, // INVALID_ARGUMENT
  429: 8, // RESOURCE_EXHAUSTED
  503: 14, // UNAVAILABLE
} as const

export type RefusalStatus = keyof typeof RPC_CODE

export type Outcome =
  | { kind: 'accepted'; rejected: number; message: string }
  | { kind: 'refused'; status: RefusalStatus; message: string; headers?: Record<string, string> }

export interface Answer {
  status: number
  headers: Record<string, string>
  body: Buffer
}

export const CONTENT_TYPE: Record<Encoding, string> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
}

const REJECTED_FIELD: Record<Signal, string> = { traces: 'rejectedSpans', logs: 'rejectedLogRecords' }

export function refuse(status: RefusalStatus, message: string, headers: Record<string, string> = {}): Outcome {
  return { kind: 'refused', status, message, headers }
}

/** Trouble that can pass: the sender keeps the request and tries again. */
export function retryLater(status: 429 | 503, message: string, afterSeconds: number): Outcome {
  return refuse(status, message, { 'retry-after': String(afterSeconds) })
}

export function toAnswer(outcome: Outcome, encoding: Encoding, signal: Signal): Answer {
  const headers = { 'content-type': CONTENT_TYPE[encoding] }
  if (outcome.kind === 'accepted') {
    const body = encoding === 'json' ? acceptedJson(outcome, signal) : acceptedProtobuf(outcome)
    return { status: 200, headers, body }
  }
  const code = RPC_CODE[outcome.status]
  const body =
    encoding === 'json'
      ? Buffer.from(JSON.stringify({ code, message: outcome.message }))
      : Buffer.concat([varintField(1, code), lengthDelimited(2, Buffer.from(outcome.message))])
  return { status: outcome.status, headers: { ...headers, ...outcome.headers }, body }
}

interface Accepted {
  rejected: number
  message: string
}

function acceptedJson({ rejected, message }: Accepted, signal: Signal): Buffer {
  if (rejected === 0) return Buffer.from('{}')
  const partialSuccess = { [REJECTED_FIELD[signal]]: String(rejected), errorMessage: message }
  return Buffer.from(JSON.stringify({ partialSuccess }))
}

function acceptedProtobuf({ rejected, message }: Accepted): Buffer {
  if (rejected === 0) return Buffer.alloc(0)
  return lengthDelimited(1, Buffer.concat([varintField(1, rejected), lengthDelimited(2, Buffer.from(message))]))
}
