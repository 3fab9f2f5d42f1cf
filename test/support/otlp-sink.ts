// A small OTLP/HTTP receiver for tests of the collector: keeps what arrives as OTLP/JSON, can refuse with 503.
// In: POST /v1/traces, /v1/logs, …/v1/metrics (protobuf or JSON, gzip). Out: decoded requests.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import protobuf from 'protobufjs'

export interface SinkRequest {
  path: string
  headers: Record<string, string | string[] | undefined>
  body: Record<string, unknown>
}

export interface OtlpSink {
  url: string
  requests: SinkRequest[]
  /** While true, every request is answered 503. */
  refuse: boolean
  close: () => Promise<void>
}

const TYPES: Record<string, string> = {
  '/v1/traces': 'TracesData',
  '/v1/logs': 'LogsData',
  '/v1/metrics': 'MetricsData',
}

export async function startOtlpSink(port = 0): Promise<OtlpSink> {
  const root = protobuf.parse(OTLP_PROTO, { keepCase: false }).root
  const sink: OtlpSink = { url: '', requests: [], refuse: false, close: async () => {} }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      if (sink.refuse) return void response.writeHead(503, { 'retry-after': '1' }).end()
      const raw = Buffer.concat(chunks)
      const bytes = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw
      const path = `/${(request.url ?? '').split('/').slice(-2).join('/')}`
      const type = root.lookupType(TYPES[path] ?? 'TracesData')
      const body = type.toObject(type.decode(bytes), { longs: String, bytes: String, enums: Number })
      sink.requests.push({ path, headers: request.headers, body })
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
    })
  })
  await once(server.listen(port, '127.0.0.1'), 'listening')
  sink.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  sink.close = () =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return sink
}

// The fields of opentelemetry-proto v1 that the tests look at; unknown fields are skipped by the decoder.
const OTLP_PROTO = `
syntax = "proto3";
message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; ArrayValue array_value = 5; KeyValueList kvlist_value = 6; bytes bytes_value = 7; } }
message ArrayValue { repeated AnyValue values = 1; }
message KeyValueList { repeated KeyValue values = 1; }
message KeyValue { string key = 1; AnyValue value = 2; }
message Resource { repeated KeyValue attributes = 1; }
message Scope { string name = 1; string version = 2; }
message TracesData { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message ScopeSpans { Scope scope = 1; repeated Span spans = 2; }
message Span { bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5; int32 kind = 6; fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8; repeated KeyValue attributes = 9; repeated Event events = 11; Status status = 15; }
message Event { fixed64 time_unix_nano = 1; string name = 2; repeated KeyValue attributes = 3; }
message Status { string message = 2; int32 code = 3; }
message LogsData { repeated ResourceLogs resource_logs = 1; }
message ResourceLogs { Resource resource = 1; repeated ScopeLogs scope_logs = 2; }
message ScopeLogs { Scope scope = 1; repeated LogRecord log_records = 2; }
message LogRecord { fixed64 time_unix_nano = 1; AnyValue body = 5; repeated KeyValue attributes = 6; bytes trace_id = 9; bytes span_id = 10; string event_name = 12; }
message MetricsData { repeated ResourceMetrics resource_metrics = 1; }
message ResourceMetrics { Resource resource = 1; repeated ScopeMetrics scope_metrics = 2; }
message ScopeMetrics { Scope scope = 1; repeated Metric metrics = 2; }
message Metric { string name = 1; string unit = 3; oneof data { Gauge gauge = 5; Sum sum = 7; Histogram histogram = 9; } }
message Gauge { repeated NumberDataPoint data_points = 1; }
message Sum { repeated NumberDataPoint data_points = 1; int32 aggregation_temporality = 2; }
message Histogram { repeated HistogramDataPoint data_points = 1; int32 aggregation_temporality = 2; }
message NumberDataPoint { repeated KeyValue attributes = 7; fixed64 time_unix_nano = 3; double as_double = 4; sfixed64 as_int = 6; repeated Exemplar exemplars = 5; }
message HistogramDataPoint { repeated KeyValue attributes = 9; fixed64 count = 4; double sum = 5; repeated Exemplar exemplars = 8; }
message Exemplar { bytes span_id = 4; bytes trace_id = 5; double as_double = 3; }
`
