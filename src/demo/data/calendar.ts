// When the demo's traffic happens. In: how many traces over how many days until when. Out: a whole number for each hour
// that adds up exactly: working days, weekends at 30 %, business hours, slow growth.
import { HOURS, WEEKEND } from './distributions.ts'

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

/** Traffic grows by this factor over 30 days. */
const GROWTH_PER_MONTH = 1.08

export interface HourOfTraffic {
  startMs: number
  traces: number
}

const isWeekend = (ms: number): boolean => [0, 6].includes(new Date(ms).getUTCDay())

function weightOf(startMs: number, firstMs: number): number {
  const hour = HOURS[new Date(startMs).getUTCHours()] ?? 0
  const growth = GROWTH_PER_MONTH ** ((startMs - firstMs) / (30 * DAY_MS))
  return hour * growth * (isWeekend(startMs) ? WEEKEND : 1)
}

/** @param untilMs end of the data, a whole hour; the last of `days` × 24 hours ends there. */
export function planHours(options: { traces: number; days: number; untilMs: number }): HourOfTraffic[] {
  const { traces, days, untilMs } = options
  const firstMs = untilMs - days * DAY_MS
  const starts = Array.from({ length: days * 24 }, (_, index) => firstMs + index * HOUR_MS)
  const weights = starts.map((startMs) => weightOf(startMs, firstMs))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  let exact = 0
  let given = 0
  // Rounding the running total keeps every prefix right, and the sum exact.
  return starts.map((startMs, index) => {
    exact += (traces * (weights[index] ?? 0)) / total
    const count = (index === starts.length - 1 ? traces : Math.round(exact)) - given
    given += count
    return { startMs, traces: count }
  })
}
