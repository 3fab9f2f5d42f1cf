// What the provider says of its rate limit, in OpenAI's headers. In: one call per request. Out: `x-ratelimit-*` with the
// requests of the last minute, or with the share that was ordered. It is only said: refusing is `status=429`.
import type { Response } from 'express'

const REQUESTS_PER_MINUTE = 10_000
const WINDOW_MS = 60_000

export class RateLimitCounter {
  readonly #recent = new Map<string, number[]>()

  /** Counts a request for `model` and tells how many remain, on `response`. @param usedRatio says this instead. */
  tell(response: Response, model: string, usedRatio: number | undefined): void {
    const nowMs = Date.now()
    const recent = (this.#recent.get(model) ?? []).filter((atMs) => atMs > nowMs - WINDOW_MS)
    if (recent.length < REQUESTS_PER_MINUTE) recent.push(nowMs)
    this.#recent.set(model, recent)
    const used = usedRatio === undefined ? recent.length : Math.round(usedRatio * REQUESTS_PER_MINUTE)
    const resetMs = usedRatio === undefined ? (recent.at(0) ?? nowMs) + WINDOW_MS - nowMs : WINDOW_MS
    response.set({
      'x-ratelimit-limit-requests': String(REQUESTS_PER_MINUTE),
      'x-ratelimit-remaining-requests': String(REQUESTS_PER_MINUTE - used),
      'x-ratelimit-reset-requests': `${Math.max(resetMs, 0)}ms`,
    })
  }
}
