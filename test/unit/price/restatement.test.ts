// Booked + adjustments = full recomputation, to the last pico-dollar. PRICE_CALLS=1000000 for the long form.
import { describe, expect, test } from 'vitest'
import { adjust } from '../../../src/ledger/price/adjust.ts'
import { type PricedCall, price } from '../../../src/ledger/price/price.ts'
import { createPriceBook } from '../../../src/ledger/price/price-book.ts'
import { perUnit } from '../../../src/ledger/price/price-rows.ts'
import type { PriceVersion, Rates, TokenClass } from '../../../src/ledger/price/price-version.ts'
import { seeded } from '../../support/usage-lines.ts'
import { at } from './support.ts'

const CALLS = Number(process.env.PRICE_CALLS ?? 200_000)
const SEED = Number(process.env.PRICE_SEED ?? 4)
const START = at('2026-01-01T00:00:00Z')
const DAY_MS = 86_400_000
const MODELS = ['m1', 'm2', 'm3', 'm4', 'never-priced']

const random = seeded(SEED)
const int = (below: number) => Math.floor(random() * below)
const pick = <T>(values: readonly T[]): T => values[int(values.length)] as T

function randomRates(): Rates {
  if (random() < 0.1) return {}
  const rates: Rates = {}
  const usd = () => `${int(100)}.${String(int(1_000_000)).padStart(6, '0')}`
  for (const tokenClass of ['input', 'output', 'cache_read', 'cache_write', 'reasoning', 'request'] as TokenClass[]) {
    if (tokenClass !== 'input' && random() < 0.3) continue
    rates[tokenClass] = [{ aboveInputTokens: 0, picoUsdPerUnit: perUnit(usd()) }]
    if (random() < 0.3) rates[tokenClass]?.push({ aboveInputTokens: 50_000, picoUsdPerUnit: perUnit(usd()) })
  }
  return rates
}

/** Versions of exact patterns over random periods, recorded one after the other. */
const versions: PriceVersion[] = Array.from({ length: 40 }, (_, index) => {
  const from = START + int(60) * DAY_MS
  return {
    priceVersion: index + 1,
    source: 'override',
    provider: 'openai',
    modelPattern: pick(MODELS.slice(0, 4)),
    rank: 0,
    validFromMs: random() < 0.3 ? Number.NEGATIVE_INFINITY : from,
    validToMs: random() < 0.3 ? Number.POSITIVE_INFINITY : from + (1 + int(30)) * DAY_MS,
    recordedAtMs: START + index * DAY_MS,
    rates: randomRates(),
  }
})

const booksOverTime = [5, 15, 25, 40].map((known) => createPriceBook(versions.slice(0, known)))

function randomCall(): PricedCall {
  const inputTokens = int(120_000)
  const outputTokens = int(5_000)
  const cacheReadTokens = int(inputTokens / 2)
  const model = pick(MODELS)
  return {
    provider: 'openai',
    responseModel: model,
    requestModel: model,
    startTimeUnixNano: BigInt(START + int(70 * DAY_MS)) * 1_000_000n + BigInt(int(1_000_000)),
    status: pick(['success', 'success', 'error', 'timeout', 'rate_limited']),
    usage:
      random() < 0.03
        ? undefined
        : {
            inputTokens,
            outputTokens,
            cacheReadTokens,
            cacheWriteTokens: int(inputTokens / 4),
            reasoningTokens: int(outputTokens / 2),
          },
  }
}

/** The rule once more, by search over all versions and with decimals as fractions: shares no code with price(). */
function recompute(call: PricedCall): bigint | undefined {
  if (!call.usage) return call.status === 'success' ? undefined : 0n
  const time = Number(call.startTimeUnixNano / 1_000_000n)
  const last = versions.findLast(
    (version) => version.modelPattern === call.responseModel && version.validFromMs <= time && time < version.validToMs,
  )
  if (!last || Object.keys(last.rates).length === 0) {
    const isFree = call.status !== 'success' && call.usage.inputTokens === 0 && call.usage.outputTokens === 0
    return isFree ? 0n : undefined
  }
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, reasoningTokens } = call.usage
  const rate = (name: TokenClass) => {
    const high = last.rates[name]?.find((tier) => tier.aboveInputTokens > 0 && inputTokens > tier.aboveInputTokens)
    return (high ?? last.rates[name]?.find((tier) => tier.aboveInputTokens === 0))?.picoUsdPerUnit
  }
  let total = 0n
  for (const [tokens, unitPrice] of [
    [inputTokens - cacheReadTokens - cacheWriteTokens, rate('input')],
    [cacheReadTokens, rate('cache_read') ?? rate('input')],
    [cacheWriteTokens, rate('cache_write') ?? rate('input')],
    [outputTokens - reasoningTokens, rate('output')],
    [reasoningTokens, rate('reasoning') ?? rate('output')],
    [call.status === 'success' ? 1 : 0, rate('request') ?? 0n],
  ] as const) {
    if (tokens === 0) continue
    if (unitPrice === undefined) return undefined
    total += BigInt(tokens) * unitPrice
  }
  return total
}

describe(`${CALLS} random calls, 40 price versions, PRICE_SEED=${SEED}`, () => {
  test('booked + adjustments equal the full recomputation with the corrected book', () => {
    let grandBooked = 0n
    let grandTruth = 0n
    let adjusted = 0
    let unpriced = 0
    let wrong = 0
    for (let index = 0; index < CALLS; index += 1) {
      const call = randomCall()
      const first = price(call, booksOverTime[int(2)] ?? createPriceBook([]))
      let net = first.kind === 'priced' ? first.costPicoUsd : undefined
      let unpricedCalls = net === undefined ? 1 : 0
      for (const book of booksOverTime.slice(2)) {
        const adjustment = adjust({ ...call, costPicoUsd: net }, book)
        if (!adjustment) continue
        adjusted += 1
        unpricedCalls += adjustment.unpricedCalls
        const sum = (net ?? 0n) + adjustment.differencePicoUsd
        net = unpricedCalls === 1 ? undefined : sum
        if (unpricedCalls === 1 && sum !== 0n) wrong += 1
        if (adjust({ ...call, costPicoUsd: net }, book)) wrong += 1
      }
      const truth = recompute(call)
      if (truth !== net || unpricedCalls !== (truth === undefined ? 1 : 0)) wrong += 1
      grandBooked += net ?? 0n
      grandTruth += truth ?? 0n
      if (truth === undefined) unpriced += 1
    }
    expect(wrong).toBe(0)
    expect(grandBooked).toBe(grandTruth)
    // The draw must have reached what it is about.
    expect(adjusted).toBeGreaterThan(CALLS / 5)
    expect(unpriced).toBeGreaterThan(CALLS / 20)
    expect(unpriced).toBeLessThan(CALLS * 0.9)
  }, 600_000)

  test('a book with one wrong rate is noticed (control)', () => {
    const [victim] = versions.filter((version) => version.rates.input && version.priceVersion > 30)
    const tampered = versions.map((version) =>
      version === victim
        ? { ...version, rates: { ...version.rates, input: [{ aboveInputTokens: 0, picoUsdPerUnit: 1n }] } }
        : version,
    )
    const book = createPriceBook(tampered)
    const differs = Array.from({ length: 5_000 }, randomCall).filter((call) => {
      const result = price(call, book)
      return recompute(call) !== (result.kind === 'priced' ? result.costPicoUsd : undefined)
    })
    expect(differs.length).toBeGreaterThan(0)
  })
})
