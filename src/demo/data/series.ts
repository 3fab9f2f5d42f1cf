// Prometheus series that grow over simulated time. In: observations, and the moments at which Prometheus would have
// scraped. Out: OpenMetrics lines. Busy series are written at every scrape, as Prometheus has them; a quiet one only
// around its changes and once an hour, which `rate` and `increase` cannot tell from the full record.

export interface LineSink {
  /** One line of a family's exposition, without its newline. */
  line(family: string, text: string): void
}

interface State {
  buckets: number[]
  count: number
  sum: number
}

interface Series {
  labels: string
  now: State
  /** As of the last scrape. */
  before: State
  /** Number of the last scrape that was written. */
  writtenAt: number
  changedAt: number
  hasChanged: boolean
}

export interface HistogramFamily {
  observe(labels: Readonly<Record<string, string>>, value: number): void
  /** Takes the state of all series at this moment, in order of time. */
  scrape(atS: number): void
}

/** Scrapes written on either side of a change: a window of two steps then holds what it would hold in full. */
const AROUND = 2
const HEARTBEAT_S = 3_600

const escapeValue = (value: string): string =>
  value.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`))

export const labelText = (labels: Readonly<Record<string, string>>): string =>
  Object.keys(labels)
    .sort()
    .map((name) => `${name}="${escapeValue(labels[name] ?? '')}"`)
    .join(',')

/** @param bounds upper bounds, ascending; +Inf is added. */
export function createHistogramFamily(name: string, bounds: readonly number[], sink: LineSink): HistogramFamily {
  const all = new Map<string, Series>()
  /** Moments of the last scrapes, the current one last. */
  let moments: number[] = []
  let scrapes = 0

  const empty = (): State => ({ buckets: bounds.map(() => 0), count: 0, sum: 0 })

  function write({ labels }: Series, state: State, atS: number): void {
    let cumulative = 0
    for (const [index, bound] of bounds.entries()) {
      cumulative += state.buckets[index] ?? 0
      sink.line(name, `${name}_bucket{${labels},le="${bound}"} ${cumulative} ${atS}`)
    }
    sink.line(name, `${name}_bucket{${labels},le="+Inf"} ${state.count} ${atS}`)
    sink.line(name, `${name}_count{${labels}} ${state.count} ${atS}`)
    sink.line(name, `${name}_sum{${labels}} ${state.sum} ${atS}`)
  }

  function scrapeSeries(series: Series, atS: number): void {
    if (series.hasChanged) {
      const from = Math.max(series.writtenAt + 1, scrapes - AROUND)
      for (let missed = from; missed < scrapes; missed += 1) {
        const momentS = moments[moments.length - 1 - (scrapes - missed)]
        if (momentS !== undefined) write(series, series.before, momentS)
      }
      series.changedAt = scrapes
      series.before = { buckets: [...series.now.buckets], count: series.now.count, sum: series.now.sum }
      series.hasChanged = false
    } else if (scrapes - series.changedAt > AROUND && atS % HEARTBEAT_S !== 0) return
    write(series, series.now, atS)
    series.writtenAt = scrapes
  }

  return {
    observe(labels, value) {
      const key = labelText(labels)
      let series = all.get(key)
      if (!series) {
        series = { labels: key, now: empty(), before: empty(), writtenAt: -1, changedAt: 0, hasChanged: false }
        all.set(key, series)
      }
      const { now } = series
      const bucket = bounds.findIndex((bound) => value <= bound)
      if (bucket >= 0) now.buckets[bucket] = (now.buckets[bucket] ?? 0) + 1
      now.count += 1
      now.sum += value
      series.hasChanged = true
    },
    scrape(atS) {
      moments = [...moments.slice(-AROUND), atS]
      for (const series of all.values()) scrapeSeries(series, atS)
      scrapes += 1
    },
  }
}
