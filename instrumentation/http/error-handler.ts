// Express error handler: last in the chain. In: whatever a route threw. Out: for the user a message and the trace id,
// never a stack; for the log the error with its stack; for the span the exception.
import { SpanStatusCode, trace } from '@opentelemetry/api'
import type { ErrorRequestHandler, NextFunction, Request, Response } from 'express'
import { guard } from '../problems.ts'
import { activeTraceId } from './trace-id-header.ts'

interface ErrorLogger {
  error(fields: Record<string, unknown>, message: string): void
}

export interface ErrorHandlerOptions {
  logger: ErrorLogger
}

const SERVER_MESSAGE = 'Something went wrong on our side. Please try again, and quote the trace id if it happens again.'

/**
 * Answers `{ error: { code, message, trace_id } }`. An error that says whether it may be exposed, as those of http-errors
 * and of Express's own body parsers do, keeps its status, and its message where `expose` is true. Every other error is a
 * 500 with a fixed message: a status of its own may be a model provider's, whose text names accounts and keys.
 */
export function errorHandler({ logger }: ErrorHandlerOptions): ErrorRequestHandler {
  return (error: unknown, _req: Request, res: Response, next: NextFunction) => {
    const { status, code, message } = toAnswer(error)
    const traceId = activeTraceId()
    guard('error handler', () => {
      const span = trace.getActiveSpan()
      span?.recordException(error instanceof Error ? error : new Error(String(error)))
      if (status >= 500) span?.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) })
      logger.error({ err: error, status, code }, 'request failed')
    })
    // Express closes the connection of an answer already under way.
    if (res.headersSent) {
      next(error)
      return
    }
    res.status(status).json({ error: { code, message, ...(traceId && { trace_id: traceId }) } })
  }
}

function toAnswer(error: unknown): { status: number; code: string; message: string } {
  const fields = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>
  if (typeof fields.expose !== 'boolean') return { status: 500, code: 'internal', message: SERVER_MESSAGE }
  const given = fields.status ?? fields.statusCode
  const status = typeof given === 'number' && given >= 400 && given <= 599 ? given : 500
  const ownCode = typeof fields.code === 'string' && /^[a-z_]{1,40}$/.test(fields.code) ? fields.code : undefined
  return {
    status,
    code: ownCode ?? (status < 500 ? 'bad_request' : 'internal'),
    message: fields.expose ? messageOf(error) : SERVER_MESSAGE,
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
