// Errors in the form OpenAI's clients parse. In: a status and a message. Out: the JSON answer.
import type { Response } from 'express'

const TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'invalid_request_error',
  413: 'invalid_request_error',
  429: 'rate_limit_error',
}

const CODES: Readonly<Record<number, string>> = {
  401: 'invalid_api_key',
  404: 'model_not_found',
  429: 'rate_limit_exceeded',
}

export function sendFailure(
  response: Response,
  failure: { status: number; message: string; param?: string; retryAfterSeconds?: number | undefined },
): void {
  if (failure.retryAfterSeconds !== undefined) response.setHeader('Retry-After', String(failure.retryAfterSeconds))
  response.status(failure.status).json({
    error: {
      message: failure.message,
      type: TYPES[failure.status] ?? 'server_error',
      param: failure.param ?? null,
      code: CODES[failure.status] ?? null,
    },
  })
}
