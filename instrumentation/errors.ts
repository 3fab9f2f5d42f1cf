// Names errors. In: anything thrown. Out: an error.type with few values and the outcome it stands for.
import { ERROR_TYPE } from './semconv.ts'

export interface ErrorInfo {
  /** Value of error.type: `rate_limited`, `timeout`, `aborted`, else the error's code, HTTP status or class. */
  type: string
  httpStatus?: number | undefined
}

const TIMEOUT_CODES = new Set([
  'ETIMEDOUT',
  'ESOCKETTIMEDOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
])
const SAFE_NAME = /^[A-Za-z0-9_.:-]{1,64}$/

export function describeError(error: unknown): ErrorInfo {
  const { name, code, status, cause } = fields(error)
  if (status === 429 || code === 'rate_limit_exceeded') return { type: ERROR_TYPE.rateLimited, httpStatus: status }
  if (status === 408 || status === 504 || isTimeout(name, code) || isTimeout(fields(cause).name, fields(cause).code)) {
    return { type: ERROR_TYPE.timeout, httpStatus: status }
  }
  if (name === 'AbortError' || name === 'APIUserAbortError') return { type: ERROR_TYPE.aborted }
  const causeCode = fields(cause).code
  const type = [code, causeCode, status === undefined ? undefined : String(status), name].find(
    (value) => value !== undefined && SAFE_NAME.test(value),
  )
  return { type: type ?? 'error', httpStatus: status }
}

const isTimeout = (name: string | undefined, code: string | undefined) =>
  (name !== undefined && /timeout/i.test(name)) || (code !== undefined && TIMEOUT_CODES.has(code))

function fields(error: unknown) {
  const value = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>
  const name = error instanceof Error ? nameOf(error) : undefined
  const status = [value.status, value.statusCode].find((item) => typeof item === 'number')
  return {
    name,
    code: typeof value.code === 'string' ? value.code : undefined,
    status: status as number | undefined,
    cause: value.cause,
  }
}

// SDK errors often leave `name` at "Error" and tell themselves apart by class only.
const nameOf = (error: Error) => (error.name === 'Error' ? (error.constructor?.name ?? error.name) : error.name)
