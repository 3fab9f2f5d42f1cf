// What a call costs. In: a call in normal form and the price book. Out: exact pico-USD and the price version used, or
// `unpriced` with the reason. Pure, and the only place where a price becomes money.
import type { PicoUsd } from '../../shared/money.ts'
import type { CallStatus, Usage } from '../recognise/candidate.ts'
import type { PriceBook } from './price-book.ts'
import type { PriceVersion, TokenClass } from './price-version.ts'

export interface PricedCall {
  provider: string
  /** What answered; empty when unknown. */
  responseModel: string
  requestModel: string
  /** Start of the call's span: decides which price is in force. */
  startTimeUnixNano: bigint
  status: CallStatus
  /** Absent when nothing about usage is known. */
  usage?: Usage | undefined
}

export type Price =
  | { kind: 'priced'; costPicoUsd: PicoUsd; priceVersion: number | null }
  | { kind: 'unpriced'; reason: 'no_price' | 'no_rate' | 'no_usage' | 'unreadable_price' }

export function price(call: PricedCall, book: PriceBook): Price {
  if (!call.usage) {
    // Providers bill no failed call unless they report its usage.
    return call.status === 'success'
      ? { kind: 'unpriced', reason: 'no_usage' }
      : { kind: 'priced', costPicoUsd: 0n, priceVersion: null }
  }
  const version = findVersion(call, book)
  if (!version) {
    return isNothing(call.usage) && call.status !== 'success'
      ? { kind: 'priced', costPicoUsd: 0n, priceVersion: null }
      : { kind: 'unpriced', reason: 'no_price' }
  }
  if (version.problem !== undefined) return { kind: 'unpriced', reason: 'unreadable_price' }
  const cost = costOf(call.usage, version, call.status)
  return cost === undefined
    ? { kind: 'unpriced', reason: 'no_rate' }
    : { kind: 'priced', costPicoUsd: cost, priceVersion: version.priceVersion }
}

function findVersion(call: PricedCall, book: PriceBook): PriceVersion | undefined {
  // To the microsecond, as valid_from and the booked line have it: then booking and restating decide alike.
  const atMs = Number(call.startTimeUnixNano / 1_000n) / 1_000
  // A deployment alias answers with the real model's name; some answers name none.
  for (const model of [call.responseModel, call.requestModel]) {
    const version = model ? book.find(call.provider, model, atMs) : undefined
    if (version) return version
  }
  return undefined
}

/** Undefined when tokens of a class were used for which the version has no rate. */
function costOf(usage: Usage, version: PriceVersion, status: CallStatus): PicoUsd | undefined {
  const cached = usage.cacheReadTokens + usage.cacheWriteTokens
  // The parts never exceed the whole in normal form; where a library breaks that, the whole is what was billed.
  const parts: [units: number, classes: TokenClass[]][] = [
    [Math.max(0, usage.inputTokens - cached), ['input']],
    [usage.cacheReadTokens, ['cache_read', 'input']],
    [usage.cacheWriteTokens, ['cache_write', 'input']],
    [Math.max(0, usage.outputTokens - usage.reasoningTokens), ['output']],
    [usage.reasoningTokens, ['reasoning', 'output']],
  ]
  if (version.rates.request && status === 'success') parts.push([1, ['request']])
  let total = 0n
  for (const [units, classes] of parts) {
    if (units === 0) continue
    const rate = rateOf(version, classes, usage.inputTokens)
    if (rate === undefined) return undefined
    total += BigInt(units) * rate
  }
  return total
}

/** The first class that has a rate, in the highest tier the call's input reaches. */
function rateOf(version: PriceVersion, classes: TokenClass[], inputTokens: number): PicoUsd | undefined {
  for (const tokenClass of classes) {
    const tiers = version.rates[tokenClass]
    let best: { aboveInputTokens: number; picoUsdPerUnit: PicoUsd } | undefined
    for (const tier of tiers ?? []) {
      const reached = tier.aboveInputTokens === 0 || inputTokens > tier.aboveInputTokens
      if (reached && (!best || tier.aboveInputTokens > best.aboveInputTokens)) best = tier
    }
    if (best) return best.picoUsdPerUnit
  }
  return undefined
}

const isNothing = (usage: Usage) => usage.inputTokens === 0 && usage.outputTokens === 0
