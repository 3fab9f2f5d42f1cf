// Requests per second and deal: a token bucket. In: a namespace. Out: go on, or the seconds to wait.
import { LRUCache } from 'lru-cache'
import type { Clock } from '../../shared/clock.ts'

export type Admission = { kind: 'admitted' } | { kind: 'refused'; retryAfterSeconds: number }

export function createRateLimit(options: {
  perSecond: number
  burst: number
  clock: Clock
}): (key: string) => Admission {
  const { perSecond, burst, clock } = options
  const buckets = new LRUCache<string, { tokens: number; atMs: number }>({ max: 10_000 })
  return (key) => {
    const now = clock.nowMs()
    const bucket = buckets.get(key) ?? { tokens: burst, atMs: now }
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.atMs) / 1000) * perSecond)
    bucket.atMs = now
    buckets.set(key, bucket)
    if (bucket.tokens < 1) return { kind: 'refused', retryAfterSeconds: (1 - bucket.tokens) / perSecond }
    bucket.tokens -= 1
    return { kind: 'admitted' }
  }
}
