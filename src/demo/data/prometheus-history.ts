// What Prometheus would have seen of the demo's past: the app's histograms and neo4j_up. In: the data. Out: OpenMetrics
// files, one per TSDB block range, ready for `promtool tsdb create-blocks-from openmetrics`. Labels are few on purpose:
// deals and agents are asked of the ledger, and every label multiplies the history.
import { join } from 'node:path'
import { ATTR, METRIC } from '../../../instrumentation/semconv.ts'
import { DAY_MS, HOUR_MS } from './calendar.ts'
import type { DemoData } from './generate.ts'
import { within } from './incidents.ts'
import { createOpenMetricsFile } from './open-metrics-file.ts'
import type { PlannedSpan, PlannedTrace } from './planned-trace.ts'
import { createHistogramFamily, type LineSink, labelText } from './series.ts'

/** The app's own boundaries (instrumentation/metrics/instruments.ts). */
const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]
const TOKENS = [64, 256, 1024, 4096, 16384, 65536]

/** Prometheus' name of an OpenTelemetry histogram. */
const prometheusName = ({ name, unit }: { name: string; unit: string }): string =>
  name.replaceAll('.', '_') + (unit === 's' ? '_seconds' : '')

const NAMES = {
  duration: prometheusName(METRIC.operationDuration),
  tokens: prometheusName(METRIC.tokenUsage),
  firstChunk: prometheusName(METRIC.timeToFirstChunk),
  feature: prometheusName(METRIC.featureDuration),
  neo4j: 'neo4j_up',
} as const

const JOB = { job: 'dealroom' }
const label = (attribute: string): string => attribute.replaceAll('.', '_')

const OUTAGE_STEP_S = 120

/** How far apart samples are: fine where dashboards look closely, coarse in the distant past. */
export function stepSeconds(ageMs: number): number {
  if (ageMs <= DAY_MS) return 120
  return ageMs <= 7 * DAY_MS ? 300 : 900
}

/** Prometheus' block ranges are 2 h × 3ⁿ; one file holds one range. */
export const BLOCK_MS = 162 * HOUR_MS

const secondsOf = (span: PlannedSpan): number => (span.endUs - span.startUs) / 1e6

function createFamilies(sink: LineSink) {
  const duration = createHistogramFamily(NAMES.duration, SECONDS, sink)
  const tokens = createHistogramFamily(NAMES.tokens, TOKENS, sink)
  const firstChunk = createHistogramFamily(NAMES.firstChunk, SECONDS, sink)
  const feature = createHistogramFamily(NAMES.feature, SECONDS, sink)
  return {
    observe(trace: PlannedTrace): void {
      const tenant = { ...JOB, org_id: trace.orgId, feature: String(trace.common[ATTR.feature]) }
      for (const span of trace.spans) {
        const { attributes } = span
        const status = attributes[ATTR.featureStatus]
        if (status !== undefined)
          feature.observe({ ...tenant, [label(ATTR.featureStatus)]: String(status) }, secondsOf(span))
        if (attributes[ATTR.requestModel] === undefined) continue
        const call: Record<string, string> = { ...JOB, org_id: trace.orgId }
        for (const key of [ATTR.operationName, ATTR.providerName, ATTR.requestModel])
          call[label(key)] = String(attributes[key])
        const error = attributes[ATTR.errorType]
        const ended = {
          ...call,
          feature: tenant.feature,
          ...(error !== undefined && { [label(ATTR.errorType)]: String(error) }),
        }
        duration.observe(ended, secondsOf(span))
        const first = attributes[ATTR.timeToFirstChunk]
        if (typeof first === 'number') firstChunk.observe(call, first)
        for (const [type, key] of [
          ['input', ATTR.inputTokens],
          ['output', ATTR.outputTokens],
        ] as const) {
          const used = attributes[key]
          if (typeof used === 'number') tokens.observe({ ...call, [label(ATTR.tokenType)]: type }, used)
        }
      }
    },
    scrape(atS: number): void {
      for (const family of [duration, tokens, firstChunk, feature]) family.scrape(atS)
    },
  }
}

/**
 * @param onFile called with each file as it is complete, oldest first; the next one is begun when it resolves. The file
 * is the callee's to remove.
 */
export async function writePrometheusHistory(
  data: DemoData,
  folder: string,
  onFile: (path: string) => Promise<void>,
  onProgress: (share: number) => void = () => {},
): Promise<void> {
  const file = createOpenMetricsFile(folder, (family) => (family === NAMES.neo4j ? 'gauge' : 'histogram'))
  const families = createFamilies(file)
  let files = 0
  const endMs = (data.hours.at(-1)?.startMs ?? 0) + HOUR_MS
  const blockOf = (ms: number) => Math.floor(ms / BLOCK_MS)
  const flush = async () => {
    const path = join(folder, `history-${String(files).padStart(3, '0')}.txt`)
    if (!file.write(path)) return
    files += 1
    await onFile(path)
  }
  for (const [hour, { startMs }] of data.hours.entries()) {
    const { fromMs, toMs } = data.incidents.providerOutage
    const isOutage = startMs < toMs && startMs + HOUR_MS > fromMs
    // Rates over five minutes need two samples within them.
    const stepS = isOutage ? OUTAGE_STEP_S : stepSeconds(endMs - startMs)
    const traces = data.tracesOf(hour)
    let next = 0
    for (let atMs = startMs + stepS * 1000; atMs <= startMs + HOUR_MS; atMs += stepS * 1000) {
      for (; next < traces.length && (traces[next]?.spans[0]?.startUs ?? 0) < atMs * 1000; next += 1) {
        families.observe(traces[next] as PlannedTrace)
      }
      // Samples of a moment belong to the block it lies in.
      if (blockOf(atMs) !== blockOf(atMs - stepS * 1000)) await flush()
      families.scrape(atMs / 1000)
    }
    for (let atMs = startMs; atMs < startMs + HOUR_MS; atMs += 60_000) {
      const up = within(data.incidents.graphOutage, atMs) ? 0 : 1
      file.line(NAMES.neo4j, `${NAMES.neo4j}{${labelText({ job: 'api' })}} ${up} ${atMs / 1000}`)
    }
    onProgress((hour + 1) / data.hours.length)
  }
  await flush()
}
