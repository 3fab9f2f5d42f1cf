// The fast reading of a span: one pass over its bytes in which hardly anything becomes an object. In: the range of a
// Span message. Out: a WireSpan, or undefined for anything out of the ordinary (events, links, nested values, repairs,
// repeated keys, damage), which the plain reading handles then. What this one gives, that one would give as well.
import type { Attributes } from '../span.ts'
import { MAX_KIND, MAX_STATUS } from './bookable.ts'
import { contentAt, lengthAt, passAttribute } from './passing-attribute.ts'
import type { WireReader } from './wire-reader.ts'
import { WireSpan } from './wire-span.ts'

/** @param from where the message starts in the reader's bytes; it ends at `to`. The reader stays where it is. */
export function readSpanInPassing(
  reader: WireReader,
  from: number,
  to: number,
  resource: Attributes,
): WireSpan | undefined {
  const { json, context } = reader
  const span = new WireSpan(reader, from, to, resource)
  const start = json.length
  context.keys.record += 1
  if (passFields(reader, span, from, to, context.limits.maxValuesPerRecord) && isOrdinary(span)) {
    if (json.length > start) json.close()
    span.bag.to = json.length
    return span
  }
  json.length = start
  return undefined
}

function passFields(reader: WireReader, span: WireSpan, from: number, to: number, maxValues: number): boolean {
  const { bytes, view } = reader
  let values = 0
  let at = from
  while (at < to) {
    const tag = bytes[at] as number
    const value = at + 1
    if (tag === 0x39 || tag === 0x41) {
      at = value + 8
      if (at > to) return false
      if (tag === 0x39) {
        span.startLow = view.getInt32(value, true)
        span.startHigh = view.getInt32(value + 4, true)
      } else {
        span.endLow = view.getInt32(value, true)
        span.endHigh = view.getInt32(value + 4, true)
      }
      continue
    }
    if (tag === 0x85) {
      // `flags`, a fixed32 whose tag takes two bytes
      at = value + 5
      if (bytes[value] !== 0x01 || at > to) return false
      continue
    }
    const size = lengthAt(bytes, value)
    const content = contentAt(bytes, value)
    if (tag === 0x30 || tag === 0x50 || tag === 0x60 || tag === 0x70) {
      // kind, and how much was dropped of what
      if (content > to) return false
      if (tag === 0x30) span.kind = size
      at = content
      continue
    }
    at = content + size
    if (!(at <= to)) return false
    if (tag === 0x4a) {
      const kept = passAttribute(reader, span, content, at)
      values += kept
      if (kept === 0 || values > maxValues) return false
    } else if (!passText(reader, span, tag, content, size)) return false
  }
  // As much as they take once somebody asks for them.
  reader.context.chargeValues(values, to - from)
  return at === to
}

/** Ids, name, status; trace state is stepped over. */
function passText(reader: WireReader, span: WireSpan, tag: number, at: number, size: number): boolean {
  switch (tag) {
    case 0x0a:
      span.traceId = size === 16 ? reader.traceIdAt(at) : ''
      return true
    case 0x12:
      span.spanId = size === 8 ? reader.bytes.toString('hex', at, at + 8) : ''
      return true
    case 0x22:
      if (size === 8) span.parentSpanId = reader.parentIdAt(at)
      return size === 8 || (size === 0 && span.parentSpanId === '')
    case 0x2a: {
      const name = reader.context.keys.texts.get(reader.bytes, at, size)
      if (name !== undefined) span.name = name
      return name !== undefined
    }
    case 0x7a:
      return passStatus(reader, span, at, at + size)
    default:
      return tag === 0x1a
  }
}

function passStatus({ bytes, context }: WireReader, span: WireSpan, from: number, to: number): boolean {
  let at = from
  while (at < to) {
    const tag = bytes[at]
    const value = lengthAt(bytes, at + 1)
    const content = contentAt(bytes, at + 1)
    at = tag === 0x12 ? content + value : content
    if (!(at <= to)) return false
    if (tag === 0x18) span.statusCode = value
    else if (tag === 0x12) {
      const message = context.keys.texts.get(bytes, content, value)
      if (message === undefined) return false
      span.statusMessage = message
    } else return false
  }
  return true
}

const ZERO_32 = '0'.repeat(32)
const ZERO_16 = '0'.repeat(16)

/** Nothing to reject, to repair or to count; an unknown end (0) is the start, as everywhere. */
function isOrdinary(span: WireSpan): boolean {
  if (span.traceId === '' || span.traceId === ZERO_32 || span.spanId === '' || span.spanId === ZERO_16) return false
  if (span.parentSpanId === ZERO_16 || span.kind > MAX_KIND || span.statusCode > MAX_STATUS) return false
  const high = (span.endHigh >>> 0) - (span.startHigh >>> 0)
  if (high > 0 || (high === 0 && span.endLow >>> 0 >= span.startLow >>> 0)) return true
  if (span.endHigh !== 0 || span.endLow !== 0) return false
  span.endHigh = span.startHigh
  span.endLow = span.startLow
  return true
}
