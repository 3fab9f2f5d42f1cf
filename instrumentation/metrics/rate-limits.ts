// The rate limits providers reported last. In: used shares, by label set. Out: what to observe now. A share holds until
// the provider counts anew, or for a minute when it does not say; after that the limit is free again and 0 is
// observed once, since an observed value stays until another replaces it.
import type { Attributes } from '@opentelemetry/api'

const HOLD_MS = 60_000
const MAX_HOLD_MS = 3_600_000
const MAX_LIMITS = 5_000

interface Held {
  labels: Attributes
  usedRatio: number
  untilMs: number
}

export class RateLimits {
  readonly #held = new Map<string, Held>()

  /** @param labels the organisation, provider and model, bounded. @param resetMs until the provider counts anew. */
  set(labels: Attributes, usedRatio: number, resetMs: number | undefined, nowMs: number): void {
    const id = JSON.stringify(labels)
    if (this.#held.size >= MAX_LIMITS && !this.#held.has(id)) return
    const holdMs = Math.min(Math.max(resetMs ?? 0, HOLD_MS), MAX_HOLD_MS)
    this.#held.set(id, { labels, usedRatio, untilMs: nowMs + holdMs })
  }

  /** Label sets and shares as of now; those whose time is over are 0, and forgotten. */
  take(nowMs: number): [labels: Attributes, usedRatio: number][] {
    return [...this.#held].map(([id, { labels, usedRatio, untilMs }]) => {
      if (nowMs < untilMs) return [labels, usedRatio]
      this.#held.delete(id)
      return [labels, 0]
    })
  }
}
