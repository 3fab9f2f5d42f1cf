// Starts the OpenTelemetry Node SDK for this process. In: OTEL_* and SPANLEDGER_* variables and a few options. Out:
// traces, metrics and logs on their way to the collector, and a handle to flush and stop them.
import { diag, metrics } from '@opentelemetry/api'
import { getStringFromEnv } from '@opentelemetry/core'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { setContentPolicy } from '../content/policy.ts'
import { registerHealthMetrics, setTelemetryBooks } from '../health.ts'
import { setLabels } from '../metrics/instruments.ts'
import { Labels } from '../metrics/labels.ts'
import { tenantView } from '../metrics/tenant-view.ts'
import { abandonAll } from '../model-call/unread.ts'
import { guard, reportProblem } from '../problems.ts'
import { processState } from '../process-state.ts'
import { VERSION } from '../version.ts'
import { createDetectors } from './detectors.ts'
import { startDiagnostics } from './diagnostics.ts'
import { createLogExporters, createMetricExporters, createSpanExporters } from './exporters.ts'
import { hookImports, settleImportHooks } from './import-hooks.ts'
import { createInstrumentations, patchBuiltins } from './instrumentations.ts'
import { resolveOptions, type TelemetryOptions } from './options.ts'
import { createLogPipeline, createMetricPipeline, createSpanPipeline } from './pipelines.ts'
import { createPropagator } from './propagators.ts'
import { unholdExports } from './unheld-exports.ts'

export interface Telemetry {
  /** Sends what is queued now, within `timeoutMs` (default 5000). Never throws. */
  flush(timeoutMs?: number): Promise<void>
  /** Sends what is queued and stops, within `timeoutMs` (default 5000). Never throws; a second call waits for the first. */
  shutdown(timeoutMs?: number): Promise<void>
}

const state = processState('telemetry', (): { running?: Telemetry } => ({}))

/**
 * Starts telemetry once per process; a second call returns the running one. OTEL_SDK_DISABLED=true starts nothing. Only
 * libraries loaded afterwards are instrumented; in ES modules that is what `import()` loads, as `import … from` comes first.
 */
export function startTelemetry(options: TelemetryOptions = {}): Telemetry {
  state.running ??= process.env.OTEL_SDK_DISABLED?.toLowerCase() === 'true' ? idle : start(options)
  return state.running
}

/** The telemetry that startTelemetry or the preload started. */
export const activeTelemetry = (): Telemetry | undefined => state.running

/** Standard variables that somebody may rely on. */
const UNSUPPORTED = ['OTEL_CONFIG_FILE', 'OTEL_METRICS_EXEMPLAR_FILTER']

const idle: Telemetry = { flush: () => Promise.resolve(), shutdown: () => Promise.resolve() }

function start(given: TelemetryOptions): Telemetry {
  const options = resolveOptions(given)
  startDiagnostics()
  for (const name of UNSUPPORTED) {
    if (getStringFromEnv(name))
      diag.warn(`${name} is not supported and has no effect; see the README, “Standard variables”`)
  }
  setContentPolicy(options.content)
  setLabels(new Labels(options.labelLimits))
  guard('import hooks', hookImports)
  const end = new AbortController()
  const unheld = <E extends object>(exporter: E) => unholdExports(exporter, end.signal)
  const spans = createSpanExporters().map((exporter) => createSpanPipeline(unheld(exporter), end.signal))
  const logs = createLogExporters().map((exporter) => createLogPipeline(unheld(exporter), end.signal))
  const readers = createMetricExporters().map((exporter) => createMetricPipeline(unheld(exporter), end.signal))
  setTelemetryBooks([...spans, ...logs, ...readers].map(({ stats }) => stats))
  const sdk = new NodeSDK({
    ...(options.serviceName && { serviceName: options.serviceName }),
    resourceDetectors: createDetectors(),
    textMapPropagator: createPropagator(options.tenantBaggage),
    spanProcessors: spans.map(({ processor }) => processor),
    logRecordProcessors: logs.map(({ processor }) => processor),
    metricReaders: readers.map(({ processor }) => processor),
    views: [tenantView(options.maxStreamsPerMetric)],
    instrumentations: [...createInstrumentations(), ...options.instrumentations],
  })
  sdk.start()
  guard('import hooks', settleImportHooks)
  guard('http imports', patchBuiltins)
  guard('health metrics', () => registerHealthMetrics(metrics.getMeter('spanledger', VERSION)))
  const flushAll = () => Promise.all([...spans, ...logs, ...readers].map(({ processor }) => processor.forceFlush()))
  let stopped: Promise<void> | undefined
  return {
    flush: (timeoutMs = 5_000) => stopped ?? within(timeoutMs, flushAll),
    shutdown: (timeoutMs = 5_000) => {
      stopped ??= within(timeoutMs, () => {
        abandonAll()
        return sdk.shutdown()
      }).then(() => end.abort())
      return stopped
    },
  }
}

async function within(timeoutMs: number, work: () => Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const bound = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs)
  })
  await Promise.race([work(), bound]).catch((error: unknown) =>
    reportProblem('flush', `telemetry could not be flushed: ${String(error)}`),
  )
  clearTimeout(timer)
}
