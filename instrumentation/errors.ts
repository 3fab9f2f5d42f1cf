// Names errors. In: anything thrown. Out: the error.type of its span, in the words of who threw it, and that of its metric
// points, one of few values that tell whether the provider was to blame.
import { ERROR_TYPE } from './semconv.ts'

export interface ErrorInfo {
  /** For spans: `rate_limited`, `timeout`, `aborted`, else the error's code, HTTP status or class. */
  type: string
  /** For metrics: `rate_limited`, `timeout`, `aborted`, `connection_error`, an HTTP status from 400 on, or `_OTHER`. */
  metricType: string
  httpStatus?: number | undefined
}

const TIMEOUT_CODES = new Set([
  'ETIMEDOUT',
  'ESOCKETTIMEDOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
])
/** Sockets, names, TLS and certificates; Node's own codes and undici's. */
const CONNECTION =
  /^(?:E(?:CONN|HOST|NET)[A-Z]+|EPIPE|EPROTO|ENOTFOUND|EAI_[A-Z]+|UND_ERR_SOCKET|ERR_(?:TLS|SSL|HTTP2)_\w+|CERT_\w+|\w*SELF_SIGNED\w*|UNABLE_TO_\w+|API_?ConnectionError)$/
/** What providers call a failure where there is no status any more: inside a stream. */
const STATUS_OF_WORD = new Map<unknown, number>(
  Object.entries({
    rate_limit_exceeded: 429,
    rate_limit_error: 429,
    overloaded_error: 529,
    api_error: 500,
    server_error: 500,
    timeout_error: 504,
    invalid_request_error: 400,
    authentication_error: 401,
    billing_error: 402,
    permission_error: 403,
    not_found_error: 404,
    request_too_large: 413,
  }),
)
const SAFE_NAME = /^[A-Za-z0-9_.:-]{1,64}$/
const MAX_CAUSES = 4

export function describeError(thrown: unknown): ErrorInfo {
  const error = unwrap(thrown)
  const { name, code, status, word } = fields(error)
  const chain = [{ name, code }, ...causesOf(error)]
  const fixed = (type: string) => ({ type, metricType: type, httpStatus: status })
  if (status === 429 || word === 429) return fixed(ERROR_TYPE.rateLimited)
  if (status === 408 || status === 504 || word === 504 || chain.some(isTimeout)) return fixed(ERROR_TYPE.timeout)
  if (name === 'AbortError' || name === 'APIUserAbortError') return fixed(ERROR_TYPE.aborted)
  const type = [code, chain[1]?.code, status === undefined ? undefined : String(status), name].find(
    (value) => value !== undefined && SAFE_NAME.test(value),
  )
  return { type: type ?? 'error', metricType: metricTypeOf(status ?? word, chain), httpStatus: status }
}

function metricTypeOf(status: number | undefined, chain: Named[]): string {
  if (status !== undefined && status >= 400 && status < 600) return String(status)
  return chain.some(isConnection) ? ERROR_TYPE.connection : ERROR_TYPE.other
}

// The AI SDK's, once it has given up: what went wrong is the last error.
const unwrap = (error: unknown): unknown =>
  error instanceof Error && error.name === 'AI_RetryError' ? (Reflect.get(error, 'lastError') ?? error) : error

interface Named {
  name?: string | undefined
  code?: string | undefined
}

const isTimeout = ({ name, code }: Named) =>
  (name !== undefined && /timeout/i.test(name)) || (code !== undefined && TIMEOUT_CODES.has(code))

const isConnection = ({ name = '', code = '' }: Named) => CONNECTION.test(code) || CONNECTION.test(name)

function causesOf(error: unknown): Named[] {
  const causes: Named[] = []
  for (let { cause } = fields(error); cause && causes.length < MAX_CAUSES; ) {
    const found = fields(cause)
    causes.push(found)
    cause = found.cause
  }
  return causes
}

function fields(error: unknown) {
  const value = asObject(error)
  const statuses = [
    value.status,
    value.statusCode,
    asObject(value.$metadata).httpStatusCode,
    asObject(value.response).status,
  ]
  const body = asObject(value.error)
  const words = [value.code, value.type, asObject(body.error).type, body.type]
  return {
    name: error instanceof Error ? nameOf(error) : undefined,
    code: typeof value.code === 'string' ? value.code : undefined,
    status: statuses.find((status) => typeof status === 'number' && Number.isInteger(status)) as number | undefined,
    word: words.map((word) => STATUS_OF_WORD.get(word)).find((status) => status !== undefined),
    cause: value.cause,
  }
}

const asObject = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

// SDK errors often leave `name` at "Error" and tell themselves apart by class only.
const nameOf = (error: Error) => (error.name === 'Error' ? (error.constructor?.name ?? error.name) : error.name)
