// Turns whatever went wrong into the one error shape. In: an error. Out: status, code and a message a caller may read.
// Stacks and SQL stay in the log.
import type { ErrorRequestHandler, Response } from 'express'
import { AppError, type ErrorCode } from '../../shared/errors.ts'
import type { Logger } from '../../shared/logger.ts'
import type { ErrorBody } from './envelope.ts'

/** SQLSTATE classes and codes that pass by themselves: connection trouble, shutdown, no free slots, lock timeouts. */
const TRANSIENT = /^(08|53|57P|55P03|40)/
const NODE_NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ENOTFOUND'])

export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  const { code, type, status, message } = error as { code?: string; type?: string; status?: number; message?: string }
  if (type === 'entity.parse.failed') return new AppError('bad_request', 'the body is not valid JSON')
  if (type === 'entity.too.large') return new AppError('payload_too_large', 'the body is larger than accepted')
  if (type?.startsWith('encoding') || type?.startsWith('charset'))
    return new AppError('unsupported_media_type', String(message))
  if (status === 400 && code === undefined) return new AppError('bad_request', 'the request could not be read')
  if (code === '2201B') return new AppError('bad_request', 'the regular expression is not valid', { cause: error })
  if (code === '57014')
    return new AppError('unavailable', 'the query took too long; narrow the time range', { cause: error })
  if (code && (TRANSIENT.test(code) || NODE_NETWORK.has(code)))
    return new AppError('unavailable', 'the database is not reachable at the moment; try again', { cause: error })
  if (
    message?.startsWith('timeout exceeded when trying to connect') ||
    message === 'Connection terminated unexpectedly'
  )
    return new AppError('unavailable', 'the database is not reachable at the moment; try again', { cause: error })
  return new AppError('internal', 'something went wrong on our side; quote the request_id', { cause: error })
}

export function toErrorBody(error: AppError, requestId: string): ErrorBody {
  return {
    code: error.code satisfies ErrorCode,
    message: error.message,
    details: error.details ?? null,
    timestamp: new Date().toISOString(),
    request_id: requestId,
  }
}

export function createErrorHandler(logger: Logger): ErrorRequestHandler {
  return (thrown, _request, response: Response, next) => {
    if (response.headersSent) return next(thrown)
    const error = toAppError(thrown)
    const requestId = String(response.locals.requestId ?? '')
    if (error.status >= 500)
      logger.error({ err: error.cause ?? thrown, request_id: requestId, code: error.code }, error.message)
    if (error.status === 401) response.set('WWW-Authenticate', 'Bearer')
    if (error.status === 503) response.set('Retry-After', '5')
    response.status(error.status).json(toErrorBody(error, requestId))
  }
}
