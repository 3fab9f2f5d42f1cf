// Rate limits in the headers of the providers, and how long what they say holds.
import { describe, expect, it } from 'vitest'
import { rawPairs, readRateLimit } from '../../../instrumentation/http/rate-limit-headers.ts'
import { RateLimits } from '../../../instrumentation/metrics/rate-limits.ts'

const NOW = Date.parse('2026-11-21T10:00:00Z')

const OPENAI = {
  'x-ratelimit-limit-requests': '60',
  'x-ratelimit-remaining-requests': '57',
  'x-ratelimit-reset-requests': '1s',
  'x-ratelimit-limit-tokens': '150000',
  'x-ratelimit-remaining-tokens': '30000',
  'x-ratelimit-reset-tokens': '1m0.5s',
}
const ANTHROPIC = {
  'anthropic-ratelimit-requests-limit': '4000',
  'anthropic-ratelimit-requests-remaining': '3999',
  'anthropic-ratelimit-requests-reset': '2026-11-21T10:00:01Z',
  'anthropic-ratelimit-input-tokens-limit': '400000',
  'anthropic-ratelimit-input-tokens-remaining': '100000',
  'anthropic-ratelimit-input-tokens-reset': '2026-11-21T10:00:45Z',
  'anthropic-ratelimit-output-tokens-limit': '80000',
  'anthropic-ratelimit-output-tokens-remaining': '80000',
}

describe('rate limit headers', () => {
  it.each<[string, Record<string, string>, unknown]>([
    ['OpenAI: the tightest of requests and tokens', OPENAI, { usedRatio: 0.8, resetMs: 60_500 }],
    ['Anthropic: the tightest of requests, input and output tokens', ANTHROPIC, { usedRatio: 0.75, resetMs: 45_000 }],
    ['a gateway', { 'X-RateLimit-Limit': '10', 'X-RateLimit-Remaining': '5' }, { usedRatio: 0.5, resetMs: undefined }],
    [
      'a reset in milliseconds since 1970',
      { 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '5', 'x-ratelimit-reset': String(NOW + 5_000) },
      { usedRatio: 0.5, resetMs: 5_000 },
    ],
    ['milliseconds', { ...OPENAI, 'x-ratelimit-reset-tokens': '120ms' }, { usedRatio: 0.8, resetMs: 120 }],
    [
      'more left than the limit',
      { 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '11' },
      { usedRatio: 0, resetMs: undefined },
    ],
    ['no limit beside what remains', { 'x-ratelimit-remaining-tokens': '5' }, undefined],
    ['a limit of 0', { 'x-ratelimit-limit': '0', 'x-ratelimit-remaining': '0' }, undefined],
    ['words', { 'x-ratelimit-limit': 'many', 'x-ratelimit-remaining': 'some' }, undefined],
    ['none', { 'content-type': 'application/json' }, undefined],
  ])('%s', (_name, headers, use) => expect(readRateLimit(Object.entries(headers), NOW)).toEqual(use))

  it('are read as undici and node:http hand them over', () => {
    const raw = ['x-ratelimit-limit', '4', 'x-ratelimit-remaining', '1']
    expect(readRateLimit(rawPairs(raw.map((text) => Buffer.from(text))), NOW)?.usedRatio).toBe(0.75)
    expect(readRateLimit(rawPairs(raw), NOW)?.usedRatio).toBe(0.75)
  })
})

describe('a reported share', () => {
  const labels = { org_id: 'acme' }
  it.each([
    ['for a minute when the provider does not say how long', undefined, 60_000],
    ['for a minute when the provider counts anew sooner', 1_000, 60_000],
    ['until the provider counts anew', 300_000, 300_000],
    ['for an hour at most', 86_400_000, 3_600_000],
  ])('holds %s, and is then 0 once', (_name, resetMs, holdMs) => {
    const limits = new RateLimits()
    limits.set(labels, 0.9, resetMs, NOW)
    expect(limits.take(NOW + holdMs - 1)).toEqual([[labels, 0.9]])
    expect(limits.take(NOW + holdMs)).toEqual([[labels, 0]])
    expect(limits.take(NOW + holdMs + 1)).toEqual([])
  })

  it('is bounded in number', () => {
    const limits = new RateLimits()
    for (let org = 0; org < 6_000; org++) limits.set({ org_id: `org-${org}` }, 0.5, undefined, NOW)
    expect(limits.take(NOW)).toHaveLength(5_000)
  })
})
