// What a failed model call means for the person who asked. In: the last attempt's error. Out: an AppError that says
// what happened and what to do, never the provider's own words, which may quote the prompt.
import OpenAI from 'openai'
import { AppError } from '../../shared/errors.ts'
import { retryAfterMs } from './attempts.ts'

const isTimeout = (error: unknown): boolean =>
  error instanceof OpenAI.APIConnectionTimeoutError || (error instanceof Error && error.name === 'TimeoutError')

/** @returns undefined when the error does not come from a model call. */
export function toModelFailure(error: unknown): AppError | undefined {
  if (isTimeout(error)) {
    const message = 'The model took too long to answer. Try again, or ask a shorter question.'
    return new AppError('unavailable', message, { cause: error, details: { reason: 'model_timeout' } })
  }
  if (!(error instanceof OpenAI.APIError)) return undefined
  if (error.status === 429) {
    const seconds = (retryAfterMs(error) ?? 1_000) / 1000
    const message = 'The model is busy right now. Wait a moment and try again.'
    const details = { reason: 'model_rate_limited', retry_after_seconds: seconds }
    return new AppError('unavailable', message, { cause: error, details })
  }
  if (error instanceof OpenAI.APIConnectionError) {
    const message = 'The connection to the model was lost. Try again.'
    return new AppError('unavailable', message, { cause: error, details: { reason: 'model_unreachable' } })
  }
  const message = 'The model could not answer this request. Try again; if it stays, tell us the request id.'
  const details = { reason: 'model_failed', model_status: error.status ?? null }
  return new AppError('unavailable', message, { cause: error, details })
}
