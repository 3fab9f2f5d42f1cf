// The price of a call: the bridge from booking to the price book. In: a call about to be booked. Out: its price.
// The book is read again when the table has a version it does not know, looked at every few seconds.
import type { Clock } from '../../shared/clock.ts'
import type { Pool } from '../../shared/pg.ts'
import { price } from '../price/price.ts'
import { createPriceBook, type PriceBook } from '../price/price-book.ts'
import { loadPriceVersions } from '../price/price-rows.ts'
import type { Price, WantedCall } from './usage-line.ts'

export interface Pricing {
  /** The price book as of now, at most MAX_AGE_MS old. @throws when Postgres does not answer. */
  current(): Promise<(call: WantedCall) => Price>
}

const MAX_AGE_MS = 2_000

/** @param onLoaded told when the newest entry of the book was recorded, each time the book is read. */
export function createPricing(pool: Pool, clock: Clock, onLoaded: (newestMs: number) => void = () => {}): Pricing {
  let book: PriceBook | undefined
  let checkedAtMs = Number.NEGATIVE_INFINITY
  let refreshing: Promise<void> | undefined

  async function refresh(): Promise<void> {
    const startedAtMs = clock.nowMs()
    if (!book || book.latest !== (await latestVersion(pool))) {
      const versions = await loadPriceVersions(pool)
      book = createPriceBook(versions)
      if (versions.length > 0) onLoaded(versions.reduce((newest, version) => Math.max(newest, version.recordedAtMs), 0))
    }
    checkedAtMs = startedAtMs
  }

  return {
    async current() {
      const ageMs = clock.nowMs() - checkedAtMs
      if (!book || ageMs > MAX_AGE_MS || ageMs < 0) {
        refreshing ??= refresh().finally(() => {
          refreshing = undefined
        })
        await refreshing
      }
      const inForce = book as PriceBook
      return (call) => toPrice(call, inForce)
    },
  }
}

async function latestVersion(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ latest: string }>(
    'select coalesce(max(price_version), 0) as latest from model_prices',
  )
  return Number(rows[0]?.latest)
}

function toPrice({ content, startTimeUnixNano, isUsageKnown }: WantedCall, book: PriceBook): Price {
  const priced = price(
    {
      provider: content.provider,
      responseModel: content.model,
      requestModel: content.requestModel,
      startTimeUnixNano,
      status: content.status,
      usage: isUsageKnown ? content.usage : undefined,
    },
    book,
  )
  if (priced.kind === 'unpriced') return { costPicoUsd: null, version: null }
  const { costPicoUsd, priceVersion } = priced
  return { costPicoUsd, version: priceVersion === null ? null : BigInt(priceVersion) }
}
