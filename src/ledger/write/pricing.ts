// The price of a call: the bridge from booking to the price book. In: a call about to be booked. Out: its price.
// The table is looked at every few seconds and read again when it has changed. A version that cannot be read prices
// nothing and is logged; when the table cannot be read at all, the last book stays in force.
import type { Clock } from '../../shared/clock.ts'
import { createLogger, type Logger } from '../../shared/logger.ts'
import type { Pool } from '../../shared/pg.ts'
import { price } from '../price/price.ts'
import { createPriceBook, type PriceBook } from '../price/price-book.ts'
import { loadPriceVersions } from '../price/price-rows.ts'
import { describeProblem } from '../price/price-version.ts'
import type { Price, WantedCall } from './usage-line.ts'

export interface Pricing {
  /** The price book as of now, at most MAX_AGE_MS old while it can be read. @throws when it never could be. */
  current(): Promise<(call: WantedCall) => Price>
}

/** Told each time the book is read: when its newest entry was recorded, and how many versions cannot be read. */
export type OnBookLoaded = (newestMs: number, unreadable: number) => void

const MAX_AGE_MS = 2_000

export function createPricing(
  pool: Pool,
  clock: Clock,
  onLoaded: OnBookLoaded = () => {},
  logger: Logger = createLogger('ledger', 'warn'),
): Pricing {
  let book: PriceBook | undefined
  let bookState = ''
  let checkedAtMs = Number.NEGATIVE_INFINITY
  let refreshing: Promise<void> | undefined

  async function refresh(): Promise<void> {
    const startedAtMs = clock.nowMs()
    try {
      const state = await tableState(pool)
      if (!book || state !== bookState) {
        const versions = await loadPriceVersions(pool)
        book = createPriceBook(versions)
        bookState = state
        const unreadable = versions.filter(({ problem }) => problem !== undefined)
        for (const version of unreadable) logger.error(describeProblem(version))
        const newestMs = versions.reduce((newest, version) => Math.max(newest, version.recordedAtMs), 0)
        if (versions.length > 0) onLoaded(newestMs, unreadable.length)
      }
    } catch (error) {
      if (!book) throw error
      logger.warn({ err: error }, 'the price book cannot be read; the last one stays in force')
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

/** Differs when versions were added, or rows taken out by hand. */
async function tableState(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ state: string }>(
    "select concat_ws(' ', count(*), max(price_version)) as state from model_prices",
  )
  return rows[0]?.state ?? ''
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
