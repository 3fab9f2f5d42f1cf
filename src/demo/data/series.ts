// Prometheus series that grow over simulated time. In: observations, and the moments at which Prometheus would have been
// sent them. Out: points. Busy series are written every time, as Prometheus has them; a quiet one only around its changes
// and once an hour, which `rate` and `increase` cannot tell from the full record.
import type { Observations, PointWriter } from './metrics-encoder.ts'
import type { Attributes } from './planned-trace.ts'

interface State extends Observations {
  buckets: number[]
}

interface Series {
  encoded: Buffer
  now: State
  /** As of the last time. */
  before: State
  /** Number of the last time that was written. */
  writtenAt: number
  changedAt: number
  hasChanged: boolean
}

export interface HistogramFamily {
  observe(attributes: Attributes, value: number): void
  /** Takes the state of all series at this moment, in order of time. */
  collect(atS: number): void
}

/** Points written on either side of a change: a window of two steps then holds what it would hold in full. */
const AROUND = 2
const HEARTBEAT_S = 3_600

/** @param bounds upper bounds, ascending; +Inf is added. */
export function createHistogramFamily(bounds: readonly number[], points: PointWriter<Observations>): HistogramFamily {
  const all = new Map<string, Series>()
  /** The last moments, the current one last. */
  let moments: number[] = []
  let collected = 0

  const empty = (): State => ({ buckets: Array.from({ length: bounds.length + 1 }, () => 0), count: 0, sum: 0 })

  function collectSeries(series: Series, atS: number): void {
    if (series.hasChanged) {
      const from = Math.max(series.writtenAt + 1, collected - AROUND)
      for (let missed = from; missed < collected; missed += 1) {
        const momentS = moments[moments.length - 1 - (collected - missed)]
        if (momentS !== undefined) points.point(series.encoded, series.before, momentS)
      }
      series.changedAt = collected
      series.before = { buckets: [...series.now.buckets], count: series.now.count, sum: series.now.sum }
      series.hasChanged = false
    } else if (collected - series.changedAt > AROUND && atS % HEARTBEAT_S !== 0) return
    points.point(series.encoded, series.now, atS)
    series.writtenAt = collected
  }

  return {
    observe(attributes, value) {
      const key = JSON.stringify(attributes)
      let series = all.get(key)
      if (!series) {
        const encoded = points.encodeSeries(attributes)
        series = { encoded, now: empty(), before: empty(), writtenAt: -1, changedAt: 0, hasChanged: false }
        all.set(key, series)
      }
      const { now } = series
      const found = bounds.findIndex((bound) => value <= bound)
      const bucket = found >= 0 ? found : bounds.length
      now.buckets[bucket] = (now.buckets[bucket] ?? 0) + 1
      now.count += 1
      now.sum += value
      series.hasChanged = true
    },
    collect(atS) {
      moments = [...moments.slice(-AROUND), atS]
      for (const series of all.values()) collectSeries(series, atS)
      collected += 1
    },
  }
}
