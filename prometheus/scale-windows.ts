// The config table with every window, `for` and `keep_firing_for` divided by one factor, so that a drill shows in minutes
// what takes hours. Thresholds, ratios, floors of calls and days stay as they are. promtool tests the true windows.
import type { AlertsConfig } from './alerts.config.ts'

const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 }
const DURATION = /^(\d+)(ms|s|m|h|d)$/

/** Seconds of a Prometheus duration with one unit, like `90s` or `5m`. @throws RangeError for any other text. */
export function durationSeconds(duration: string): number {
  const [, count, unit = ''] = DURATION.exec(duration) ?? []
  if (count === undefined) throw new RangeError(`not a duration with one unit: ${duration}`)
  return Number(count) * (UNITS[unit] ?? Number.NaN)
}

/** @param factor 20 turns 5m into 15s. */
export function scaleWindows(config: AlertsConfig, factor: number): AlertsConfig {
  const scaled = (value: unknown): unknown => {
    if (typeof value === 'string' && DURATION.test(value)) return shorten(value, factor)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, scaled(inner)]))
  }
  return scaled(config) as AlertsConfig
}

function shorten(duration: string, factor: number): string {
  const milliseconds = Math.round((durationSeconds(duration) / factor) * 1000)
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`
}
