// Starts the OpenTelemetry Node SDK for this process. In: OTEL_* variables and a few options. Out: traces, metrics and
// logs on their way to the collector, and a handle to flush and stop them.
import { getNumberFromEnv } from '@opentelemetry/core'
import type { Instrumentation } from '@opentelemetry/instrumentation'
import { BatchLogRecordProcessor } from '@opentelemetry/sdk-logs'
import { PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace'
import { tenantView } from '../metrics/tenant-view.ts'
import { reportProblem } from '../problems.ts'
import { TenantLogProcessor } from '../signals/log-processor.ts'
import { TenantSpanProcessor } from '../signals/span-processor.ts'
import { createLogExporters, createMetricExporters, createSpanExporters } from './exporters.ts'
import { createInstrumentations } from './instrumentations.ts'

export interface TelemetryOptions {
  /** service.name; OTEL_SERVICE_NAME wins. */
  serviceName?: string
  /** Instrumentations beside the built-in ones. */
  instrumentations?: Instrumentation[]
}

export interface Telemetry {
  /** Sends what is queued and stops, within `timeoutMs` (default 5000). Never throws. */
  shutdown(timeoutMs?: number): Promise<void>
}

let running: Telemetry | undefined

/** Starts telemetry once per process; a second call returns the running one. */
export function startTelemetry(options: TelemetryOptions = {}): Telemetry {
  running ??= start(options)
  return running
}

/** The telemetry that startTelemetry or the preload started. */
export const activeTelemetry = (): Telemetry | undefined => running

function start(options: TelemetryOptions): Telemetry {
  const sdk = new NodeSDK({
    ...(options.serviceName && !process.env.OTEL_SERVICE_NAME && { serviceName: options.serviceName }),
    spanProcessors: createSpanExporters().map(
      (exporter) =>
        new TenantSpanProcessor(
          new BatchSpanProcessor({
            exporter,
            maxQueueSize: getNumberFromEnv('OTEL_BSP_MAX_QUEUE_SIZE') ?? 16_384,
            maxExportBatchSize: getNumberFromEnv('OTEL_BSP_MAX_EXPORT_BATCH_SIZE') ?? 512,
            scheduledDelayMillis: getNumberFromEnv('OTEL_BSP_SCHEDULE_DELAY') ?? 1_000,
            exportTimeoutMillis: getNumberFromEnv('OTEL_BSP_EXPORT_TIMEOUT') ?? 30_000,
          }),
        ),
    ),
    logRecordProcessors: createLogExporters().map(
      (exporter) =>
        new TenantLogProcessor(
          new BatchLogRecordProcessor({
            exporter,
            maxQueueSize: getNumberFromEnv('OTEL_BLRP_MAX_QUEUE_SIZE') ?? 16_384,
            maxExportBatchSize: getNumberFromEnv('OTEL_BLRP_MAX_EXPORT_BATCH_SIZE') ?? 512,
            scheduledDelayMillis: getNumberFromEnv('OTEL_BLRP_SCHEDULE_DELAY') ?? 1_000,
            exportTimeoutMillis: getNumberFromEnv('OTEL_BLRP_EXPORT_TIMEOUT') ?? 30_000,
          }),
        ),
    ),
    metricReaders: createMetricExporters().map(
      (exporter) =>
        new PeriodicExportingMetricReader({
          exporter,
          exportIntervalMillis: getNumberFromEnv('OTEL_METRIC_EXPORT_INTERVAL') ?? 15_000,
          exportTimeoutMillis: getNumberFromEnv('OTEL_METRIC_EXPORT_TIMEOUT') ?? 10_000,
        }),
    ),
    views: [tenantView(getNumberFromEnv('SPANLEDGER_METRIC_STREAMS_MAX') ?? 5_000)],
    instrumentations: [...createInstrumentations(), ...(options.instrumentations ?? [])],
  })
  sdk.start()
  return { shutdown: (timeoutMs = 5_000) => shutdown(sdk, timeoutMs) }
}

async function shutdown(sdk: NodeSDK, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const bound = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs)
  })
  await Promise.race([sdk.shutdown(), bound]).catch((error: unknown) =>
    reportProblem('shutdown', `telemetry did not flush: ${String(error)}`),
  )
  clearTimeout(timer)
}
