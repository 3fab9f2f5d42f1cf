// The line that `prices list` prints. In: a price version. Out: text.
import type { PriceVersion } from '../ledger/price/price-version.ts'
import { formatUsd } from '../shared/money.ts'

/** One tab-separated line. */
export function describePrice(version: PriceVersion): string {
  const rates = Object.entries(version.rates).flatMap(([name, tiers]) =>
    tiers.map((tier) => {
      const above = tier.aboveInputTokens > 0 ? ` above ${tier.aboveInputTokens}` : ''
      return `${name}${above} ${formatUsd(tier.picoUsdPerUnit * 1_000_000n)}`
    }),
  )
  return [
    version.priceVersion,
    version.source,
    version.provider,
    version.modelPattern,
    `${day(version.validFromMs)} .. ${day(version.validToMs)}`,
    version.problem === undefined ? rates.join(', ') || 'withdrawn' : `CANNOT BE READ: ${version.problem}`,
  ].join('\t')
}

const day = (ms: number) => (Number.isFinite(ms) ? new Date(ms).toISOString() : ms < 0 ? 'always' : 'for ever')
