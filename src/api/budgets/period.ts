// Budget periods in UTC. In: day, week or month, and now. Out: where the period began and ends, and the share that passed.

export const PERIODS = ['day', 'week', 'month'] as const
export type Period = (typeof PERIODS)[number]

const DAY_MS = 86_400_000

export interface PeriodWindow {
  startMs: number
  endMs: number
}

/** Weeks begin on Monday (ISO 8601). */
export function periodWindow(period: Period, nowMs: number): PeriodWindow {
  const now = new Date(nowMs)
  const year = now.getUTCFullYear()
  const month = now.getUTCMonth()
  const day = now.getUTCDate()
  if (period === 'day') return { startMs: Date.UTC(year, month, day), endMs: Date.UTC(year, month, day + 1) }
  if (period === 'month') return { startMs: Date.UTC(year, month, 1), endMs: Date.UTC(year, month + 1, 1) }
  const daysSinceMonday = (now.getUTCDay() + 6) % 7
  const startMs = Date.UTC(year, month, day - daysSinceMonday)
  return { startMs, endMs: startMs + 7 * DAY_MS }
}
