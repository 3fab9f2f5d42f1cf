// A histogram that knows label objects by identity counts what the SDK's own counts, and does not read labels again.
import type { Attributes, Histogram } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rememberStreams } from '../../../instrumentation/metrics/known-streams.ts'
import { tenantView } from '../../../instrumentation/metrics/tenant-view.ts'

function createStand(temporality: AggregationTemporality, limit: number) {
  const exporter = new InMemoryMetricExporter(temporality)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  const provider = new MeterProvider({ readers: [reader], views: [tenantView(limit)] })
  return {
    histogram: provider.getMeter('t').createHistogram('h', { advice: { explicitBucketBoundaries: [1, 5] } }),
    /** What one collection sends, without its times. */
    collect: async () => {
      exporter.reset()
      await provider.forceFlush()
      const points = exporter
        .getMetrics()
        .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
        .flatMap(({ dataPoints }) => dataPoints.map(({ attributes, value }) => ({ attributes, value })))
      return structuredClone(points)
    },
  }
}

const LABELS: Attributes[] = Array.from({ length: 8 }, (_, index) => ({
  org_id: `org-${index % 4}`,
  deal_id: 'falcon',
}))
const step = fc.oneof(
  { weight: 9, arbitrary: fc.record({ label: fc.nat(LABELS.length - 1), value: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.constant('collect' as const) },
)

describe('a histogram that remembers streams', () => {
  it.each([
    ['cumulative', AggregationTemporality.CUMULATIVE, 5_000],
    ['delta', AggregationTemporality.DELTA, 5_000],
    ['cumulative, beyond its limit', AggregationTemporality.CUMULATIVE, 3],
    ['delta, beyond its limit', AggregationTemporality.DELTA, 3],
  ])(
    'counts as the SDK’s: %s',
    async (_name, temporality, limit) => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
          const [plain, remembering] = [createStand(temporality, limit), createStand(temporality, limit)]
          rememberStreams(remembering.histogram)
          for (const next of [...steps, 'collect' as const]) {
            if (next === 'collect') expect(await remembering.collect()).toEqual(await plain.collect())
            else
              for (const { histogram } of [plain, remembering]) histogram.record(next.value, LABELS[next.label] ?? {})
          }
        }),
        { numRuns: 60 },
      )
    },
    30_000,
  )

  it('reads the labels of an object once in a collection', async () => {
    const { histogram, collect } = createStand(AggregationTemporality.CUMULATIVE, 5_000)
    rememberStreams(histogram)
    let reads = 0
    const labels = Object.defineProperty({ org_id: 'acme' }, 'deal_id', {
      enumerable: true,
      get: () => {
        reads++
        return 'falcon'
      },
    })
    for (let times = 0; times < 3; times++) histogram.record(1, labels)
    const first = reads
    for (let times = 0; times < 100; times++) histogram.record(1, labels)
    expect(reads).toBe(first)
    expect((await collect()).map(({ value }) => Object(value).count)).toEqual([103])
    histogram.record(1, labels)
    expect(reads).toBeGreaterThan(first)
  })

  it('is left as it is where it is of no SDK', () => {
    const other = { record: () => undefined } as unknown as Histogram
    expect(rememberStreams(other)).toBe(other)
  })
})
