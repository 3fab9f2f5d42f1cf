// How the telemetry itself is doing. In: the books of each signal. Out: getTelemetryHealth() for the app, and the same
// figures as metrics.
import type { Meter } from '@opentelemetry/api'
import { problemCounts } from './problems.ts'
import { processState } from './process-state.ts'
import { ATTR, METRIC } from './semconv.ts'
import type { Signal, SignalHealth, SignalStats } from './signals/signal-stats.ts'

export interface TelemetryHealth {
  started: boolean
  /** One entry per exporter; a signal that is switched off has none. */
  signals: (SignalHealth & { signal: Signal })[]
  /** Refused ids, telemetry bugs, wrong settings: counts by kind. */
  problems: Record<string, number>
}

const state = processState('health', (): { books: readonly SignalStats[] } => ({ books: [] }))

export function setTelemetryBooks(next: readonly SignalStats[]): void {
  state.books = next
}

/** What was sent, what waits, what was lost and why. Cheap enough to serve from a health endpoint. */
export const getTelemetryHealth = (): TelemetryHealth => ({
  started: state.books.length > 0,
  signals: state.books.map((stats) => ({ signal: stats.signal, ...stats.health() })),
  problems: problemCounts(),
})

/** Registers the health figures as metrics. */
export function registerHealthMetrics(meter: Meter): void {
  const options = ({ unit, description }: { unit: string; description: string }) => ({ unit, description })
  meter.createObservableCounter(METRIC.telemetrySent.name, options(METRIC.telemetrySent)).addCallback((result) => {
    for (const stats of state.books) result.observe(stats.health().sent, { [ATTR.signal]: stats.signal })
  })
  meter
    .createObservableCounter(METRIC.telemetryDropped.name, options(METRIC.telemetryDropped))
    .addCallback((result) => {
      for (const stats of state.books) {
        for (const [reason, count] of Object.entries(stats.health().dropped)) {
          result.observe(count, { [ATTR.signal]: stats.signal, [ATTR.dropReason]: reason })
        }
      }
    })
  meter.createObservableGauge(METRIC.telemetryQueued.name, options(METRIC.telemetryQueued)).addCallback((result) => {
    for (const stats of state.books) result.observe(stats.health().queued, { [ATTR.signal]: stats.signal })
  })
  meter
    .createObservableCounter(METRIC.telemetryProblems.name, options(METRIC.telemetryProblems))
    .addCallback((result) => {
      for (const [kind, count] of Object.entries(problemCounts())) result.observe(count, { [ATTR.problemKind]: kind })
    })
}
