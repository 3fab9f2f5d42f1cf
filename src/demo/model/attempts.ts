// Attempts at a model call. In: the call and when it must not be tried again. Out: the first success, or the last error;
// an aborted signal's own reason (left, too late) when there is one, since it says more than the aborted call.
import OpenAI from 'openai'
import { withRetries } from '../../../instrumentation/index.ts'

const FIRST_WAIT_MS = 250

/** Statuses that a second attempt can turn into success. */
const RETRYABLE = new Set([408, 409, 429, 500, 502, 503, 504])

export function isRetryable(error: unknown): boolean {
  if (error instanceof OpenAI.APIUserAbortError) return false
  if (error instanceof OpenAI.APIConnectionError) return true
  return error instanceof OpenAI.APIError && RETRYABLE.has(error.status ?? 0)
}

/** Milliseconds the provider asked to wait, when it did. */
export function retryAfterMs(error: unknown): number | undefined {
  if (!(error instanceof OpenAI.APIError)) return undefined
  const seconds = Number(error.headers?.get('retry-after') ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined
}

export interface AttemptOptions {
  attempts: number
  /** Ends waiting and trying. */
  signal: AbortSignal
  /** False once a part of the answer has been handed on: it cannot be taken back. */
  mayRetry?: () => boolean
}

export async function withAttempts<T>(options: AttemptOptions, call: () => Promise<T>): Promise<T> {
  const { attempts, signal, mayRetry = () => true } = options
  const retryOn = (error: unknown) => isRetryable(error) && mayRetry()
  try {
    return await withRetries({ attempts, signal, baseDelayMs: FIRST_WAIT_MS, retryOn }, call)
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
}
