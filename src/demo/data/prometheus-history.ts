// What Prometheus would have been sent in the demo's past: the app's histograms and neo4j_up. In: the data. Out: OTLP
// requests in order of time. Labels are few on purpose: deals and agents are asked of the ledger, and every label
// multiplies the history.
import { ATTR, METRIC } from '../../../instrumentation/semconv.ts'
import { DAY_MS, HOUR_MS } from './calendar.ts'
import type { DemoData } from './generate.ts'
import { within } from './incidents.ts'
import { createMetricsEncoder, type MetricsEncoder } from './metrics-encoder.ts'
import type { PlannedSpan, PlannedTrace } from './planned-trace.ts'
import { createHistogramFamily, type HistogramFamily } from './series.ts'

/** The app's own boundaries (instrumentation/metrics/instruments.ts). */
const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]
const TOKENS = [64, 256, 1024, 4096, 16384, 65536]

const OUTAGE_STEP_S = 120
const PROBE_MS = 60_000
const POINTS_PER_REQUEST = 10_000

/** How far apart points are: fine where dashboards look closely, coarse in the distant past. */
export function stepSeconds(ageMs: number): number {
  if (ageMs <= DAY_MS) return 120
  return ageMs <= 7 * DAY_MS ? 300 : 900
}

const secondsOf = (span: PlannedSpan): number => (span.endUs - span.startUs) / 1e6

function createFamilies(encoder: MetricsEncoder) {
  const family = (metric: { name: string; unit: string }, bounds: readonly number[]): HistogramFamily =>
    createHistogramFamily(bounds, encoder.histogram(metric, bounds))
  const duration = family(METRIC.operationDuration, SECONDS)
  const tokens = family(METRIC.tokenUsage, TOKENS)
  const firstChunk = family(METRIC.timeToFirstChunk, SECONDS)
  const feature = family(METRIC.featureDuration, SECONDS)
  return {
    observe(trace: PlannedTrace): void {
      const org = { [ATTR.orgId]: trace.orgId }
      const tenant = { ...org, [ATTR.feature]: String(trace.common[ATTR.feature]) }
      for (const span of trace.spans) {
        const { attributes } = span
        const status = attributes[ATTR.featureStatus]
        if (status !== undefined) feature.observe({ ...tenant, [ATTR.featureStatus]: String(status) }, secondsOf(span))
        if (attributes[ATTR.requestModel] === undefined) continue
        const call: Record<string, string> = { ...org }
        for (const key of [ATTR.operationName, ATTR.providerName, ATTR.requestModel])
          call[key] = String(attributes[key])
        const error = attributes[ATTR.errorType]
        const ended = { ...call, ...tenant, ...(error !== undefined && { [ATTR.errorType]: String(error) }) }
        duration.observe(ended, secondsOf(span))
        const first = attributes[ATTR.timeToFirstChunk]
        if (typeof first === 'number') firstChunk.observe(call, first)
        for (const [type, key] of [
          ['input', ATTR.inputTokens],
          ['output', ATTR.outputTokens],
        ] as const) {
          const used = attributes[key]
          if (typeof used === 'number') tokens.observe({ ...call, [ATTR.tokenType]: type }, used)
        }
      }
    },
    collect(atS: number): void {
      for (const family of [duration, tokens, firstChunk, feature]) family.collect(atS)
    },
  }
}

/**
 * @param send called with each request as it is complete, oldest first; the next one is made while it is under way, and
 * sent when it has resolved.
 * @returns how many points there are
 */
export async function writePrometheusHistory(
  data: DemoData,
  send: (request: Buffer) => Promise<void>,
  { onProgress = () => {}, signal }: { onProgress?: (share: number) => void; signal?: AbortSignal } = {},
): Promise<number> {
  const app = createMetricsEncoder({ 'service.name': 'dealroom' })
  const api = createMetricsEncoder({ 'service.name': 'api' })
  const families = createFamilies(app)
  const neo4jUp = api.gauge({ name: 'neo4j_up', unit: '' })
  const neo4j = neo4jUp.encodeSeries({})
  const endMs = (data.hours.at(-1)?.startMs ?? 0) + HOUR_MS
  let sent = 0
  // A failure surfaces at the next request.
  let sending = Promise.resolve()

  async function flush(): Promise<void> {
    const points = app.points() + api.points()
    if (points === 0) return
    const request = Buffer.concat([app.take(), api.take()])
    await sending
    signal?.throwIfAborted()
    sending = send(request)
    sending.catch(() => undefined)
    sent += points
  }

  for (const [hour, { startMs }] of data.hours.entries()) {
    const { fromMs, toMs } = data.incidents.providerOutage
    const isOutage = startMs < toMs && startMs + HOUR_MS > fromMs
    // Rates over five minutes need two points within them.
    const stepS = isOutage ? OUTAGE_STEP_S : stepSeconds(endMs - startMs)
    const traces = data.tracesOf(hour)
    let next = 0
    for (let atMs = startMs + stepS * 1000; atMs <= startMs + HOUR_MS; atMs += stepS * 1000) {
      for (; next < traces.length && (traces[next]?.spans[0]?.startUs ?? 0) < atMs * 1000; next += 1) {
        families.observe(traces[next] as PlannedTrace)
      }
      families.collect(atMs / 1000)
    }
    for (let atMs = startMs; atMs < startMs + HOUR_MS; atMs += PROBE_MS) {
      neo4jUp.point(neo4j, within(data.incidents.graphOutage, atMs) ? 0 : 1, atMs / 1000)
    }
    if (app.points() + api.points() >= POINTS_PER_REQUEST) await flush()
    onProgress((hour + 1) / data.hours.length)
  }
  await flush()
  await sending
  return sent
}
