// The time range of a request to Tempo's read API. In: its query. Out: two moments, or `bad_request` that says what is wrong.
import { z } from 'zod'
import { AppError } from '../../shared/errors.ts'

const HOUR_MS = 3_600_000
/** Longest range a search may cover. */
const MAX_RANGE_MS = 31 * 24 * HOUR_MS

/** Seconds since the epoch. */
const seconds = z.coerce.number().int().min(0).max(4e9).optional()
export const RANGE = z.object({ start: seconds, end: seconds })

export function parseQuery<S extends z.ZodType>(shape: S, query: unknown): z.output<S> {
  const parsed = shape.safeParse(query)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new AppError('bad_request', `invalid query: ${issue?.path.join('.')}: ${issue?.message}`)
}

/** The last hour when nothing is said. */
export function rangeOf(
  { start, end }: { start?: number | undefined; end?: number | undefined },
  nowMs: number,
): { from: Date; to: Date } {
  const toMs = end ? end * 1000 : nowMs + 60_000
  const fromMs = start ? start * 1000 : toMs - HOUR_MS
  if (fromMs >= toMs) throw new AppError('bad_request', 'start must be before end')
  if (toMs - fromMs > MAX_RANGE_MS) throw new AppError('bad_request', 'the range is longer than 31 days; narrow it')
  return { from: new Date(fromMs), to: new Date(toMs) }
}
