// The macros of Grafana's Postgres data source. In: SQL with `$__…`, the time range and the interval. Out: plain SQL.
import type { TimeRange } from './frames.ts'

const UNITS: Record<string, number> = {
  ms: 1,
  s: 1e3,
  m: 6e4,
  h: 36e5,
  d: 864e5,
  w: 6048e5,
  M: 2_629_746e3,
  y: 31_556_952e3,
}

/** Milliseconds of `90s`, `5m`, `1h`, …; undefined when it is no duration. */
export function durationMs(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w|M|y)$/.exec(text.trim())
  return match ? Number(match[1]) * (UNITS[match[2] as string] as number) : undefined
}

/** Grafana's rounding of an interval in milliseconds to a duration such as `30s`. */
export function formatDuration(ms: number): string {
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const size = UNITS[unit] as number
    if (ms >= size && ms % size === 0) return `${ms / size}${unit}`
  }
  return `${Math.round(ms)}ms`
}

const iso = (ms: number) => `'${new Date(ms).toISOString()}'`

/** @throws RangeError naming the macro that is unknown or malformed. */
export function expandMacros(sql: string, range: TimeRange, intervalMs: number): string {
  const group = (args: string[]): string => {
    const [column = '', interval = ''] = args
    const given = interval.replaceAll("'", '').trim()
    const ms = given === '$__interval' ? intervalMs : durationMs(given)
    if (!ms) throw new RangeError(`$__timeGroup: ${JSON.stringify(interval)} is no interval (write it like '5m')`)
    const seconds = ms / 1000
    return `to_timestamp(floor(extract(epoch from ${column}) / ${seconds}) * ${seconds})`
  }
  const macros: Record<string, (args: string[]) => string> = {
    time: ([column = '']) => `${column} as "time"`,
    timeFilter: ([column = '']) => `${column} between ${iso(range.fromMs)} and ${iso(range.toMs)}`,
    timeFrom: () => iso(range.fromMs),
    timeTo: () => iso(range.toMs),
    timeGroup: group,
    timeGroupAlias: (args) => `${group(args)} as "time"`,
    unixEpochFilter: ([column = '']) =>
      `${column} >= ${Math.floor(range.fromMs / 1000)} and ${column} <= ${Math.floor(range.toMs / 1000)}`,
    unixEpochFrom: () => String(Math.floor(range.fromMs / 1000)),
    unixEpochTo: () => String(Math.floor(range.toMs / 1000)),
  }
  return sql
    .replace(/\$__(\w+)(?:\(([^()]*(?:\([^()]*\)[^()]*)*)\))/g, (whole, name: string, args: string) => {
      const macro = macros[name]
      if (!macro) throw new RangeError(`unknown macro ${whole}`)
      return macro(splitArguments(args))
    })
    .replaceAll('$__interval_ms', String(intervalMs))
    .replaceAll('$__interval', formatDuration(intervalMs))
}

/** Splits at commas outside parentheses. */
function splitArguments(text: string): string[] {
  const parts: string[] = ['']
  let depth = 0
  for (const char of text) {
    if (char === '(') depth += 1
    if (char === ')') depth -= 1
    if (char === ',' && depth === 0) parts.push('')
    else parts[parts.length - 1] += char
  }
  return parts.map((part) => part.trim())
}
