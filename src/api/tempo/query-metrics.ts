// A TraceQL metrics query over the ledger's spans. In: a tree, intervals, organisations. Out: series. Spans count at their
// start; an interval has its end, not its beginning.
import { AppError } from '../../shared/errors.ts'
import type { Client } from '../../shared/pg.ts'
import { type Figure, type Intervals, type Series, toSeries, usesPowers } from './metric-series.ts'
import { spanSets, unixNano } from './search.ts'
import { fieldJson, fieldNumber } from './traceql-fields.ts'
import type { Parameters } from './traceql-sql.ts'
import type { Metric, SpanSets } from './traceql-tree.ts'

export interface MetricsQuestion {
  orgIds: string[]
  sets: SpanSets
  metric: Metric
  intervals: Intervals
}

/** More would neither be drawn nor fit an answer. */
const MAX_SERIES = 1_000
const MAX_FIGURES = 200_000

/** @throws AppError `bad_request` when there are too many series or figures. */
export async function queryMetrics(client: Client, question: MetricsQuestion): Promise<Series[]> {
  const { orgIds, sets, metric, intervals } = question
  const { firstMs, stepMs, count } = intervals
  const startMs = firstMs - stepMs
  const parameters: Parameters = {
    values: [orgIds, new Date(startMs), new Date(startMs + count * stepMs), `${startMs}000000`, stepMs * 1e6],
  }
  const { rows } = await client.query<Figure>(figuresSql(sets, metric, parameters), parameters.values)
  if (rows.length > MAX_FIGURES)
    throw new AppError('bad_request', `more than ${MAX_FIGURES} figures: ask for fewer groups, or a longer step`)
  const series = toSeries(
    rows.filter(({ interval }) => interval >= 0 && interval < count),
    metric,
    intervals,
  )
  if (series.length > MAX_SERIES)
    throw new AppError('bad_request', `${series.length} series, more than ${MAX_SERIES}: ask for fewer groups`)
  return series
}

/** The value's power of two: the smallest that is not below it, as an exponent. */
const EXPONENT = `length(ltrim(((trunc(m.figure) - 1)::bigint)::bit(64)::text, '0'))`

function figuresSql(sets: SpanSets, metric: Metric, parameters: Parameters): string {
  const { leaves, having } = spanSets(sets, parameters)
  const figure = metric.field ? fieldNumber(metric.field, parameters) : 'null::numeric'
  const groups = metric.by.map((field) => `(${fieldJson(field, parameters)})::text`)
  const isPower = usesPowers(metric)
  // A single set, or any of several, needs no look at the whole trace.
  const ofTraces = sets.kind === 'spans' || leaves.length === 1 ? '' : OF_TRACES(having)
  return `
  with m as (
    select s.org_id, s.trace_id, ceil((${unixNano('s')} - $4::bigint) / $5::numeric)::int - 1 as interval,
           ${figure} as figure, array[${groups.join(', ')}]::text[] as labels,
           ${leaves.map((leaf, index) => `${leaf} as set_${index + 1}`).join(', ')}
      from trace_spans s
     where s.org_id = any($1::text[]) and s.start_time >= $2 and s.start_time <= $3 and (${leaves.join(' or ')})
  )
  select m.interval, m.labels, ${isPower ? EXPONENT : 'null::int'} as exponent, (${valueSql(metric)})::float8 as value
    from m
   where true ${isPower ? 'and m.figure between 2 and 9e18 and m.figure = trunc(m.figure)' : ''} ${ofTraces}
   group by 1, 2, 3
   limit ${MAX_FIGURES + 1}`
}

const OF_TRACES = (having: string) =>
  `and (m.org_id, m.trace_id) in (select m.org_id, m.trace_id from m group by 1, 2 having ${having})`

/** Of an interval's spans. */
function valueSql({ name, field }: Metric): string {
  if (!field || name === 'quantile_over_time' || name === 'histogram_over_time') return 'count(*)'
  return `${name.replace('_over_time', '')}(m.figure)`
}
