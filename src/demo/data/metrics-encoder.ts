// OTLP metrics by hand: points to the bytes of ExportMetricsServiceRequest (opentelemetry-proto v1), one metric in one
// piece. What a series' points share is encoded once and copied into each.
import type { Attributes } from './planned-trace.ts'
import { MESSAGE_2, STRING_1, WireWriter } from './wire-writer.ts'

export interface Observations {
  /** Not cumulative; one more than there are bounds. */
  buckets: readonly number[]
  count: number
  sum: number
}

export interface PointWriter<T> {
  /** What the points of one series share, for `point`. */
  encodeSeries(attributes: Attributes): Buffer
  point(series: Buffer, value: T, atS: number): void
}

export interface MetricsEncoder {
  histogram(metric: { name: string; unit: string }, bounds: readonly number[]): PointWriter<Observations>
  gauge(metric: { name: string; unit: string }): PointWriter<number>
  points(): number
  /** The request so far; requests may be joined end to end. Starts afresh. */
  take(): Buffer
}

const HISTOGRAM = { tag: 0x4a, attributes: 0x4a, end: Buffer.from([0x10, 2]) } // cumulative
const GAUGE = { tag: 0x2a, attributes: 0x3a, end: Buffer.alloc(0) }

/** One metric: its description, then its points. */
class MetricWriter extends WireWriter {
  points = 0
  private readonly described: { name: string; unit: string }
  private readonly kind: typeof HISTOGRAM | typeof GAUGE
  private metric = 0
  private data = 0

  constructor(described: { name: string; unit: string }, kind: typeof HISTOGRAM | typeof GAUGE) {
    super()
    this.described = described
    this.kind = kind
    this.begin()
  }

  encodeSeries = (attributes: Attributes): Buffer => {
    const writer = new WireWriter(1 << 10)
    writer.attributes(this.kind.attributes, attributes)
    return writer.buffer.subarray(0, writer.at)
  }

  /** @param bytes room for the point without its series */
  openPoint(series: Buffer, atS: number, bytes: number): number {
    this.room(series.length + bytes + 32)
    const start = this.open(STRING_1, 3)
    series.copy(this.buffer, this.at)
    this.at += series.length
    this.byte(0x19)
    this.nanos(atS * 1e6)
    this.points += 1
    return start
  }

  take(): Buffer {
    this.room(this.kind.end.length)
    this.kind.end.copy(this.buffer, this.at)
    this.at += this.kind.end.length
    this.close(this.data, 4)
    this.close(this.metric, 4)
    const taken = Buffer.from(this.buffer.subarray(0, this.at))
    this.begin()
    return taken
  }

  private begin(): void {
    this.at = 0
    this.points = 0
    this.metric = this.open(MESSAGE_2, 4)
    this.string(STRING_1, this.described.name)
    this.string(0x1a, this.described.unit)
    this.data = this.open(this.kind.tag, 4)
  }
}

function createHistogramWriter(metric: MetricWriter, bounds: readonly number[]): PointWriter<Observations> {
  const encodedBounds = Buffer.concat(
    bounds.map((bound) => {
      const bytes = Buffer.alloc(8)
      bytes.writeDoubleLE(bound)
      return bytes
    }),
  )
  return {
    encodeSeries: metric.encodeSeries,
    point(series, { buckets, count, sum }, atS) {
      const start = metric.openPoint(series, atS, 8 * (buckets.length + bounds.length + 4))
      metric.byte(0x21)
      metric.fixed64(count)
      metric.byte(0x29)
      metric.double(sum)
      metric.byte(0x32)
      metric.varint(8 * buckets.length)
      for (const inBucket of buckets) metric.fixed64(inBucket)
      metric.byte(0x3a)
      metric.varint(encodedBounds.length)
      encodedBounds.copy(metric.buffer, metric.at)
      metric.at += encodedBounds.length
      metric.close(start, 3)
    },
  }
}

function createGaugeWriter(metric: MetricWriter): PointWriter<number> {
  return {
    encodeSeries: metric.encodeSeries,
    point(series, value, atS) {
      const start = metric.openPoint(series, atS, 16)
      metric.byte(0x21)
      metric.double(value)
      metric.close(start, 3)
    },
  }
}

/** @param resource of all its metrics */
export function createMetricsEncoder(resource: Attributes): MetricsEncoder {
  const metrics: MetricWriter[] = []
  const add = (writer: MetricWriter): MetricWriter => {
    metrics.push(writer)
    return writer
  }
  return {
    histogram: (described, bounds) => createHistogramWriter(add(new MetricWriter(described, HISTOGRAM)), bounds),
    gauge: (described) => createGaugeWriter(add(new MetricWriter(described, GAUGE))),
    points: () => metrics.reduce((sum, { points }) => sum + points, 0),
    take() {
      const bodies = metrics.filter(({ points }) => points > 0).map((metric) => metric.take())
      const head = new WireWriter(1 << 10)
      const resourceMetrics = head.open(STRING_1, 4)
      const described = head.open(STRING_1, 3)
      head.attributes(STRING_1, resource)
      head.close(described, 3)
      const scope = head.open(MESSAGE_2, 4)
      const written = head.at
      // The lengths cover the bodies, which follow.
      head.at += bodies.reduce((sum, { length }) => sum + length, 0)
      head.close(scope, 4)
      head.close(resourceMetrics, 4)
      return Buffer.concat([head.buffer.subarray(0, written), ...bodies])
    },
  }
}
