// Series of a TraceQL metrics query. In: figures by interval, labels and power of two. Out: series as Tempo gives them.
// Rules from Tempo's engine: counts are 0 where nothing was, other figures are left out there; labels without a value are
// left out; quantiles are read off powers of two, exponentially between two of them.
import { type KeyValue, toAnyValue } from './otlp-trace.ts'
import { isDuration, toLabel } from './traceql-fields.ts'
import type { Metric } from './traceql-tree.ts'

export interface Figure {
  /** Number of the interval, from 0. */
  interval: number
  /** JSON of each field of `by`. */
  labels: (string | null)[]
  /** Exponent of the power of two that holds the value; of histograms and quantiles only. */
  exponent: number | null
  value: number | null
}

/** Where the intervals lie; interval n ends, and is written down, at `firstMs + n * stepMs`. */
export interface Intervals {
  firstMs: number
  stepMs: number
  count: number
}

export interface Series {
  labels: KeyValue[]
  /** By interval; undefined where there is no sample. */
  values: (number | undefined)[]
}

const NS = 1e9
const COUNTED = ['rate', 'count_over_time', 'histogram_over_time']

export function toSeries(figures: Figure[], metric: Metric, { count, stepMs }: Intervals): Series[] {
  const inSeconds = metric.field !== undefined && isDuration(metric.field)
  const bound = (exponent: number) => 2 ** exponent / (inSeconds ? NS : 1)
  const scale = metric.name === 'rate' ? 1000 / stepMs : inSeconds && !usesPowers(metric) ? 1 / NS : 1
  const nothing = COUNTED.includes(metric.name) ? 0 : undefined
  const groups = Map.groupBy(figures, ({ labels }) => JSON.stringify(labels))
  if (groups.size === 0 && COUNTED.slice(0, 2).includes(metric.name) && metric.by.length === 0) groups.set('[]', [])
  const all = [...groups].flatMap(([key, ofGroup]): Series[] => {
    const labels = toLabels(metric, JSON.parse(key) as (string | null)[])
    if (metric.name === 'quantile_over_time')
      return metric.quantiles.map((quantile) => ({
        labels: [...labels, { key: 'p', value: { doubleValue: quantile } }],
        values: quantiles(ofGroup, quantile, count, bound),
      }))
    const byBucket = Map.groupBy(ofGroup, ({ exponent }) => exponent)
    if (byBucket.size === 0) byBucket.set(null, [])
    return [...byBucket].map(([exponent, ofBucket]) => {
      const values = Array.from({ length: count }, (): number | undefined => nothing)
      for (const { interval, value } of ofBucket) if (value !== null) values[interval] = value * scale
      const bucket = exponent === null ? [] : [{ key: '__bucket', value: { doubleValue: bound(exponent) } }]
      return { labels: [...labels, ...bucket], values }
    })
  })
  const filled = all.filter(({ values }) => values.some((value) => value !== undefined))
  return metric.best ? best(filled, metric.best, count) : filled
}

export const usesPowers = ({ name }: Metric): boolean => name === 'quantile_over_time' || name === 'histogram_over_time'

/** Without groups a series is called after its function; with groups at least one label is written. */
function toLabels(metric: Metric, values: (string | null)[]): KeyValue[] {
  const [first] = metric.by
  if (!first) return usesPowers(metric) ? [] : [{ key: '__name__', value: toAnyValue(metric.name) }]
  const labels = metric.by.flatMap((field, index) => {
    const json = values[index]
    return json === null || json === undefined || json === 'null' ? [] : [toLabel(field, json)]
  })
  return labels.length > 0 ? labels : [toLabel(first, '"nil"')]
}

function quantiles(figures: Figure[], quantile: number, count: number, bound: (exponent: number) => number): number[] {
  const byInterval = Map.groupBy(figures, ({ interval }) => interval)
  return Array.from({ length: count }, (_, interval) => {
    const buckets = (byInterval.get(interval) ?? [])
      .map(({ exponent, value }) => ({ exponent: exponent ?? 0, count: value ?? 0 }))
      .sort((a, b) => a.exponent - b.exponent)
    return buckets.length === 0 ? 0 : bound(quantileExponent(buckets, quantile))
  })
}

/** The exponent at which `quantile` of the observations lie below. @param buckets ascending, not empty */
export function quantileExponent(buckets: { exponent: number; count: number }[], quantile: number): number {
  const total = buckets.reduce((sum, { count }) => sum + count, 0)
  const wanted = Math.max(1, Math.ceil(quantile * total))
  let below = 0
  for (const [index, { exponent, count }] of buckets.entries()) {
    if (below + count < wanted) {
      below += count
      continue
    }
    const lower = buckets[index - 1]?.exponent ?? exponent - 1
    return lower + ((exponent - lower) * (wanted - below)) / count
  }
  return buckets.at(-1)?.exponent ?? 0
}

/** At each moment only the largest, or smallest, of all series. */
function best(series: Series[], { order, count: kept }: NonNullable<Metric['best']>, count: number): Series[] {
  const found = series.map(({ labels }): Series => ({ labels, values: Array.from({ length: count }) }))
  const sign = order === 'topk' ? -1 : 1
  for (let interval = 0; interval < count; interval += 1) {
    const ranked = series
      .map(({ values }, index) => ({ index, value: values[interval] }))
      .filter((entry): entry is { index: number; value: number } => entry.value !== undefined)
      .sort((a, b) => sign * (a.value - b.value))
    for (const { index, value } of ranked.slice(0, kept)) {
      const values = found[index]?.values
      if (values) values[interval] = value
    }
  }
  return found.filter(({ values }) => values.some((value) => value !== undefined))
}
