// Price versions and calls as short as a test wants them.
import type { PricedCall } from '../../../src/ledger/price/price.ts'
import { type NewPriceVersion, perUnit, timeOfDayMs } from '../../../src/ledger/price/price-rows.ts'
import type { PriceVersion, Rates, TokenClass } from '../../../src/ledger/price/price-version.ts'

export const at = (iso: string) => Date.parse(iso)

export const flat = (rates: Partial<Record<TokenClass, string>>): Rates =>
  Object.fromEntries(
    Object.entries(rates).map(([name, usd]) => [name, [{ aboveInputTokens: 0, picoUsdPerUnit: perUnit(usd) }]]),
  )

let nextVersion = 1
export const version = (fields: Partial<PriceVersion> & Pick<PriceVersion, 'modelPattern'>): PriceVersion => ({
  priceVersion: nextVersion++,
  source: 'override',
  provider: 'openai',
  rank: 0,
  validFromMs: Number.NEGATIVE_INFINITY,
  validToMs: Number.POSITIVE_INFINITY,
  recordedAtMs: at('2026-01-01T00:00:00Z'),
  rates: flat({ input: '1', output: '2' }),
  ...fields,
})

export const call = (fields: Partial<PricedCall> = {}): PricedCall => ({
  provider: 'openai',
  responseModel: 'gpt-4o',
  requestModel: 'gpt-4o',
  startTimeUnixNano: BigInt(at('2026-06-01T12:00:00Z')) * 1_000_000n,
  status: 'success',
  usage: { inputTokens: 1000, outputTokens: 100, cacheReadTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 },
  ...fields,
})

/** A version as the table gives it back. */
export const asRecorded = (given: NewPriceVersion, index: number): PriceVersion => ({
  priceVersion: index + 1,
  source: given.source,
  provider: given.provider,
  modelPattern: given.modelPattern,
  rank: given.rank ?? 0,
  validFromMs: given.validFrom?.getTime() ?? Number.NEGATIVE_INFINITY,
  validToMs: given.validTo?.getTime() ?? Number.POSITIVE_INFINITY,
  recordedAtMs: 0,
  ...(given.daily ? { daily: { fromMs: timeOfDayMs(given.daily.from), toMs: timeOfDayMs(given.daily.to) } } : {}),
  rates: Object.fromEntries(
    [...Map.groupBy(given.rates, (rate) => rate.tokenClass)].map(([name, tiers]) => [
      name,
      tiers.map((tier) => ({ aboveInputTokens: tier.aboveInputTokens, picoUsdPerUnit: perUnit(tier.usdPerMillion) })),
    ]),
  ),
})
