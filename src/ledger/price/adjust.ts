// What has to be added so that a booked call costs what the book says now. In: the net of a call's lines and a book.
// Out: an adjustment, or undefined when the money is right already. Pure; originals are never touched.
import type { PicoUsd } from '../../shared/money.ts'
import { type PricedCall, price } from './price.ts'
import type { PriceBook } from './price-book.ts'

export interface BookedCall extends PricedCall {
  /** Net of all lines since the call was last booked; undefined while it is unpriced. */
  costPicoUsd: PicoUsd | undefined
}

export interface Adjustment {
  /** What to add; with the net it gives the new cost. */
  differencePicoUsd: PicoUsd
  /** -1 when an unpriced call gets a price, 1 when a call loses its price. */
  unpricedCalls: -1 | 0 | 1
  priceVersion: number | null
}

export function adjust(booked: BookedCall, book: PriceBook): Adjustment | undefined {
  const now = price(booked, book)
  const before = booked.costPicoUsd
  if (now.kind === 'unpriced') {
    // A price somebody wrote and nobody can read takes no money back.
    if (now.reason === 'unreadable_price') return undefined
    return before === undefined ? undefined : { differencePicoUsd: -before, unpricedCalls: 1, priceVersion: null }
  }
  if (before === now.costPicoUsd) return undefined
  return {
    differencePicoUsd: now.costPicoUsd - (before ?? 0n),
    unpricedCalls: before === undefined ? -1 : 0,
    priceVersion: now.priceVersion,
  }
}
