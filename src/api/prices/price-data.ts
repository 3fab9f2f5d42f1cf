// What a price version looks like over HTTP. In: a version of the book. Out: money as decimal text, infinite times as null.
import { z } from 'zod'
import { type PriceVersion, TOKEN_CLASSES, type TokenClass } from '../../ledger/price/price-version.ts'
import { formatUsd } from '../../shared/money.ts'

export const PRICE = z
  .object({
    price_version: z.number().int().describe('usage lines name it'),
    source: z.enum(['override', 'default', 'catalogue']),
    provider: z.string(),
    model_pattern: z.string(),
    valid_from: z.iso.datetime().nullable().describe('null: always'),
    valid_to: z.iso.datetime().nullable().describe('null: for ever'),
    daily: z
      .object({ from: z.string(), to: z.string() })
      .strict()
      .nullable()
      .describe('hours of the UTC day it is limited to'),
    recorded_at: z.iso.datetime(),
    rates: z
      .array(
        z
          .object({
            token_class: z.enum(TOKEN_CLASSES),
            above_input_tokens: z.number().int(),
            usd_per_million: z.string().regex(/^\d+(\.\d+)?$/),
          })
          .strict(),
      )
      .describe('empty: withdrawn, or not readable'),
    problem: z.string().nullable().describe('why it cannot be read and prices nothing'),
  })
  .strict()

export const toPriceData = (version: PriceVersion): z.infer<typeof PRICE> => ({
  price_version: version.priceVersion,
  source: version.source,
  provider: version.provider,
  model_pattern: version.modelPattern,
  valid_from: moment(version.validFromMs),
  valid_to: moment(version.validToMs),
  daily: version.daily ? { from: timeOfDay(version.daily.fromMs), to: timeOfDay(version.daily.toMs) } : null,
  recorded_at: new Date(version.recordedAtMs).toISOString(),
  rates: (Object.keys(version.rates) as TokenClass[]).flatMap((name) =>
    (version.rates[name] ?? []).map(({ aboveInputTokens, picoUsdPerUnit }) => ({
      token_class: name,
      above_input_tokens: aboveInputTokens,
      usd_per_million: formatUsd(picoUsdPerUnit * 1_000_000n),
    })),
  ),
  problem: version.problem ?? null,
})

const moment = (ms: number): string | null => (Number.isFinite(ms) ? new Date(ms).toISOString() : null)

const timeOfDay = (ms: number): string => new Date(ms).toISOString().slice(11, 19)
