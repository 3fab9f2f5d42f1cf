// Rows of structured_logs. Log records have no id of their own: a hash of the content is their id, so that a replay
// finds its row there already. Two records that agree in everything, to the nanosecond, are one. A record without any
// time has that of its arrival, and so is another one when it comes again.
import { createHash } from 'node:crypto'
import { ATTR } from '../../../instrumentation/semconv.ts'
import type { LogRecord } from '../log-record.ts'
import type { CopyEncoder } from './copy-encoder.ts'
import { repeatedKeys, toDimensions } from './dimensions.ts'
import { attributesJson, valueJson } from './json-text.ts'
import { resourceJson } from './resource-json.ts'

export interface PreparedLog {
  log: LogRecord
  logId: Buffer
  key: string
  request: number
}

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal']

export function prepareLog(log: LogRecord, request: number): PreparedLog {
  const content = [
    ...[log.orgId, log.timeUnixNano, log.severityNumber, log.severityText, log.eventName, log.traceId, log.spanId],
    ...[log.scopeName, valueJson(log.body), attributesJson(log.attributes) ?? '', resourceJson(log.resource) ?? ''],
    log.resource[ATTR.serviceName] ?? '',
  ]
  const logId = createHash('sha256').update(content.join('\0')).digest().subarray(0, 16)
  return { log, logId, key: `${log.orgId} ${logId.toString('latin1')}`, request }
}

export function appendLog(rows: CopyEncoder, { log, logId }: PreparedLog): void {
  const dimensions = toDimensions(log)
  rows.startRow()
  rows.text(log.orgId)
  rows.timestamp(log.timeUnixNano)
  rows.bytes(logId)
  rows.text(level(log))
  rows.int2(log.severityNumber)
  rows.text(typeof log.body === 'string' ? log.body : log.body === null ? '' : valueJson(log.body))
  rows.text(log.traceId)
  rows.text(log.spanId)
  rows.text(dimensions.dealId)
  rows.text(dimensions.userId)
  rows.text(dimensions.sessionId)
  rows.text(dimensions.feature)
  rows.text(dimensions.serviceName)
  rows.text(log.scopeName)
  rows.text(dimensions.environment)
  rows.text(log.eventName)
  // Of the promoted keys, logs have columns for some only.
  const repeated = repeatedKeys(log.attributes, dimensions, log.orgId)
  const without = new Set([...repeated].filter((key) => COLUMNS.has(key)))
  rows.textOrNull(attributesJson(log.attributes, without))
  rows.textOrNull(resourceJson(log.resource))
}

const COLUMNS: ReadonlySet<string> = new Set([
  ATTR.orgId,
  ATTR.dealId,
  ATTR.userId,
  ATTR.sessionId,
  ATTR.feature,
  ATTR.environment,
])

/** The sender's own word for the level, lower-cased; else the name of its severity range. */
function level(log: LogRecord): string {
  if (log.severityText !== '') return log.severityText.toLowerCase().slice(0, 32)
  return LEVELS[Math.ceil(log.severityNumber / 4) - 1] ?? ''
}
