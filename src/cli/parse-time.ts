// Times on the command line: `2026-11-01` (midnight UTC) or ISO 8601 with a zone; where it makes sense, `always`.
import { InvalidArgumentError } from 'commander'

const FORM = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/

/** @throws InvalidArgumentError, which commander reports with the option's name. */
export function parseTime(text: string): Date {
  const time = new Date(text)
  if (!FORM.test(text) || Number.isNaN(time.getTime()) || !isDay(text.slice(0, 10))) {
    throw new InvalidArgumentError(`Write 2026-11-01 or 2026-11-01T09:30:00Z.`)
  }
  return time
}

/** The same as ms since 1970, or `always` for -Infinity. @throws InvalidArgumentError likewise. */
export const parseTimeOrAlways = (text: string): number =>
  text === 'always' ? Number.NEGATIVE_INFINITY : parseTime(text).getTime()

/** JavaScript takes 30 February for 2 March. */
const isDay = (day: string): boolean => new Date(`${day}T00:00:00Z`).toISOString().startsWith(day)
