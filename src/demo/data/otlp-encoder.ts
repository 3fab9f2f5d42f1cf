// OTLP by hand: planned traces to the bytes of ExportTraceServiceRequest and ExportLogsServiceRequest (opentelemetry-
// proto v1). Written for one shape and for speed: a trace's common attributes are encoded once and copied into each of
// its spans, and lengths are written as fixed-width varints, which every protobuf reader takes.
import type { Attributes, PlannedTrace, Value } from './planned-trace.ts'

/** Wire tags: field number × 8 + wire type. */
const STRING_1 = 0x0a
const MESSAGE_2 = 0x12
const SEVERITY_NUMBER = { INFO: 9, WARN: 13, ERROR: 17 } as const

export interface OtlpEncoder {
  add(trace: PlannedTrace): void
  spanCount(): number
  /** Bytes of the trace request so far, and of the log request when there is a record; starts afresh. */
  take(): { traces: Buffer; logs: Buffer | undefined }
}

class Writer {
  buffer: Buffer = Buffer.allocUnsafe(1 << 20)
  at = 0

  room(bytes: number): void {
    if (this.at + bytes <= this.buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.at + bytes))
    this.buffer.copy(larger, 0, 0, this.at)
    this.buffer = larger
  }

  byte(value: number): void {
    this.buffer[this.at++] = value
  }

  varint(value: number): void {
    let rest = value
    while (rest > 0x7f) {
      this.buffer[this.at++] = (rest % 128) | 0x80
      rest = Math.floor(rest / 128)
    }
    this.buffer[this.at++] = rest
  }

  /** Leaves `width` bytes for a length that `close` writes. */
  open(tag: number, width: number): number {
    this.byte(tag)
    this.at += width
    return this.at
  }

  close(start: number, width: number): void {
    let length = this.at - start
    for (let index = start - width; index < start - 1; index += 1) {
      this.buffer[index] = (length & 0x7f) | 0x80
      length >>>= 7
    }
    this.buffer[start - 1] = length
  }

  uint32be(value: number): void {
    this.at = this.buffer.writeUInt32BE(value >>> 0, this.at)
  }

  /** Nanoseconds from microseconds, as fixed64: beyond 2^53, so in two halves. */
  nanos(us: number): void {
    this.at = this.buffer.writeBigUInt64LE(BigInt(us) * 1000n, this.at)
  }

  string(tag: number, text: string): void {
    this.room(text.length * 3 + 6)
    this.byte(tag)
    const start = this.at + 1
    let end = start
    for (let index = 0; index < text.length && text.length < 128; index += 1) {
      const code = text.charCodeAt(index)
      if (code > 0x7f) {
        end = -1
        break
      }
      this.buffer[end++] = code
    }
    if (end >= start && text.length < 128) {
      this.buffer[start - 1] = text.length
      this.at = end
      return
    }
    const length = Buffer.byteLength(text)
    this.varint(length)
    this.at += this.buffer.write(text, this.at, 'utf8')
  }

  attributes(tag: number, attributes: Attributes): void {
    for (const key in attributes) this.attribute(tag, key, attributes[key] as Value)
  }

  private attribute(tag: number, key: string, value: Value): void {
    this.room(key.length * 3 + (typeof value === 'string' ? value.length * 3 : 512) + 32)
    const start = this.open(tag, 3)
    this.string(STRING_1, key)
    const any = this.open(MESSAGE_2, 3)
    this.any(value)
    this.close(any, 3)
    this.close(start, 3)
  }

  private any(value: Value): void {
    if (typeof value === 'string') this.string(STRING_1, value)
    else if (typeof value === 'boolean') {
      this.byte(0x10)
      this.byte(value ? 1 : 0)
    } else if (typeof value === 'number') {
      if (Number.isSafeInteger(value) && value >= 0) {
        this.byte(0x18)
        this.varint(value)
      } else {
        this.byte(0x21)
        this.at = this.buffer.writeDoubleLE(value, this.at)
      }
    } else {
      const array = this.open(0x2a, 3)
      for (const item of value) {
        const start = this.open(STRING_1, 3)
        this.string(STRING_1, item)
        this.close(start, 3)
      }
      this.close(array, 3)
    }
  }

  id(tag: number, parts: readonly number[]): void {
    this.byte(tag)
    this.byte(parts.length * 4)
    for (const part of parts) this.uint32be(part)
  }
}

/** One request: resource and scope first, then spans or log records. */
class RequestWriter extends Writer {
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
  const common = new Writer()
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
