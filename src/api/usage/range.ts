// The time range of a question. In: `range` or `from`/`to`, and now. Out: whole UTC days, both ends included.

import { z } from 'zod'
import { AppError } from '../../shared/errors.ts'

const RANGES = { '24h': 1, '7d': 7, '30d': 30, '90d': 90 } as const
const DAY_MS = 86_400_000
/** Longest range that may be asked for, in days. */
const MAX_DAYS = 1100

export const dayRangeQuery = {
  range: z.enum(['24h', '7d', '30d', '90d']).optional().describe('days back from today; 7d when nothing is given'),
  from: z.iso.date().optional().describe('first day (UTC)'),
  to: z.iso.date().optional().describe('last day (UTC), included'),
}

export interface DayRange {
  from: string
  to: string
}

export function toDayRange(
  query: { range?: keyof typeof RANGES | undefined; from?: string | undefined; to?: string | undefined },
  nowMs: number,
): DayRange {
  const to = query.to ?? isoDay(nowMs)
  const days = RANGES[query.range ?? '7d']
  const from = query.from ?? isoDay(Date.parse(to) - (days - 1) * DAY_MS)
  if (query.from && query.range) throw new AppError('bad_request', 'give either range or from, not both')
  if (from > to) throw new AppError('bad_request', `from (${from}) is after to (${to})`)
  if ((Date.parse(to) - Date.parse(from)) / DAY_MS > MAX_DAYS)
    throw new AppError('bad_request', `the range is longer than ${MAX_DAYS} days; narrow it`)
  return { from, to }
}

const isoDay = (ms: number) => new Date(ms).toISOString().slice(0, 10)
