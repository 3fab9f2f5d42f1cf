// ExportLogsServiceRequest from protobuf bytes, in one pass and in place. Field numbers are those of
// opentelemetry/proto/logs/v1/logs.proto.
import type { LogRecord } from '../log-record.ts'
import type { Attributes } from '../span.ts'
import { readAnyValue, readKeyValue } from './any-value-protobuf.ts'
import { repairLog } from './bookable.ts'
import { readAttributesOf, readScope, type Scope } from './traces-protobuf.ts'
import type { WireReader } from './wire-reader.ts'

/** @throws MalformedBody, TooLarge */
export function readLogs(reader: WireReader): LogRecord[] {
  const records: LogRecord[] = []
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x0a) readResourceLogs(reader, records)
    else reader.skip(tag)
  }
  return records
}

function readResourceLogs(reader: WireReader, records: LogRecord[]): void {
  const resource: Attributes = {}
  const outerEnd = reader.end
  const size = reader.size()
  reader.end = reader.pos + size
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x0a) readAttributesOf(reader, resource, 0x0a)
    else if (tag === 0x12) readScopeLogs(reader, records, resource)
    else reader.skip(tag)
  }
  reader.end = outerEnd
}

function readScopeLogs(reader: WireReader, records: LogRecord[], resource: Attributes): void {
  const scope: Scope = { name: '', version: '' }
  const firstRecord = records.length
  const outerEnd = reader.end
  const size = reader.size()
  reader.end = reader.pos + size
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x0a) readScope(reader, scope)
    else if (tag === 0x12) records.push(readLogRecord(reader, resource))
    else reader.skip(tag)
  }
  reader.end = outerEnd
  for (let i = firstRecord; i < records.length; i++) (records[i] as LogRecord).scopeName = scope.name
}

function readLogRecord(reader: WireReader, resource: Attributes): LogRecord {
  const { context } = reader
  context.startRecord()
  const record: LogRecord = {
    orgId: '',
    timeUnixNano: 0n,
    severityNumber: 0,
    severityText: '',
    body: null,
    eventName: '',
    traceId: '',
    spanId: '',
    scopeName: '',
    attributes: {},
    resource,
  }
  let observedTimeUnixNano = 0n
  const outerEnd = reader.end
  const size = reader.size()
  reader.end = reader.pos + size
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x59) observedTimeUnixNano = reader.fixed64()
    else readLogField(reader, record, tag)
  }
  reader.end = outerEnd
  if (record.timeUnixNano === 0n) record.timeUnixNano = observedTimeUnixNano
  repairLog(record, context)
  return record
}

function readLogField(reader: WireReader, record: LogRecord, tag: number): void {
  switch (tag) {
    case 0x09:
      record.timeUnixNano = reader.fixed64()
      return
    case 0x10:
      record.severityNumber = reader.int32()
      return
    case 0x1a:
      record.severityText = reader.text()
      return
    case 0x2a:
      record.body = readAnyValue(reader, 1, record.body)
      return
    case 0x32:
      readKeyValue(reader, record.attributes, 1)
      return
    case 0x4a:
      record.traceId = reader.hex()
      return
    case 0x52:
      record.spanId = reader.hex()
      return
    case 0x62:
      record.eventName = reader.text()
      return
    default:
      reader.skip(tag)
  }
}
