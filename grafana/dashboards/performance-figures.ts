// What the panels of "Performance" say of calls. In: nothing. Out: SQL over USAGE, and columns.
import { column } from '../kit/column.ts'
import { failedColumn } from '../kit/limits.ts'
import { FAILED, firstToken, latency, WHOLE_HOURS } from '../kit/usage.ts'

export const WITHIN = `Percentiles from the roll-ups’ histograms, within 2 %. ${WHOLE_HOURS}`

/** Calls that a percentile over time needs to be more than its slowest call. */
export const ENOUGH = { p95: 20, p99: 100 } as const
export const TOO_FEW = `No hour or day with ${ENOUGH.p95} calls in this range`
export const ofEnough = (p: number, calls: number): string => `case when sum(calls) >= ${calls} then ${latency(p)} end`

export const FIGURES = `sum(calls) as calls, ${latency(0.5)} as p50, ${latency(0.95)} as p95, ${latency(0.99)} as p99,
            ${firstToken(0.95)} as "1st token", ${FAILED} as failed`
const seconds = column.seconds()
export const FIGURE_COLUMNS = { p50: seconds, p95: seconds, p99: seconds, '1st token': seconds, failed: failedColumn() }
