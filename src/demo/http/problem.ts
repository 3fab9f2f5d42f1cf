// What a caller sees when something goes wrong. In: anything thrown. Out: status, and
// { error: { code, message, details, timestamp, request_id } }; the stack goes to the log and nowhere else.
import type { ErrorRequestHandler, RequestHandler } from 'express'
import type { z } from 'zod'
import { AppError } from '../../shared/errors.ts'
import type { Logger } from '../../shared/logger.ts'
import { hasCallerLeft } from './caller-left.ts'

export interface Problem {
  code: string
  message: string
  details: unknown
  timestamp: string
  request_id: string
}

/** Errors of Express' own body reader carry a status and a type. */
interface HttpError {
  status: number
  type?: string
}

const isHttpError = (error: unknown): error is HttpError & Error =>
  error instanceof Error && typeof (error as Partial<HttpError>).status === 'number'

export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  if (isHttpError(error) && error.status === 413) {
    return new AppError('payload_too_large', 'The request is too large. Send less, or in parts.', { cause: error })
  }
  if (isHttpError(error) && error.status < 500) {
    return new AppError('bad_request', `The request could not be read: ${error.message}`, { cause: error })
  }
  return new AppError('internal', 'Something went wrong on our side. Try again; if it stays, tell us the request id.', {
    cause: error,
  })
}

export const toProblem = (error: AppError, requestId: string): Problem => ({
  code: error.code,
  message: error.message,
  details: error.details ?? null,
  timestamp: new Date().toISOString(),
  request_id: requestId,
})

export const retryAfterOf = (error: AppError): number | undefined => {
  const seconds = (error.details as { retry_after_seconds?: unknown } | undefined)?.retry_after_seconds
  return typeof seconds === 'number' ? Math.max(1, Math.ceil(seconds)) : undefined
}

export const notFound: RequestHandler = (request) => {
  throw new AppError('not_found', `There is no ${request.method} ${request.path}.`)
}

export function problemHandler(options: { logger: Logger; requestId: () => string }): ErrorRequestHandler {
  return (error, request, response, next) => {
    if (hasCallerLeft(error)) {
      options.logger.info({ path: request.path }, error.message)
      return
    }
    const failure = toAppError(error)
    const level = failure.status >= 500 ? 'error' : 'info'
    options.logger[level]({ err: failure.cause ?? failure, code: failure.code, path: request.path }, failure.message)
    if (response.headersSent) return next(error)
    const retryAfter = retryAfterOf(failure)
    if (retryAfter !== undefined) response.setHeader('Retry-After', String(retryAfter))
    response.status(failure.status).json({ error: toProblem(failure, options.requestId()) })
  }
}

/** Reads a body or query with a schema; what is wrong is named field by field. */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input ?? {})
  if (parsed.success) return parsed.data
  const details = parsed.error.issues.map((issue) => ({ field: issue.path.join('.'), message: issue.message }))
  const summary = details.map(({ field, message }) => (field ? `${field}: ${message}` : message)).join('; ')
  throw new AppError('bad_request', `The request is not valid. ${summary}`, { details })
}
