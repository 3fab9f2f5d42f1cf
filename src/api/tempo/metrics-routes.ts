// Tempo's metrics routes, for graphs in Explore: `{ … } | rate() by (…)`. In: a query, a range, a step. Out: series in Tempo's
// JSON; 64-bit integers as text, as protobuf's JSON has them.
import type { Express, Request } from 'express'
import { z } from 'zod'
import type { Clock } from '../../shared/clock.ts'
import { AppError } from '../../shared/errors.ts'
import type { Intervals } from './metric-series.ts'
import { queryMetrics } from './query-metrics.ts'
import { parseQuery, RANGE, rangeOf } from './range.ts'
import type { TempoReaders } from './readers.ts'
import { parseTraceql } from './traceql.ts'
import { parseDuration } from './traceql-tokens.ts'

/** As many as Prometheus gives at most. */
const MAX_INTERVALS = 11_000
/** Points that are drawn when no step is asked for. */
const POINTS = 240
const ROUND_MS = [3_600_000, 300_000, 60_000, 15_000, 5_000, 1_000]

const METRICS = z.object({
  ...RANGE.shape,
  q: z.string().max(10_000).optional(),
  // Grafana's older data source names it so.
  query: z.string().max(10_000).optional(),
  step: z
    .string()
    .optional()
    .transform((text) => (text ? stepMs(text) : undefined))
    .refine((ms) => ms === undefined || (Number.isInteger(ms) && ms >= 1), 'not a step like 30s, of 1 ms at least'),
})

export function mountTempoMetrics(app: Express, readers: TempoReaders, clock: Clock): void {
  const series = async (request: Request, toIntervals: (from: number, to: number, step?: number) => Intervals) => {
    const asked = parseQuery(METRICS, request.query)
    const { sets, metric, filters } = parseTraceql(asked.q ?? asked.query ?? '')
    if (!metric) throw new AppError('bad_request', 'no metrics query: it ends with a function like | rate()')
    if (filters.length > 0) throw new AppError('bad_request', 'count() and its like are not answered before a metric')
    const { from, to } = rangeOf(asked, clock.nowMs())
    const intervals = toIntervals(from.getTime(), to.getTime(), asked.step)
    if (intervals.count > MAX_INTERVALS)
      throw new AppError('bad_request', `${intervals.count} intervals, more than ${MAX_INTERVALS}: take a longer step`)
    const found = await readers.read(request, (client, orgIds) =>
      queryMetrics(client, { orgIds, sets, metric, intervals }),
    )
    return { found, intervals }
  }

  app.get('/api/metrics/query_range', async (request, response) => {
    const { found, intervals } = await series(request, alignedIntervals)
    const timeOf = (interval: number) => String(intervals.firstMs + interval * intervals.stepMs)
    response.json({
      series: found.map(({ labels, values }) => ({
        labels,
        samples: values.flatMap((value, interval) =>
          value === undefined ? [] : [{ timestampMs: timeOf(interval), value }],
        ),
      })),
      metrics: {},
    })
  })

  app.get('/api/metrics/query', async (request, response) => {
    const { found } = await series(request, (from, to) => ({ firstMs: to, stepMs: to - from, count: 1 }))
    response.json({ series: found.map(({ labels, values: [value] }) => ({ labels, value })), metrics: {} })
  })
}

/** Whole steps that hold the range, and one before it, as Tempo has them. */
export function alignedIntervals(fromMs: number, toMs: number, asked?: number): Intervals {
  const step = asked ?? defaultStepMs(toMs - fromMs)
  const startMs = Math.floor(fromMs / step) * step - step
  return { firstMs: startMs + step, stepMs: step, count: (Math.ceil(toMs / step) * step - startMs) / step }
}

function defaultStepMs(rangeMs: number): number {
  const exact = rangeMs / POINTS
  const round = ROUND_MS.find((ms) => exact > ms) ?? 1_000
  return Math.max(1_000, Math.floor(exact / round) * round)
}

/** `30s`, or a number of seconds. */
const stepMs = (text: string): number => (/^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : parseDuration(text) / 1e6)
