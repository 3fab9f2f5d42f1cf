// Ends an override. In: a connection as owner, the override's provider and pattern, a span of call starts. Out: a
// withdrawal recorded; calls outside the span keep their price.
import type pg from 'pg'
import { toPriceProvider } from '../ledger/price/price-input.ts'
import { loadPriceVersions, recordPriceVersions } from '../ledger/price/price-rows.ts'
import { restatePrices, type Span } from '../ledger/price/restate-prices.ts'

/** @throws Error when no override of that name applies anywhere in the span. */
export async function withdrawPrice(
  client: pg.Client,
  override: { provider: string; model: string },
  span: Span,
  note?: string,
): Promise<void> {
  if (span.fromMs >= span.toMs) throw new Error('--to must be after --from (default: now)')
  const overrides = (await loadPriceVersions(client)).filter(
    ({ source, modelPattern }) => source === 'override' && modelPattern === override.model,
  )
  // As written too: by SQL, any name can be recorded.
  const withdrawals = [...new Set([override.provider, toPriceProvider(override.provider)])].flatMap((name) =>
    restatePrices(
      overrides.filter(({ provider }) => provider === name),
      [],
      span,
    ),
  )
  if (withdrawals.length === 0)
    throw new Error(
      `no override of ${override.provider} ${override.model} applies ${describeSpan(span)}: nothing to withdraw. spanledger prices list shows what there is`,
    )
  await recordPriceVersions(
    client,
    withdrawals.map((version) => (note === undefined ? version : { ...version, note })),
  )
}

/** For example `to calls from 2026-11-01T00:00:00.000Z on`. */
export function describeSpan({ fromMs, toMs }: Span): string {
  const [from, to] = [fromMs, toMs].map((ms) => (Number.isFinite(ms) ? new Date(ms).toISOString() : undefined))
  if (from && to) return `to calls from ${from} until ${to}`
  if (from) return `to calls from ${from} on`
  return to ? `to calls before ${to}` : 'to calls of any time'
}
