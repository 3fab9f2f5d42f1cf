// What conformance vectors are made of: valid requests in every signal and encoding, and the answers to them.
import {
  logsJson,
  logsProtobuf,
  type PlainLog,
  type PlainSpan,
  tracesJson,
  tracesProtobuf,
} from '../support/otlp/messages.ts'
import type { Expectation, Form, Signal, Vector } from './vector.ts'

export const MIB = 1024 * 1024
export const TYPE: Record<Form, string> = { protobuf: 'application/x-protobuf', json: 'application/json' }
export const PATH: Record<Signal, string> = { traces: '/v1/traces', logs: '/v1/logs' }
export const FORMS: Form[] = ['protobuf', 'json']
export const SIGNALS: Signal[] = ['traces', 'logs']

let nextId = 1
const id = (digits: number): string => (nextId++).toString(16).padStart(digits, 'c')
export const now = (): bigint => BigInt(Date.now()) * 1_000_000n
export const span = (more: Partial<PlainSpan> = {}): PlainSpan => ({
  traceId: id(32),
  spanId: id(16),
  startTimeUnixNano: now(),
  attributes: { org_id: 'conformance' },
  ...more,
})
export const log = (more: Partial<PlainLog> = {}): PlainLog => ({
  timeUnixNano: now(),
  attributes: { org_id: 'conformance' },
  ...more,
})

export const ok = (type: Form, rejected = 0): Expectation => ({ status: [200], type, rejected })
export const refused = (type: Form, ...status: number[]): Expectation => ({ status, type, rpcStatus: true })

export function body(signal: Signal, form: Form): Buffer {
  if (signal === 'traces') return form === 'json' ? jsonBody(tracesJson([span()])) : tracesProtobuf([span()])
  return form === 'json' ? jsonBody(logsJson([log()])) : logsProtobuf([log()])
}
export const jsonBody = (message: unknown): Buffer => Buffer.from(JSON.stringify(message))

export const post = (
  signal: Signal,
  form: Form,
  content: Buffer,
  more: Partial<Vector> & Pick<Vector, 'name' | 'expect'>,
): Vector => ({
  rule: 'OTLP',
  path: PATH[signal],
  body: content,
  ...more,
  headers: { 'content-type': TYPE[form], ...more.headers },
})
