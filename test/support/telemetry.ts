// Telemetry into memory, through the same processors as in an app. In: nothing. Out: what would have been sent.
import { context, logs, metrics, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { InMemoryLogRecordExporter, LoggerProvider, type ReadableLogRecord } from '@opentelemetry/sdk-logs'
import {
  AggregationTemporality,
  type HistogramMetricData,
  InMemoryMetricExporter,
  MeterProvider,
  type MetricData,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { InMemorySpanExporter, type ReadableSpan, TracerProvider } from '@opentelemetry/sdk-trace'
import { setLabels } from '../../instrumentation/metrics/instruments.ts'
import { DEFAULT_LABEL_LIMITS, type LabelLimits, Labels } from '../../instrumentation/metrics/labels.ts'
import { tenantView } from '../../instrumentation/metrics/tenant-view.ts'
import { createLogPipeline, createSpanPipeline } from '../../instrumentation/start/pipelines.ts'
import { createPropagator } from '../../instrumentation/start/propagators.ts'
import type { TenantBaggageOptions } from '../../instrumentation/tenant/baggage.ts'

export interface CapturedSpan {
  name: string
  kind: number
  attributes: Record<string, unknown>
  status: { code: number; message?: string }
  events: { name: string; attributes: Record<string, unknown> }[]
}

export interface CapturedLog {
  body: unknown
  eventName: string | undefined
  attributes: Record<string, unknown>
  traceId: string | undefined
  spanId: string | undefined
}

/** One data point: a histogram's sum and count, or a plain value. */
export interface CapturedPoint {
  attributes: Record<string, unknown>
  count?: number
  sum?: number
  value?: number
}

/** One per test file: tracers remember the first provider they meet. Call `reset` before each test. */
export interface Captured {
  rawSpans(): Promise<ReadableSpan[]>
  rawLogs(): Promise<ReadableLogRecord[]>
  spans(): Promise<CapturedSpan[]>
  logs(): Promise<CapturedLog[]>
  points(metric: string): Promise<CapturedPoint[]>
  metrics(): Promise<MetricData[]>
  setLabelLimits(limits: LabelLimits): void
  reset(): Promise<void>
  stop(): Promise<void>
}

export function captureTelemetry(
  options: { labelLimits?: Partial<LabelLimits>; baggage?: Partial<TenantBaggageOptions> } = {},
): Captured {
  const resource = resourceFromAttributes({ 'service.name': 'test' })
  const spanExporter = new InMemorySpanExporter()
  const logExporter = new InMemoryLogRecordExporter()
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const spans = createSpanPipeline(spanExporter)
  const logPipeline = createLogPipeline(logExporter)
  const contextManager = new AsyncLocalStorageContextManager().enable()
  setLabels(new Labels({ ...DEFAULT_LABEL_LIMITS, ...options.labelLimits }))
  context.setGlobalContextManager(contextManager)
  propagation.setGlobalPropagator(
    createPropagator({ hosts: options.baggage?.hosts ?? [], trustIncoming: options.baggage?.trustIncoming ?? false }) ??
      raise('no propagator'),
  )
  trace.setGlobalTracerProvider(new TracerProvider({ resource, spanProcessors: [spans.processor] }))
  logs.setGlobalLoggerProvider(new LoggerProvider({ resource, processors: [logPipeline.processor] }))
  let meterProvider = startMetrics()

  // Histograms add up for the life of their provider, so each test gets a new one.
  function startMetrics(): MeterProvider {
    const reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 3_600_000 })
    const provider = new MeterProvider({ resource, readers: [reader], views: [tenantView(5_000)] })
    metrics.disable()
    metrics.setGlobalMeterProvider(provider)
    return provider
  }

  const rawSpans = async () => {
    await spans.processor.forceFlush()
    return spanExporter.getFinishedSpans()
  }
  const collect = async () => {
    metricExporter.reset()
    await meterProvider.forceFlush()
    return metricExporter.getMetrics().flatMap((item) => item.scopeMetrics.flatMap((scope) => scope.metrics))
  }
  return {
    rawSpans,
    rawLogs: async () => {
      await logPipeline.processor.forceFlush()
      return logExporter.getFinishedLogRecords()
    },
    spans: async () => (await rawSpans()).map(toCaptured),
    logs: async () => {
      await logPipeline.processor.forceFlush()
      return logExporter.getFinishedLogRecords().map((record) => ({
        body: record.body,
        eventName: record.eventName,
        attributes: record.attributes,
        traceId: record.spanContext?.traceId,
        spanId: record.spanContext?.spanId,
      }))
    },
    metrics: collect,
    points: async (name) => {
      const metric = (await collect()).find((item) => item.descriptor.name === name)
      return (metric?.dataPoints ?? []).map((point) =>
        typeof point.value === 'number'
          ? { attributes: point.attributes, value: point.value }
          : toHistogramPoint(point as HistogramMetricData['dataPoints'][number]),
      )
    },
    setLabelLimits: (limits) => setLabels(new Labels(limits)),
    reset: async () => {
      await spans.processor.forceFlush()
      await logPipeline.processor.forceFlush()
      spanExporter.reset()
      logExporter.reset()
      setLabels(new Labels({ ...DEFAULT_LABEL_LIMITS, ...options.labelLimits }))
      meterProvider = startMetrics()
    },
    stop: async () => {
      await spans.processor.shutdown()
      await meterProvider.shutdown()
      for (const api of [trace, context, propagation, metrics, logs]) api.disable()
    },
  }
}

const toHistogramPoint = ({ attributes, value }: HistogramMetricData['dataPoints'][number]): CapturedPoint => ({
  attributes,
  count: value.count,
  ...(value.sum !== undefined && { sum: value.sum }),
})

const toCaptured = (span: ReadableSpan): CapturedSpan => ({
  name: span.name,
  kind: span.kind,
  attributes: span.attributes,
  status: span.status,
  events: span.events.map(({ name, attributes }) => ({ name, attributes: attributes ?? {} })),
})

function raise(message: string): never {
  throw new Error(message)
}
