// The three ways out. In: exporters and OTEL_* variables. Out: span and log processors and metric readers whose queues
// are bounded and whose losses are counted. Sizes are chosen so that 500 spans a second through an outage of 8 s lose
// nothing: an export is retried for up to 30 s while 16 384 items may wait.
import { getNumberFromEnv } from '@opentelemetry/core'
import {
  BatchLogRecordProcessor,
  type LogRecordExporter,
  type LogRecordProcessor,
  type ReadableLogRecord,
} from '@opentelemetry/sdk-logs'
import {
  type IMetricReader,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics'
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter, type SpanProcessor } from '@opentelemetry/sdk-trace'
import { stampLateLog, TenantLogProcessor } from '../signals/log-processor.ts'
import { type QueueBounds, SignalStats } from '../signals/signal-stats.ts'
import { stampLate, TenantSpanProcessor } from '../signals/span-processor.ts'
import { watchExporter } from '../signals/watched-export.ts'

const MAX_ITEMS = 16_384
const MAX_BYTES = 64 * 1024 * 1024
const EXPORT_MS = 30_000
/** Small enough that encoding one batch does not hold the event loop: of spans and log records, of points of metrics. */
const BATCH_ITEMS = 128
const BATCH_POINTS = 1_000
/** Exports of metrics that may wait for a collector that does not answer; a process of 5 000 streams makes five each time. */
const MAX_WAITING = 32
const DELAY_MS = 1_000
/** How much later than the exporter's own timeout an export is given up. */
const GRACE_MS = 5_000

const bounds = (queueVariable: string): QueueBounds => ({
  maxItems: getNumberFromEnv(queueVariable) ?? MAX_ITEMS,
  maxBytes: getNumberFromEnv('SPANLEDGER_QUEUE_MAX_BYTES') ?? MAX_BYTES,
})

// The batch processors hold no more than what was admitted, so their own silent limit is never reached.
const batching = (prefix: 'OTEL_BSP' | 'OTEL_BLRP', { maxItems }: QueueBounds) => ({
  maxQueueSize: maxItems + 1,
  maxExportBatchSize: Math.min(getNumberFromEnv(`${prefix}_MAX_EXPORT_BATCH_SIZE`) ?? BATCH_ITEMS, maxItems),
  scheduledDelayMillis: getNumberFromEnv(`${prefix}_SCHEDULE_DELAY`) ?? DELAY_MS,
  exportTimeoutMillis: (getNumberFromEnv(`${prefix}_EXPORT_TIMEOUT`) ?? EXPORT_MS) + 2 * GRACE_MS,
})

export interface Pipeline<P> {
  processor: P
  stats: SignalStats
}

const itemsOf = <T extends object>(stats: SignalStats) => ({
  stats,
  settle: (items: T[], error: Error | undefined) => stats.settle(items, error),
  count: (items: T[]) => items.length,
})

/** @param ending gives up what is still being sent, once nobody waits for it any more. */
export function createSpanPipeline(exporter: SpanExporter, ending?: AbortSignal): Pipeline<SpanProcessor> {
  const limits = bounds('OTEL_BSP_MAX_QUEUE_SIZE')
  const stats = new SignalStats('traces', limits)
  const options = batching('OTEL_BSP', limits)
  const timeoutMs = options.exportTimeoutMillis - GRACE_MS
  const watched = watchExporter(exporter, {
    ...itemsOf<ReadableSpan>(stats),
    prepare: (spans) => spans.forEach(stampLate),
    timeoutMs,
    ending,
  })
  const batch = new BatchSpanProcessor({ exporter: watched, ...options })
  return { processor: new TenantSpanProcessor(batch, watched, stats), stats }
}

export function createLogPipeline(exporter: LogRecordExporter, ending?: AbortSignal): Pipeline<LogRecordProcessor> {
  const limits = bounds('OTEL_BLRP_MAX_QUEUE_SIZE')
  const stats = new SignalStats('logs', limits)
  const options = batching('OTEL_BLRP', limits)
  const timeoutMs = options.exportTimeoutMillis - GRACE_MS
  const watched = watchExporter(exporter, {
    ...itemsOf<ReadableLogRecord>(stats),
    prepare: (records) => records.forEach(stampLateLog),
    timeoutMs,
    ending,
  })
  const batch = new BatchLogRecordProcessor({ exporter: watched, ...options })
  return { processor: new TenantLogProcessor(batch, watched, stats), stats }
}

export function createMetricPipeline(exporter: PushMetricExporter, ending?: AbortSignal): Pipeline<IMetricReader> {
  // Nothing is queued for long: each export carries the totals since the start, so a failed one is made good by the next.
  const stats = new SignalStats('metrics', { maxItems: 1, maxBytes: Number.POSITIVE_INFINITY })
  const intervalMs = getNumberFromEnv('OTEL_METRIC_EXPORT_INTERVAL') ?? 15_000
  const timeoutMs = Math.min(getNumberFromEnv('OTEL_METRIC_EXPORT_TIMEOUT') ?? 10_000, intervalMs)
  const watched = watchExporter<ResourceMetrics>(exporter, {
    stats,
    settle: (_metrics, error) => stats.count(1, error),
    count: () => 1,
    maxWaiting: MAX_WAITING,
    timeoutMs,
    ending,
  })
  const reader = new PeriodicExportingMetricReader({
    exporter: {
      ...watched,
      ...(exporter.selectAggregation && { selectAggregation: exporter.selectAggregation.bind(exporter) }),
      ...(exporter.selectAggregationTemporality && {
        selectAggregationTemporality: exporter.selectAggregationTemporality.bind(exporter),
      }),
    },
    exportIntervalMillis: intervalMs,
    exportTimeoutMillis: timeoutMs,
    maxExportBatchSize: BATCH_POINTS,
  })
  return { processor: reader, stats }
}
