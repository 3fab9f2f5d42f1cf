// OTLP by hand: planned traces to the bytes of ExportTraceServiceRequest and ExportLogsServiceRequest (opentelemetry-
// proto v1). Written for one shape and for speed: a trace's common attributes are encoded once and copied into each of
// its spans, and lengths are written as fixed-width varints, which every protobuf reader takes.
import type { Attributes, PlannedTrace } from './planned-trace.ts'
import { MESSAGE_2, STRING_1, WireWriter } from './wire-writer.ts'

const SEVERITY_NUMBER = { INFO: 9, WARN: 13, ERROR: 17 } as const

export interface OtlpEncoder {
  add(trace: PlannedTrace): void
  spanCount(): number
  /** Bytes of the trace request so far, and of the log request when there is a record; starts afresh. */
  take(): { traces: Buffer; logs: Buffer | undefined }
}

/** One request: resource and scope first, then spans or log records. */
class RequestWriter extends WireWriter {
  private resource = 0
  private scope = 0
  items = 0

  begin(resource: Attributes, scope: { name: string; version: string }): void {
    this.at = 0
    this.items = 0
    this.resource = this.open(STRING_1, 4)
    const described = this.open(STRING_1, 3)
    this.attributes(STRING_1, resource)
    this.close(described, 3)
    this.scope = this.open(MESSAGE_2, 4)
    const named = this.open(STRING_1, 3)
    this.string(STRING_1, scope.name)
    this.string(MESSAGE_2, scope.version)
    this.close(named, 3)
  }

  end(): Buffer {
    this.close(this.scope, 4)
    this.close(this.resource, 4)
    return Buffer.from(this.buffer.subarray(0, this.at))
  }
}

export function createOtlpEncoder(options: {
  resource: Attributes
  scope: { name: string; version: string }
}): OtlpEncoder {
  const { resource, scope } = options
  const common = new WireWriter()
  const traces = new RequestWriter()
  const logs = new RequestWriter()
  traces.begin(resource, scope)
  logs.begin(resource, scope)

  function addSpan(trace: PlannedTrace, position: number): void {
    const span = trace.spans[position] as PlannedTrace['spans'][number]
    const id = trace.spanIds[position] as readonly number[]
    traces.room(256 + common.at)
    const start = traces.open(MESSAGE_2, 3)
    traces.id(STRING_1, trace.traceId)
    traces.id(MESSAGE_2, id)
    if (span.parent >= 0) traces.id(0x22, trace.spanIds[span.parent] as readonly number[])
    traces.string(0x2a, span.name)
    traces.room(64 + common.at)
    traces.byte(0x30)
    traces.byte(span.kind)
    traces.byte(0x39)
    traces.nanos(span.startUs)
    traces.byte(0x41)
    traces.nanos(span.endUs)
    common.buffer.copy(traces.buffer, traces.at, 0, common.at)
    traces.at += common.at
    traces.attributes(0x4a, span.attributes)
    if (span.error) {
      traces.room(span.error.message.length * 3 + 32)
      const status = traces.open(0x7a, 3)
      traces.string(MESSAGE_2, span.error.message)
      traces.byte(0x18)
      traces.byte(2)
      traces.close(status, 3)
    }
    traces.close(start, 3)
    traces.items += 1
  }

  function addLog(trace: PlannedTrace, log: PlannedTrace['logs'][number]): void {
    logs.room(256 + common.at)
    const start = logs.open(MESSAGE_2, 3)
    logs.byte(0x09)
    logs.nanos(log.timeUs)
    logs.byte(0x10)
    logs.byte(SEVERITY_NUMBER[log.severity])
    logs.string(0x1a, log.severity)
    const body = logs.open(0x2a, 3)
    logs.string(STRING_1, log.body)
    logs.close(body, 3)
    // The common block is encoded with the spans' tag (9); a log record's attributes are field 6.
    logs.attributes(0x32, trace.common)
    logs.attributes(0x32, log.attributes)
    logs.room(256)
    if (log.eventName) logs.string(0x62, log.eventName)
    logs.id(0x4a, trace.traceId)
    logs.id(0x52, trace.spanIds[log.span] as readonly number[])
    logs.close(start, 3)
    logs.items += 1
  }

  return {
    add(trace) {
      common.at = 0
      common.attributes(0x4a, trace.common)
      for (let position = 0; position < trace.spans.length; position += 1) addSpan(trace, position)
      for (const log of trace.logs) addLog(trace, log)
    },
    spanCount: () => traces.items,
    take() {
      const hasLogs = logs.items > 0
      const taken = { traces: traces.end(), logs: hasLogs ? logs.end() : undefined }
      traces.begin(resource, scope)
      logs.begin(resource, scope)
      return taken
    },
  }
}
