// Attempts at a model call. In: the call and what may be tried again. Out: the first success, or the last error.
// Waits follow the provider's Retry-After, else 250 ms doubling with each attempt, plus up to a quarter of it by chance.
import { setTimeout as delay } from 'node:timers/promises'
import OpenAI from 'openai'
import { withAttempt } from '../../../instrumentation/model-call/attempt.ts'

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
  for (let number = 1; ; number += 1) {
    try {
      return await withAttempt({ number }, call)
    } catch (error) {
      // An aborted call reports its own kind of error; the reason of the signal (left, too late) says more.
      options.signal.throwIfAborted()
      const over = number >= options.attempts || !isRetryable(error) || options.mayRetry?.() === false
      if (over) throw error
      const waitMs = retryAfterMs(error) ?? FIRST_WAIT_MS * 2 ** (number - 1)
      await delay(waitMs * (1 + Math.random() / 4), undefined, { signal: options.signal }).catch(() =>
        options.signal.throwIfAborted(),
      )
    }
  }
}
