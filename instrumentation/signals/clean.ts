// The last look at telemetry before it is queued. In: an ended span or a log record. Out: the same object without
// content that the policy forbids and without secrets, and its rough size in bytes. Runs once per item, in the app's
// thread, so that one large batch never holds the event loop.
import type { AnyValue, Attributes } from '@opentelemetry/api'
import type { ReadWriteLogRecord } from '@opentelemetry/sdk-logs'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { isContentEvent, type KeyKind } from '../content/keys.ts'
import { KnownValues, knownValues } from '../content/known-values.ts'
import { type ContentMode, contentMode } from '../content/policy.ts'
import { redact } from '../content/redact.ts'
import { ATTR } from '../semconv.ts'

/** Memory an empty item takes, and each of its attributes; a bound needs no more precision. */
const ITEM_BYTES = 600
const ATTRIBUTE_BYTES = 60
const MAX_DEPTH = 8

const spanNames = new KnownValues('plain')
const eventNames = new KnownValues('plain')

/** Cleans a span in place; spans are plain objects once ended. @returns its size in bytes. */
export function cleanSpan(span: ReadableSpan): number {
  const mode = contentMode(span.attributes[ATTR.orgId])
  const open = span as { -readonly [K in keyof ReadableSpan]: ReadableSpan[K] }
  let bytes = ITEM_BYTES + cleanAttributes(span.attributes, mode)
  open.name = spanNames.redact(span.name)
  if (span.status.message) open.status = { ...span.status, message: redact(span.status.message) }
  for (const event of span.events) {
    if (isContentEvent(event.name) && forbidden(mode)) delete event.attributes
    event.name = eventNames.redact(event.name)
    if (event.attributes) bytes += ITEM_BYTES + cleanAttributes(event.attributes, mode)
  }
  for (const link of span.links) if (link.attributes) bytes += cleanAttributes(link.attributes, mode)
  return bytes
}

/** Cleans a log record in place. @returns its size in bytes. */
export function cleanLogRecord(record: ReadWriteLogRecord): number {
  const mode = contentMode(record.attributes[ATTR.orgId])
  const size = { bytes: ITEM_BYTES }
  if (isContentEvent(record.eventName) && forbidden(mode)) record.setBody('')
  else if (record.body !== undefined) {
    const body = cleanValue(record.body, size, 0)
    if (body !== record.body) record.setBody(body)
  }
  if (record.eventName !== undefined) record.eventName = redact(record.eventName)
  return size.bytes + cleanAttributes(record.attributes, mode)
}

const forbidden = (mode: ContentMode) => mode === 'off' || mode === 'metadata'

function cleanAttributes(attributes: Attributes, mode: ContentMode): number {
  let bytes = 0
  for (const key in attributes) {
    const value = attributes[key]
    bytes += ATTRIBUTE_BYTES
    const known = knownValues(key)
    const { kind } = known
    if (kind === 'secret') {
      delete attributes[key]
      attributes[redact(key)] = cleanAny(value)
    } else if (typeof value === 'string') {
      bytes += value.length
      if (kind === 'content' && mode !== 'redacted') {
        if (mode !== 'full') delete attributes[key]
        continue
      }
      const cleaned = known.redact(value)
      if (cleaned !== value) attributes[key] = cleaned
    } else if (typeof value === 'object' && value !== null) {
      bytes += cleanList(attributes, key, value, kind, mode)
    }
  }
  return bytes
}

function cleanList(attributes: Attributes, key: string, value: AnyValue, kind: KeyKind, mode: ContentMode): number {
  const size = { bytes: 0 }
  // A list of one known word (finish reasons) is the same when it is clean.
  if (kind !== 'content' && Array.isArray(value) && value.length === 1 && typeof value[0] === 'string') {
    if (knownValues(key).redact(value[0]) === value[0]) return value[0].length
  }
  if (kind === 'content' && forbidden(mode)) delete attributes[key]
  else if (kind !== 'content' || mode !== 'full') {
    attributes[key] = cleanValue(value, size, 0) as Attributes[string]
  }
  return size.bytes
}

const cleanAny = (value: Attributes[string]): Attributes[string] =>
  value === undefined ? undefined : (cleanValue(value, { bytes: 0 }, 0) as Attributes[string])

function cleanValue(value: AnyValue, size: { bytes: number }, depth: number): AnyValue {
  if (typeof value === 'string') {
    size.bytes += value.length
    return redact(value)
  }
  size.bytes += 8
  if (typeof value !== 'object' || value === null) return value
  if (ArrayBuffer.isView(value)) {
    size.bytes += value.byteLength
    return value
  }
  if (depth >= MAX_DEPTH) return '[too deep]'
  if (Array.isArray(value)) return value.map((item) => cleanValue(item, size, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      redact(key),
      knownValues(key).kind === 'identity' && typeof item === 'string'
        ? item
        : cleanValue(item as AnyValue, size, depth + 1),
    ]),
  )
}
