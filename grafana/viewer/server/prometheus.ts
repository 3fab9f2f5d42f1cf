// Queries of the Prometheus data source. In: PromQL with `$__…` durations. Out: one frame per series, and exemplars.

import { exploreTraceUrl } from '../web/explore/trace-url.ts'
import type { Frame, Query, TimeRange } from './frames.ts'
import { toBucketSeries } from './native-histograms.ts'
import type { DataSource } from './provisioning.ts'
import { durationMs, formatDuration } from './sql-macros.ts'

interface Matrix {
  metric: Record<string, string>
  values?: [number, string][]
  value?: [number, string]
  histograms?: Parameters<typeof toBucketSeries>[1]
  histogram?: Parameters<typeof toBucketSeries>[1][number]
}

const MAX_POINTS = 11_000
const TIMEOUT_MS = 30_000

/** Grafana's rule: the step is a multiple of the scrape interval and stays under Prometheus' limit of points. */
export function stepMs(query: Query, range: TimeRange, scrapeMs: number): number {
  const smallest = Math.ceil((range.toMs - range.fromMs) / MAX_POINTS / 1000) * 1000
  return Math.max(query.intervalMs, scrapeMs, smallest, 1000)
}

/** Fills in $__interval, $__rate_interval and $__range. */
export function expandPromql(expr: string, step: number, scrapeMs: number, range: TimeRange): string {
  const rateMs = Math.max(step + scrapeMs, 4 * scrapeMs)
  const rangeSeconds = Math.max(1, Math.round((range.toMs - range.fromMs) / 1000))
  const values: Record<string, string> = {
    __rate_interval: formatDuration(rateMs),
    __interval_ms: String(step),
    __interval: formatDuration(step),
    __range_ms: String(rangeSeconds * 1000),
    __range_s: String(rangeSeconds),
    __range: `${rangeSeconds}s`,
  }
  return expr.replace(/\$\{?(__\w+)\}?/g, (whole, name: string) => values[name] ?? whole)
}

export async function queryPrometheus(source: DataSource, query: Query, range: TimeRange): Promise<Frame[]> {
  const scrapeMs = durationMs(String(source.jsonData.timeInterval ?? '')) ?? 15_000
  const step = stepMs(query, range, scrapeMs)
  const expr = expandPromql(String(query.expr ?? ''), step, scrapeMs, range)
  const start = String(Math.floor(range.fromMs / step) * (step / 1000))
  const end = String(range.toMs / 1000)
  const frames = query.instant
    ? await callPrometheus<{ resultType: string; result: Matrix[] }>(source, 'query', { query: expr, time: end })
    : await callPrometheus<{ resultType: string; result: Matrix[] }>(source, 'query_range', {
        query: expr,
        start,
        end,
        step: String(step / 1000),
      })
  const result = (
    frames.resultType === 'scalar' ? [{ metric: {}, value: frames.result as unknown }] : frames.result
  ) as Matrix[]
  const floats = result.filter(({ value, values }) => value || values)
  const classic = query.format === 'heatmap' ? toSingleBuckets(floats) : floats
  const native = result.flatMap(({ metric, histogram, histograms = histogram ? [histogram] : [] }) =>
    toBucketSeries(metric, histograms),
  )
  const series = [...classic, ...native].map((entry) => toFrame(query, entry, expr, step))
  if (query.exemplar !== true || query.instant) return series
  const exemplars = await callPrometheus<ExemplarSeries[]>(source, 'query_exemplars', { query: expr, start, end })
  return [...series, ...toExemplarFrame(query, exemplars, traceLink(source))]
}

const callPrometheus = <T>(source: DataSource, path: string, params: Record<string, string>): Promise<T> =>
  readAnswer(source, path, { method: 'POST', body: new URLSearchParams(params) })

/** Rules or alerts, as Prometheus gives them. */
export const getPrometheus = (source: DataSource, path: string): Promise<unknown> => readAnswer(source, path, {})

async function readAnswer<T>(source: DataSource, path: string, request: RequestInit): Promise<T> {
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  const response = await fetch(`${source.url}/api/v1/${path}`, { ...request, signal })
  const body = (await response.json()) as { status: string; data: T; error?: string }
  if (body.status !== 'success') throw new Error(`Prometheus: ${body.error ?? response.status}`)
  return body.data
}

/** @param step between two points, ms: where one is missing the line is broken, as in Grafana. */
function toFrame(query: Query, { metric, values, value }: Matrix, expr: string, step: number): Frame {
  const points = values ?? (value ? [value] : [])
  const name = legend(String(query.legendFormat ?? ''), metric)
  return {
    schema: {
      refId: query.refId,
      name,
      meta: { type: 'timeseries-multi', executedQueryString: `Expr: ${expr}` },
      fields: [
        { name: 'Time', type: 'time', config: { interval: step } },
        { name: 'Value', type: 'number', labels: metric, config: { displayNameFromDS: name } },
      ],
    },
    data: { values: [points.map(([time]) => time * 1000), points.map(([, text]) => toNumber(text))] },
  }
}

/** Cumulative `le` buckets to what fell into each bucket alone, smallest first, as Grafana does for a heatmap. */
export function toSingleBuckets(series: Matrix[]): Matrix[] {
  const bound = ({ metric }: Matrix) => Number(metric.le?.replace('Inf', 'Infinity'))
  const sorted = series.filter((entry) => !Number.isNaN(bound(entry))).sort((a, b) => bound(a) - bound(b))
  return sorted.map((entry, index) => {
    const below = new Map(sorted[index - 1]?.values ?? [])
    const values = (entry.values ?? []).map(([time, text]): [number, string] => [
      time,
      String(Math.max(0, Number(text) - Number(below.get(time) ?? 0))),
    ])
    return { metric: entry.metric, values }
  })
}

const toNumber = (text: string): number | null => {
  const number = Number(text.replace('Inf', 'Infinity'))
  return Number.isNaN(number) ? null : number
}

/** `{{label}}` in the legend, else the metric as PromQL writes it. */
function legend(format: string, metric: Record<string, string>): string {
  if (format && format !== '__auto')
    return format.replace(/\{\{\s*(\S+?)\s*\}\}/g, (_, label: string) => metric[label] ?? '')
  const { __name__: name = '', ...labels } = metric
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${text}"`)
  return pairs.length > 0 ? `${name}{${pairs.join(', ')}}` : name || 'Value'
}

interface ExemplarSeries {
  seriesLabels: Record<string, string>
  exemplars: { labels: Record<string, string>; value: string; timestamp: number }[]
}

/** The exemplar label that names a trace, and the link that opens it, as provisioned. */
function traceLink(source: DataSource): { label: string; links: object[] } {
  const [destination] = (source.jsonData.exemplarTraceIdDestinations ?? []) as {
    name: string
    datasourceUid?: string
  }[]
  const uid = destination?.datasourceUid
  const links = uid ? [{ title: 'Open trace', url: exploreTraceUrl(uid, '${__value.raw}') }] : []
  return { label: destination?.name ?? 'trace_id', links }
}

function toExemplarFrame(
  query: Query,
  series: ExemplarSeries[],
  { label, links }: ReturnType<typeof traceLink>,
): Frame[] {
  const points = series.flatMap((entry) =>
    entry.exemplars.map((exemplar) => ({ ...exemplar, seriesLabels: entry.seriesLabels })),
  )
  if (points.length === 0) return []
  return [
    {
      schema: {
        refId: query.refId,
        name: 'exemplar',
        meta: { custom: { resultType: 'exemplar' }, dataTopic: 'annotations' },
        fields: [
          { name: 'Time', type: 'time' },
          { name: 'Value', type: 'number' },
          { name: label, type: 'string', config: { links } },
        ],
      },
      data: {
        values: [
          points.map((point) => point.timestamp * 1000),
          points.map((point) => Number(point.value)),
          points.map((point) => point.labels[label] ?? ''),
        ],
      },
    },
  ]
}
