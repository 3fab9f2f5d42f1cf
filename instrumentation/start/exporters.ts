// Exporters as OTEL_* variables choose them. In: the environment. Out: span, metric and log exporters; an empty list
// for a signal that is switched off (`none`).
import { diag } from '@opentelemetry/api'
import { getStringFromEnv, getStringListFromEnv } from '@opentelemetry/core'
import { OTLPLogExporter as GrpcLogs } from '@opentelemetry/exporter-logs-otlp-grpc'
import { OTLPLogExporter as JsonLogs } from '@opentelemetry/exporter-logs-otlp-http'
import { OTLPLogExporter as ProtoLogs } from '@opentelemetry/exporter-logs-otlp-proto'
import { OTLPMetricExporter as GrpcMetrics } from '@opentelemetry/exporter-metrics-otlp-grpc'
import { OTLPMetricExporter as JsonMetrics } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPMetricExporter as ProtoMetrics } from '@opentelemetry/exporter-metrics-otlp-proto'
import { OTLPTraceExporter as GrpcTraces } from '@opentelemetry/exporter-trace-otlp-grpc'
import { OTLPTraceExporter as JsonTraces } from '@opentelemetry/exporter-trace-otlp-http'
import { ConsoleLogRecordExporter, type LogRecordExporter } from '@opentelemetry/sdk-logs'
import { ConsoleMetricExporter, type PushMetricExporter } from '@opentelemetry/sdk-metrics'
import { ConsoleSpanExporter, type SpanExporter } from '@opentelemetry/sdk-trace'
import { createProtobufSpanExporter } from '../wire/span-exporter.ts'

type Signal = 'TRACES' | 'METRICS' | 'LOGS'
type Makers<E> = Record<'http/protobuf' | 'http/json' | 'grpc' | 'console', () => E>

export const createSpanExporters = (): SpanExporter[] =>
  create<SpanExporter>('TRACES', {
    'http/protobuf': () => createProtobufSpanExporter(retrying('TRACES')),
    'http/json': () => new JsonTraces(retrying('TRACES')),
    grpc: () => new GrpcTraces(retrying('TRACES')),
    console: () => new ConsoleSpanExporter(),
  })

export const createMetricExporters = (): PushMetricExporter[] =>
  create<PushMetricExporter>('METRICS', {
    'http/protobuf': () => new ProtoMetrics(retrying('METRICS')),
    'http/json': () => new JsonMetrics(retrying('METRICS')),
    grpc: () => new GrpcMetrics(retrying('METRICS')),
    console: () => new ConsoleMetricExporter(),
  })

export const createLogExporters = (): LogRecordExporter[] =>
  create<LogRecordExporter>('LOGS', {
    'http/protobuf': () => new ProtoLogs(retrying('LOGS')),
    'http/json': () => new JsonLogs(retrying('LOGS')),
    grpc: () => new GrpcLogs(retrying('LOGS')),
    console: () => new ConsoleLogRecordExporter(),
  })

function create<E>(signal: Signal, makers: Makers<E>): E[] {
  const names = new Set(getStringListFromEnv(`OTEL_${signal}_EXPORTER`) ?? [])
  if (names.size === 0) names.add('otlp')
  if (names.has('none')) return []
  return [...names].flatMap((name) => {
    if (name === 'console') return [makers.console()]
    if (name === 'otlp') return [makers[protocol(signal)]()]
    diag.warn(`OTEL_${signal}_EXPORTER: "${name}" is not supported (otlp, console, none)`)
    return []
  })
}

function protocol(signal: Signal): 'http/protobuf' | 'http/json' | 'grpc' {
  const value =
    getStringFromEnv(`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`) ?? getStringFromEnv('OTEL_EXPORTER_OTLP_PROTOCOL')
  switch (value) {
    case undefined:
    case 'http/protobuf':
      return 'http/protobuf'
    case 'http/json':
    case 'grpc':
      return value
    default:
      diag.warn(`OTEL_EXPORTER_OTLP_PROTOCOL: "${value}" is not supported, using http/protobuf`)
      return 'http/protobuf'
  }
}

// The exporters retry until their timeout is over; the standard 10 s is less than a collector takes to restart.
const RETRY_MS = 30_000

const retrying = (signal: Signal): { timeoutMillis?: number } =>
  getStringFromEnv(`OTEL_EXPORTER_OTLP_${signal}_TIMEOUT`) || getStringFromEnv('OTEL_EXPORTER_OTLP_TIMEOUT')
    ? {}
    : { timeoutMillis: RETRY_MS }
