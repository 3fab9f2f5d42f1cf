// OTLP over HTTP with protobuf for spans. In: the exporter's options and OTEL_EXPORTER_OTLP_* variables. Out: the SDK's
// exporter in all but the encoding.
import { OTLPExporterBase } from '@opentelemetry/otlp-exporter-base'
import {
  convertLegacyHttpOptions,
  createOtlpHttpExportDelegate,
  type OTLPExporterNodeConfigBase,
} from '@opentelemetry/otlp-exporter-base/node-http'
import { TraceExporterMetricsHelper } from '@opentelemetry/otlp-transformer'
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace'
import { createSpanSerializer } from './span-serializer.ts'

/** What the SDK's own metrics call this kind of exporter. */
const COMPONENT_TYPE = 'otlp_http_span_exporter'

export function createProtobufSpanExporter(config: OTLPExporterNodeConfigBase): SpanExporter {
  const headers = { 'Content-Type': 'application/x-protobuf' }
  const options = convertLegacyHttpOptions(config, 'TRACES', 'v1/traces', headers)
  return new OTLPExporterBase<ReadableSpan[]>(
    createOtlpHttpExportDelegate(
      options,
      createSpanSerializer(),
      COMPONENT_TYPE,
      TraceExporterMetricsHelper,
      undefined,
    ),
  )
}
