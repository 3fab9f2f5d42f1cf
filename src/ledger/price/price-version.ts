// One entry of the price book: all rates of one model pattern over one validity, recorded together.
import type { PicoUsd } from '../../shared/money.ts'

export const TOKEN_CLASSES = ['input', 'output', 'cache_read', 'cache_write', 'reasoning', 'request'] as const
export type TokenClass = (typeof TOKEN_CLASSES)[number]

/** override: an operator's; default: shipped with Spanledger (row C6); catalogue: @pydantic/genai-prices. */
export type PriceSource = 'override' | 'default' | 'catalogue'

/** Applies to every token of a call whose input tokens exceed `aboveInputTokens`. */
export interface Tier {
  aboveInputTokens: number
  picoUsdPerUnit: PicoUsd
}

export type Rates = Partial<Record<TokenClass, Tier[]>>

export interface PriceVersion {
  /** model_prices.price_version; usage lines name it. */
  priceVersion: number
  source: PriceSource
  /** Canonical provider, or `*`. */
  provider: string
  modelPattern: string
  /** Position among its provider's catalogue entries: the first match wins. */
  rank: number
  /** Applies to calls that start in [validFromMs, validToMs). */
  validFromMs: number
  validToMs: number
  /** Limits the rates to part of the UTC day, in ms after midnight; `from` later than `to` runs over midnight. */
  daily?: { fromMs: number; toMs: number }
  /** When this was known. */
  recordedAtMs: number
  /** Empty: withdrawn; the model has no price from this entry on. */
  rates: Rates
  /** Why it cannot be read. Calls it is for have no price: neither its own, nor that of what it replaced. */
  problem?: string
}

/** Of versions of one pattern: a later record replaces an earlier one, and hours the whole day. */
export const latestFirst = (a: PriceVersion, b: PriceVersion): number =>
  b.recordedAtMs - a.recordedAtMs ||
  Number(b.daily !== undefined) - Number(a.daily !== undefined) ||
  a.rank - b.rank ||
  b.priceVersion - a.priceVersion

/** For the operator: which rows, what is wrong, and what to do. */
export const describeProblem = ({ priceVersion, provider, modelPattern, problem }: PriceVersion): string =>
  `price version ${priceVersion} (${provider} ${modelPattern}) cannot be read and prices nothing: ${problem}. ` +
  `Record the price again, then: delete from model_prices where price_version = ${priceVersion}`
