// Attempts of one piece of work. In: work that may fail in passing. Out: its first success, with waiting between the
// attempts; each model call below carries the number of its attempt, and each paid attempt is a billable span.

import { setTimeout as wait } from 'node:timers/promises'
import { trace } from '@opentelemetry/api'
import { describeError } from '../errors.ts'
import { activeRun } from '../feature/active-run.ts'
import { guard } from '../problems.ts'
import { ATTR, ERROR_TYPE, EVENT } from '../semconv.ts'
import { activeAttempt, withAttempt } from './attempt.ts'
import { retryAfterMs } from './retry-after.ts'

export interface RetryOptions {
  /** Attempts in all, the first included; default 3. */
  attempts?: number | undefined
  /** Wait before the second attempt; doubled each time; default 500. */
  baseDelayMs?: number | undefined
  /** Default 20 000. */
  maxDelayMs?: number | undefined
  /** Which errors are worth another attempt; default: rate limits, timeouts, lost connections, status 5xx. */
  retryOn?: ((error: unknown) => boolean) | undefined
  /** Stops waiting and trying. */
  signal?: AbortSignal | undefined
  /** Random number in [0, 1) for the jitter; for tests. */
  random?: (() => number) | undefined
}

/** Who is asked to wait longer gives up: nobody waits that long for an answer, and sooner the provider refuses again. */
const MAX_RETRY_AFTER_MS = 60_000

/**
 * Runs `work` until it succeeds, fails for good, or has used its attempts; then the last error is thrown unchanged.
 * Waits exponentially with full jitter, or as long as the provider's Retry-After asks (headers of fetch, Axios and the AI
 * SDK; seconds, a date, or `retry-after-ms`); when that is more than a minute, the error is thrown at once.
 */
export async function withRetries<T>(options: RetryOptions, work: (attempt: number) => T | Promise<T>): Promise<T> {
  const { attempts = 3, retryOn = isTransient, signal } = options
  const fallback = activeAttempt()?.fallback
  for (let number = 1; ; number++) {
    try {
      return await withAttempt({ number, fallback }, () => work(number))
    } catch (error) {
      const askedMs = retryAfterMs(error, Date.now())
      const isTooLong = askedMs !== undefined && askedMs > MAX_RETRY_AFTER_MS
      if (number >= attempts || isTooLong || signal?.aborted || !retryOn(error)) throw error
      const delayMs = askedMs ?? backoffMs(number, options)
      guard('retry', () =>
        trace.getActiveSpan()?.addEvent(EVENT.retry, {
          [ATTR.attempt]: number,
          [ATTR.errorType]: describeError(error).type,
          [ATTR.retryDelayMs]: delayMs,
        }),
      )
      await wait(delayMs, undefined, signal ? { signal } : {})
    }
  }
}

const TRANSIENT = new Set<string>([ERROR_TYPE.rateLimited, ERROR_TYPE.timeout, ERROR_TYPE.connection])

function isTransient(error: unknown): boolean {
  const { metricType } = describeError(error)
  return TRANSIENT.has(metricType) || /^5\d\d$/.test(metricType)
}

function backoffMs(number: number, { baseDelayMs = 500, maxDelayMs = 20_000, random = Math.random }: RetryOptions) {
  return Math.round(Math.min(maxDelayMs, baseDelayMs * 2 ** (number - 1)) * random())
}

/**
 * Runs `first`; when it fails, `instead`, whose model calls carry the fallback's name. A feature run around it is marked
 * degraded. When both fail, the error of `instead` is thrown. When the user has left, nobody wants an answer: the error of
 * `first` is thrown, and nothing more is paid.
 * @param name of the fallback, in a few fixed words: `plain retrieval`.
 * @param options.signal the user's. Without it every aborted `first` counts as the user's leaving; with it, one that the app
 * aborted itself, for want of time, is still replaced.
 */
export async function withFallback<T>(
  name: string,
  first: () => T | Promise<T>,
  instead: (error: unknown) => T | Promise<T>,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<T> {
  try {
    return await first()
  } catch (error) {
    if (signal ? signal.aborted : describeError(error).type === ERROR_TYPE.aborted) throw error
    guard('fallback', () => {
      const { type } = describeError(error)
      trace.getActiveSpan()?.addEvent(EVENT.fallback, { [ATTR.fallback]: name, [ATTR.errorType]: type })
      activeRun()?.degrade(`${name} after ${type}`)
    })
    return withAttempt({ number: activeAttempt()?.number ?? 1, fallback: name }, () => instead(error))
  }
}
