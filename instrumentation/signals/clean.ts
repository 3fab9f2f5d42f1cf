// The last look at telemetry before it is queued. In: an ended span or a log record. Out: the same object without
// content that the policy forbids and without secrets, and its rough size in bytes. Runs once per item, in the app's
// thread, so that one large batch never holds the event loop.
import type { AnyValue, Attributes } from '@opentelemetry/api'
import type { ReadWriteLogRecord } from '@opentelemetry/sdk-logs'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { isContentEvent, isContentKey, type KeyKind } from '../content/keys.ts'
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
    const body = cleanValue(record.body, { size, mode, depth: 0, path: '' })
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
      attributes[redact(key)] = cleanAny(value, mode)
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
    attributes[key] = cleanValue(value, { size, mode, depth: 0, path: key }) as Attributes[string]
  }
  return size.bytes
}

const cleanAny = (value: Attributes[string], mode: ContentMode): Attributes[string] =>
  value === undefined
    ? undefined
    : (cleanValue(value, { size: { bytes: 0 }, mode, depth: 0, path: '' }) as Attributes[string])

interface Place {
  size: { bytes: number }
  mode: ContentMode
  depth: number
  /** The keys down to here, joined by dots: an SDK's map `{ gen_ai: { prompt } }` is `gen_ai.prompt` too. */
  path: string
}

function cleanValue(value: AnyValue, place: Place): AnyValue {
  const { size } = place
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
  if (place.depth >= MAX_DEPTH) return '[too deep]'
  const below = { ...place, depth: place.depth + 1 }
  if (Array.isArray(value)) return value.map((item) => cleanValue(item, below))
  return Object.fromEntries(Object.entries(value).flatMap(([key, item]) => cleanEntry(key, item as AnyValue, below)))
}

/** @returns the entry of a map without secrets; none when it is content that may not leave. */
function cleanEntry(key: string, item: AnyValue, around: Place): [string, AnyValue][] {
  const place = { ...around, path: around.path === '' ? key : `${around.path}.${key}` }
  const known = knownValues(key)
  if ((known.kind === 'content' || (place.path !== key && isContentKey(place.path))) && place.mode !== 'redacted') {
    if (forbidden(place.mode)) return []
    cleanValue(item, place) // for its size
    return [[key, item]]
  }
  if (known.kind === 'identity' && typeof item === 'string') {
    place.size.bytes += item.length
    return [[key, known.redact(item)]]
  }
  return [[redact(key), cleanValue(item, place)]]
}
