// ExportLogsServiceRequest from OTLP/JSON: lowerCamelCase names, hex ids, unknown fields ignored.
import type { LogRecord } from '../log-record.ts'
import type { Attributes } from '../span.ts'
import { anyValueField, readAttributes } from './any-value-json.ts'
import { repairLog } from './bookable.ts'
import type { DecodeContext } from './decode-context.ts'
import type { Json } from './json-body.ts'
import { enumNumber, hexId, type JsonObject, objects, optionalObject, string, toObject, uint64 } from './json-field.ts'

/** @throws MalformedBody, TooLarge */
export function readLogsJson(body: Json, context: DecodeContext): LogRecord[] {
  const records: LogRecord[] = []
  for (const resourceLogs of objects(toObject(body, 'the body'), 'resourceLogs')) {
    context.startValues()
    const resource = readAttributes(optionalObject(resourceLogs, 'resource') ?? {}, 'attributes', context)
    for (const scopeLogs of objects(resourceLogs, 'scopeLogs')) {
      const scopeName = context.text(string(optionalObject(scopeLogs, 'scope') ?? {}, 'name'))
      for (const entry of objects(scopeLogs, 'logRecords')) {
        context.startRecord()
        records.push(toLogRecord(entry, scopeName, resource, context))
      }
    }
  }
  return records
}

function toLogRecord(entry: JsonObject, scopeName: string, resource: Attributes, context: DecodeContext): LogRecord {
  const record: LogRecord = {
    orgId: '',
    timeUnixNano: uint64(entry, 'timeUnixNano') || uint64(entry, 'observedTimeUnixNano'),
    severityNumber: enumNumber(entry, 'severityNumber'),
    severityText: context.text(string(entry, 'severityText')),
    body: anyValueField(entry, 'body', context),
    eventName: context.text(string(entry, 'eventName')),
    traceId: hexId(entry, 'traceId'),
    spanId: hexId(entry, 'spanId'),
    scopeName,
    attributes: readAttributes(entry, 'attributes', context),
    resource,
  }
  repairLog(record, context)
  return record
}
