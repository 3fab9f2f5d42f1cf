// How much of its rate limit a provider says is used. In: the headers of an answer to a model call, from whichever HTTP
// client asked. Out: the used share of the tightest limit, and when it is over.
import { recordRateLimit } from '../metrics/instruments.ts'
import { type ActiveCall, activeCall } from '../model-call/active-call.ts'
import { guard } from '../problems.ts'
import { tenantAttributes } from '../tenant/context.ts'

export interface RateLimitUse {
  /** 0 to 1. */
  usedRatio: number
  /** Milliseconds until the provider counts anew; undefined when it does not say. */
  resetMs?: number | undefined
}

type Pairs = Iterable<readonly [name: string, value: string]>

/**
 * OpenAI and those who follow it send `x-ratelimit-limit-tokens`, `x-ratelimit-remaining-tokens`, `x-ratelimit-reset-tokens`;
 * Anthropic `anthropic-ratelimit-tokens-limit` and so on; gateways `x-ratelimit-limit`. Of several limits the tightest counts.
 */
export function readRateLimit(headers: Pairs, nowMs: number): RateLimitUse | undefined {
  const limits = new Map<string, string>()
  for (const [name, value] of headers) {
    const key = name.toLowerCase()
    if (key.includes('ratelimit-')) limits.set(key, value)
  }
  let tightest: RateLimitUse | undefined
  for (const [name, value] of limits) {
    if (!/-remaining(?:-|$)/.test(name)) continue
    const of = (part: string) => limits.get(name.replace('-remaining', `-${part}`))
    const [remaining, limit] = [toNumber(value), toNumber(of('limit'))]
    if (!(limit > 0) || !(remaining >= 0)) continue
    const usedRatio = Math.max(0, 1 - remaining / limit)
    if (tightest && tightest.usedRatio >= usedRatio) continue
    tightest = { usedRatio, resetMs: toMilliseconds(of('reset'), nowMs) }
  }
  return tightest
}

const toNumber = (text: string | undefined): number => (text ? Number(text) : Number.NaN)

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `1m30s`, `120ms`, seconds, seconds or milliseconds since 1970, or a date. */
function toMilliseconds(text: string | undefined, nowMs: number): number | undefined {
  if (!text) return undefined
  const value = Number(text)
  if (value >= 1e12) return value - nowMs
  if (value >= 1e9) return value * 1000 - nowMs
  if (value >= 0) return value * 1000
  if (/^(?:[\d.]+(?:ms|[smhd]))+$/.test(text)) {
    let total = 0
    for (const [, amount, unit = 's'] of text.matchAll(/([\d.]+)(ms|[smhd])/g)) {
      total += Number(amount) * (UNIT_MS[unit] ?? 0)
    }
    return Number.isFinite(total) ? total : undefined
  }
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : date - nowMs
}

interface Asked {
  call: ActiveCall
  tenant: ReturnType<typeof tenantAttributes>
}

// By the client's own request object: an answer's headers arrive outside the context of the call.
const asked = new WeakMap<object, Asked>()

/** For an HTTP client's request hook: remembers which model call the request is part of. */
export function rememberCall(request: object): void {
  guard('rate limit', () => {
    const call = activeCall()
    if (call) asked.set(request, { call, tenant: tenantAttributes() })
  })
}

/** For an HTTP client's response hook: records what the answer to a model call says of the rate limit. */
export function recordRateLimitOf(request: object, headers: () => Pairs): void {
  guard('rate limit', () => {
    const known = asked.get(request)
    if (!known) return
    const use = readRateLimit(headers(), Date.now())
    if (use) recordRateLimit(known.tenant, known.call, use)
  })
}

/** Headers as undici hands them over: names and values in turn, as bytes. */
export function* rawPairs(raw: readonly (Buffer | string)[]): Pairs {
  for (let index = 0; index + 1 < raw.length; index += 2) yield [String(raw[index]), String(raw[index + 1])]
}
