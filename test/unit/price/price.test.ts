import { describe, expect, test } from 'vitest'
import { type Price, price } from '../../../src/ledger/price/price.ts'
import { createPriceBook } from '../../../src/ledger/price/price-book.ts'
import type { PriceVersion } from '../../../src/ledger/price/price-version.ts'
import { formatUsd } from '../../../src/shared/money.ts'
import { at, call, flat, version } from './support.ts'

const usd = (result: Price) => (result.kind === 'priced' ? formatUsd(result.costPicoUsd) : result.reason)
const priced = (fields: Parameters<typeof call>[0], ...versions: PriceVersion[]) =>
  usd(price(call(fields), createPriceBook(versions)))
const usage = (fields: object) => ({
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  ...fields,
})

describe('the sum', () => {
  const full = version({
    modelPattern: 'gpt-4o',
    rates: flat({ input: '3', output: '15', cache_read: '0.3', cache_write: '3.75', reasoning: '20' }),
  })
  test.each([
    ['input and output', usage({ inputTokens: 1_000_000, outputTokens: 1_000_000 }), '18'],
    ['cache reads come out of the input', usage({ inputTokens: 1000, cacheReadTokens: 400 }), '0.00192'],
    ['cache writes too', usage({ inputTokens: 1000, cacheWriteTokens: 1000 }), '0.00375'],
    ['reasoning comes out of the output', usage({ outputTokens: 1000, reasoningTokens: 600 }), '0.018'],
    ['one token', usage({ inputTokens: 1 }), '0.000003'],
    ['parts larger than the whole bill the parts', usage({ inputTokens: 10, cacheReadTokens: 20 }), '0.000006'],
    ['nothing', usage({}), '0'],
  ])('%s', (_name, used, expected) => {
    expect(priced({ usage: used }, full)).toBe(expected)
  })

  test('classes without a rate take the rate of the class they are part of', () => {
    const plain = version({ modelPattern: 'gpt-4o', rates: flat({ input: '1', output: '2' }) })
    const used = usage({
      inputTokens: 100,
      cacheReadTokens: 40,
      cacheWriteTokens: 10,
      outputTokens: 10,
      reasoningTokens: 5,
    })
    expect(priced({ usage: used }, plain)).toBe('0.00012')
  })

  test('the smallest price is exact: 0.000001 USD per million', () => {
    expect(
      priced(
        { usage: usage({ inputTokens: 1 }) },
        version({ modelPattern: 'gpt-4o', rates: flat({ input: '0.000001' }) }),
      ),
    ).toBe('0.000000000001')
  })

  test('requests are charged once per successful call', () => {
    const rerank = version({ modelPattern: 'gpt-4o', rates: flat({ input: '0', request: '2000' }) })
    expect(priced({ usage: usage({ inputTokens: 5 }) }, rerank)).toBe('0.002')
    expect(priced({ usage: usage({ inputTokens: 5 }), status: 'error' }, rerank)).toBe('0')
  })

  test.each([
    [200_000, '0.2'],
    [200_001, '0.400002'],
    [500_001, '1.500003'],
  ])('a tier covers the whole call once its input exceeds the threshold (%i tokens)', (inputTokens, expected) => {
    const tiered = version({
      modelPattern: 'gpt-4o',
      rates: {
        input: [
          { aboveInputTokens: 200_000, picoUsdPerUnit: 2_000_000n },
          { aboveInputTokens: 0, picoUsdPerUnit: 1_000_000n },
          { aboveInputTokens: 500_000, picoUsdPerUnit: 3_000_000n },
        ],
      },
    })
    expect(priced({ usage: usage({ inputTokens }) }, tiered)).toBe(expected)
  })
})

describe('without a price', () => {
  test.each([
    ['an unknown model', call({ responseModel: 'mystery-1', requestModel: 'mystery-1' }), 'no_price'],
    ['a successful call without usage', call({ usage: undefined }), 'no_usage'],
    ['a failed call without usage costs nothing', call({ usage: undefined, status: 'error' }), '0'],
    ['a rate-limited call without usage costs nothing', call({ usage: undefined, status: 'rate_limited' }), '0'],
    ['a failed call with usage is billed', call({ status: 'error' }), '0.0012'],
  ])('%s', (_name, given, expected) => {
    expect(usd(price(given, createPriceBook([version({ modelPattern: 'gpt-4o' })])))).toBe(expected)
  })

  test('a price that cannot be read leaves the call without one, whatever else would match', () => {
    const unreadable = version({ modelPattern: 'gpt-4o', rates: {}, problem: 'NaN' })
    const nextBest = version({ modelPattern: 'gpt*' })
    expect(priced({}, unreadable, nextBest)).toBe('unreadable_price')
    expect(priced({ responseModel: 'gpt-4o', requestModel: 'gpt-4' }, unreadable, nextBest)).toBe('unreadable_price')
    expect(priced({}, version({ modelPattern: '~(', problem: 'pattern' }), nextBest)).toBe('0.0012')
  })

  test('tokens of a class without any rate make the call unpriced, not free', () => {
    const embedding = version({ modelPattern: 'gpt-4o', rates: flat({ input: '1' }) })
    expect(priced({}, embedding)).toBe('no_rate')
    expect(priced({ usage: usage({ inputTokens: 7 }) }, embedding)).toBe('0.000007')
  })
})

describe('which version is in force', () => {
  const find = (
    versions: PriceVersion[],
    fields: { provider?: string; model?: string; time?: string; knownOn?: string } = {},
  ) =>
    createPriceBook(versions, fields.knownOn ? { knownOnMs: at(fields.knownOn) } : {}).find(
      fields.provider ?? 'openai',
      fields.model ?? 'gpt-4o',
      at(fields.time ?? '2026-06-01T00:00:00Z'),
    )?.priceVersion
  const v = version

  test('override before default before catalogue', () => {
    const [catalogue, shipped, override] = [
      v({ modelPattern: 'gpt-4o', source: 'catalogue' }),
      v({ modelPattern: 'gpt-4o', source: 'default', provider: '*' }),
      v({ modelPattern: 'gpt*', source: 'override' }),
    ]
    expect(find([catalogue, shipped, override])).toBe(override.priceVersion)
    expect(find([catalogue, shipped])).toBe(shipped.priceVersion)
    expect(find([catalogue])).toBe(catalogue.priceVersion)
  })

  test('the provider itself before any, exact before longer wildcard before shorter before expression', () => {
    const any = v({ modelPattern: 'gpt-4o', provider: '*' })
    const expression = v({ modelPattern: '~^gpt-4o$' })
    const shorter = v({ modelPattern: 'gpt*' })
    const longer = v({ modelPattern: 'gpt-4*' })
    const exact = v({ modelPattern: 'GPT-4o' })
    const order = [exact, longer, shorter, expression, any]
    for (let from = 0; from < order.length; from += 1) {
      expect(find(order.slice(from).reverse())).toBe(order[from]?.priceVersion)
    }
  })

  test('valid from its first instant until before its last', () => {
    const dated = v({
      modelPattern: 'gpt-4o',
      validFromMs: at('2026-02-01T00:00:00Z'),
      validToMs: at('2026-03-01T00:00:00Z'),
    })
    expect(find([dated], { time: '2026-01-31T23:59:59.999Z' })).toBeUndefined()
    expect(find([dated], { time: '2026-02-01T00:00:00Z' })).toBe(dated.priceVersion)
    expect(find([dated], { time: '2026-02-28T23:59:59.999Z' })).toBe(dated.priceVersion)
    expect(find([dated], { time: '2026-03-01T00:00:00Z' })).toBeUndefined()
  })

  test.each([
    [0n, '0.0012'],
    [-1_000n, 'no_price'],
    [999n, '0.0012'],
  ])('a validity that begins within a millisecond is kept to (%i ns after it)', (after, expected) => {
    const begins = at('2026-02-01T00:00:00Z') + 0.001
    const startTimeUnixNano = BigInt(at('2026-02-01T00:00:00Z')) * 1_000_000n + 1_000n + after
    expect(priced({ startTimeUnixNano }, v({ modelPattern: 'gpt-4o', validFromMs: begins }))).toBe(expected)
  })

  test('a later record replaces an earlier one, unless the question is what was known before', () => {
    const first = v({ modelPattern: 'gpt-4o', recordedAtMs: at('2026-01-01T00:00:00Z') })
    const second = v({ modelPattern: 'gpt-4o', recordedAtMs: at('2026-07-01T00:00:00Z') })
    expect(find([second, first])).toBe(second.priceVersion)
    expect(find([second, first], { knownOn: '2026-06-30T00:00:00Z' })).toBe(first.priceVersion)
  })

  test('a withdrawn pattern lets the next best through', () => {
    const wildcard = v({ modelPattern: 'gpt*' })
    const exact = v({ modelPattern: 'gpt-4o' })
    const withdrawal = v({ modelPattern: 'gpt-4o', recordedAtMs: at('2026-02-01T00:00:00Z'), rates: {} })
    expect(find([wildcard, exact])).toBe(exact.priceVersion)
    expect(find([wildcard, exact, withdrawal])).toBe(wildcard.priceVersion)
    expect(find([exact, withdrawal])).toBeUndefined()
  })

  test('limited hours beat the price of the whole day, over midnight too', () => {
    const day = v({ modelPattern: 'gpt-4o', source: 'catalogue' })
    const night = v({
      modelPattern: 'gpt-4o',
      source: 'catalogue',
      daily: { fromMs: 22 * 3_600_000, toMs: 6 * 3_600_000 },
    })
    expect(find([day, night], { time: '2026-06-01T23:00:00Z' })).toBe(night.priceVersion)
    expect(find([day, night], { time: '2026-06-01T05:59:59Z' })).toBe(night.priceVersion)
    expect(find([day, night], { time: '2026-06-01T06:00:00Z' })).toBe(day.priceVersion)
  })

  test('routing prefixes are looked through, resellers fall back on the maker, strangers do not', () => {
    const maker = v({ modelPattern: 'gpt-4o' })
    expect(find([maker], { model: 'openai/gpt-4o' })).toBe(maker.priceVersion)
    expect(find([maker], { provider: 'azure.ai.openai' })).toBe(maker.priceVersion)
    for (const provider of ['somebody', 'constructor', '__proto__']) expect(find([maker], { provider })).toBeUndefined()
  })

  test('the model asked for prices a call whose answer names an unknown model', () => {
    expect(priced({ responseModel: 'deployment-7' }, version({ modelPattern: 'gpt-4o' }))).toBe('0.0012')
  })
})
