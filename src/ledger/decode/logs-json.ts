// ExportLogsServiceRequest from OTLP/JSON: lowerCamelCase names, hex ids, unknown fields ignored.
import type { LogRecord } from '../log-record.ts'
import type { Attributes } from '../span.ts'
import { anyValueField, readAttributes } from './any-value-json.ts'
import { repairLog } from './bookable.ts'
import type { DecodeContext } from './decode-context.ts'
import { readJsonBody } from './json-body.ts'
import { enumNumber, hexId, type JsonObject, string, uint64 } from './json-field.ts'

const SHAPE = { resources: 'resourceLogs', scopes: 'scopeLogs', records: 'logRecords' }

/** @throws MalformedBody, TooLarge */
export function readLogsJson(bytes: Buffer, context: DecodeContext): LogRecord[] {
  const records: LogRecord[] = []
  for (const { resource, scopes } of readJsonBody(bytes, SHAPE, context)) {
    context.startValues()
    const resourceAttributes = readAttributes(resource, 'attributes', context)
    for (const { scope, records: entries } of scopes) {
      const scopeName = context.text(string(scope, 'name'))
      for (const entry of entries) {
        context.startRecord()
        records.push(toLogRecord(entry, scopeName, resourceAttributes, context))
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
