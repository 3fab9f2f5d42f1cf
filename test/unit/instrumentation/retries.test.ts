// How long an attempt waits for the provider's sake, and what is no longer worth an attempt.
import OpenAI from 'openai'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { traceFeature, withFallback, withRetries } from '../../../instrumentation/index.ts'
import { captureTelemetry } from '../../support/telemetry.ts'

const NOW = '2026-11-21T10:00:00Z'
const limited = (more: object) => Object.assign(new Error('slow down'), { status: 429, ...more })
const RETRY_7_S = { 'Retry-After': '7' }

const telemetry = captureTelemetry()
beforeEach(() => telemetry.reset())
afterAll(() => telemetry.stop())

describe('an attempt', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOW) }))
  afterEach(() => void vi.useRealTimers())

  /** Milliseconds from the first attempt to the second, which is not waited for. */
  async function waitAfter(error: unknown): Promise<unknown> {
    const controller = new AbortController()
    setImmediate(() => controller.abort())
    const attempts = () => withRetries({ random: () => 1, signal: controller.signal }, () => Promise.reject(error))
    await expect(traceFeature('chat', attempts)).rejects.toThrow()
    const [run] = await telemetry.spans()
    const retry = run?.events.find(({ name }) => name === 'spanledger.retry')
    return retry ? retry.attributes['spanledger.retry.delay_ms'] : 'none'
  }

  it.each<[string, object, number | 'none']>([
    ['headers of fetch', { headers: new Headers(RETRY_7_S) }, 7_000],
    ['the plain headers of openai 4', { headers: { 'retry-after': '7' } }, 7_000],
    ['plain headers, whatever their case', { headers: RETRY_7_S }, 7_000],
    ['the headers of the AI SDK', { responseHeaders: RETRY_7_S }, 7_000],
    ['the headers of Axios', { response: { headers: RETRY_7_S } }, 7_000],
    ['a date', { headers: { 'retry-after': 'Sat, 21 Nov 2026 10:00:09 GMT' } }, 9_000],
    ['a date that has passed', { headers: { 'retry-after': 'Sat, 21 Nov 2026 09:00:00 GMT' } }, 0],
    ['milliseconds', { headers: { 'retry-after-ms': '120', 'retry-after': '1' } }, 120],
    ['a minute', { headers: { 'retry-after': '60' } }, 60_000],
    ['more than a minute', { headers: { 'retry-after': '61' } }, 'none'],
    ['a date in an hour', { headers: { 'retry-after': 'Sat, 21 Nov 2026 11:00:00 GMT' } }, 'none'],
    ['words', { headers: { 'retry-after': 'later' } }, 500],
    ['nothing', {}, 500],
    ['headers that cannot be read', { headers: { get: raise } }, 500],
  ])('waits as the provider asks: %s', async (_name, more, waitedMs) => {
    expect(await waitAfter(limited(more))).toBe(waitedMs)
  })

  it.each<[string, Error, boolean]>([
    ['a rate limit', limited({}), true],
    ['a failure of the provider', Object.assign(new Error('m'), { status: 503 }), true],
    ['a lost connection', new TypeError('fetch failed', { cause: { code: 'ECONNRESET' } }), true],
    ['a connection the client could not make', new OpenAI.APIConnectionError({ message: 'm' }), true],
    ['a malformed call', Object.assign(new Error('m'), { status: 400 }), false],
    ['a user who left', new OpenAI.APIUserAbortError(), false],
    ['a bug of the app', new RangeError('m'), false],
  ])('is worth it or not: %s', async (_name, error, isWorthIt) => {
    expect(await waitAfter(error)).toBe(isWorthIt ? 500 : 'none')
  })
})

function raise(): never {
  throw new Error('no headers')
}

describe('a fallback', () => {
  const left = new OpenAI.APIUserAbortError()
  const replaced = (signal?: AbortSignal) =>
    withFallback<string>(
      'cheap',
      () => Promise.reject(left),
      () => 'paid',
      { signal },
    )

  it('is not paid for a user who left, who gets the very error', async () => {
    await expect(replaced()).rejects.toBe(left)
    await expect(replaced(AbortSignal.abort())).rejects.toBe(left)
    const failing = withFallback(
      'cheap',
      () => Promise.reject(new Error('down')),
      () => 'paid',
      {
        signal: AbortSignal.abort(),
      },
    )
    await expect(failing).rejects.toThrow('down')
  })

  it('replaces a call that the app aborted while its user waits', async () => {
    expect(await replaced(new AbortController().signal)).toBe('paid')
  })
})
