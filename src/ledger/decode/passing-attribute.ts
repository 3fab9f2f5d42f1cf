// One KeyValue of the fast reading. In: its range. Out: how many values it holds, 0 when the plain reading has to be
// asked. Effect: a promoted value goes to its place, any other to the bag's JSON, and telling keys are noted.
import { COLUMN_KEYS } from '../asked-keys.ts'
import type { KnownKey } from './key-cache.ts'
import type { WireReader } from './wire-reader.ts'
import type { WireSpan } from './wire-span.ts'

const OPEN = 0x7b
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const COMMA = 0x2c
const TEXT = 0x0a

export function passAttribute(reader: WireReader, span: WireSpan, from: number, to: number): number {
  const { bytes, json } = reader
  const keySize = bytes[from + 1] as number
  const keyAt = from + 2
  const valueTag = keyAt + keySize
  // A key of less than 128 bytes, then a value, and nothing else.
  if (bytes[from] !== 0x0a || keySize >= 0x80 || valueTag + 2 > to || bytes[valueTag] !== 0x12) return 0
  const key = knownKey(reader, keyAt, keySize)
  if (key === undefined || !key.isPlain || key.record === reader.context.keys.record) return 0
  key.record = reader.context.keys.record
  const value = lengthAt(bytes, valueTag + 1)
  const at = contentAt(bytes, valueTag + 1)
  if (value < 2 || at + value !== to) return 0
  span.asked |= key.bit
  if (key.place >= 0) {
    if (!promote(reader, span, key.place, at, to)) return 0
    if (key.place < COLUMN_KEYS) return 1
  }
  // A character may become six, a number up to twenty-five.
  json.room((to - from) * 6 + key.json.length + 64)
  json.byte(json.length === span.bag.from ? OPEN : COMMA)
  json.raw(key.json)
  return bytes[at] === 0x2a ? passList(reader, at + 1, to) : passScalar(reader, at, to) ? 1 : 0
}

function knownKey({ bytes, context: { keys } }: WireReader, at: number, size: number): KnownKey | undefined {
  const known = keys.get(bytes, at, size)
  if (known !== undefined) return known
  const text = keys.texts.get(bytes, at, size)
  return text === undefined ? undefined : keys.set(bytes, at, size, text)
}

function promote({ bytes, context }: WireReader, span: WireSpan, place: number, at: number, to: number): boolean {
  if (bytes[at] !== TEXT) return false
  const size = lengthAt(bytes, at + 1)
  const start = contentAt(bytes, at + 1)
  const text = start + size === to ? context.keys.texts.get(bytes, start, size) : undefined
  if (text === undefined) return false
  span.promoted[place] = text
  return true
}

/** The content of an AnyValue: one string, bool, int or double that fills the range. */
function passScalar(reader: WireReader, at: number, to: number): boolean {
  const { bytes, json } = reader
  switch (bytes[at]) {
    case TEXT: {
      const size = lengthAt(bytes, at + 1)
      const start = contentAt(bytes, at + 1)
      const before = json.length
      if (start + size !== to || !json.string(bytes, start, to)) return false
      // Two quotes are no growth; escapes are, and many of them are out of the ordinary.
      const growth = json.length - before - size - 2
      if (growth > 0) reader.context.charge(growth)
      return 2 * growth <= size
    }
    case 0x10: {
      if (at + 2 !== to || (bytes[at + 1] as number) > 1) return false
      json.ascii(bytes[at + 1] === 1 ? 'true' : 'false')
      return true
    }
    case 0x18: {
      const before = reader.pos
      const beforeEnd = reader.end
      reader.pos = at + 1
      reader.end = to
      // Damage is damage for the plain reading as well.
      json.number(reader.int64())
      const isWhole = reader.pos === to
      reader.pos = before
      reader.end = beforeEnd
      return isWhole
    }
    case 0x21: {
      const number = at + 9 === to ? reader.view.getFloat64(at + 1, true) : Number.NaN
      if (!Number.isFinite(number)) return false
      json.number(number)
      return true
    }
    default:
      return false
  }
}

/** An ArrayValue of scalars that fills the range. Gives its number of values, itself included. */
function passList(reader: WireReader, from: number, to: number): number {
  const { bytes, json } = reader
  let at = contentAt(bytes, from)
  if (at + lengthAt(bytes, from) !== to || reader.context.limits.maxDepth < 2) return 0
  let values = 1
  json.byte(OPEN_LIST)
  while (at < to) {
    if (bytes[at] !== 0x0a) return 0
    const end = contentAt(bytes, at + 1) + lengthAt(bytes, at + 1)
    at = contentAt(bytes, at + 1)
    if (!(end <= to) || end - at < 2) return 0
    if (values > 1) json.byte(COMMA)
    if (!passScalar(reader, at, end)) return 0
    values += 1
    at = end
  }
  json.byte(CLOSE_LIST)
  return values
}

/** A length of up to three bytes; NaN for a longer one, which is equal to nothing. */
export function lengthAt(bytes: Buffer, at: number): number {
  const first = bytes[at] as number
  if (first < 0x80) return first
  const second = bytes[at + 1] as number
  if (second < 0x80) return (first & 0x7f) | (second << 7)
  const third = bytes[at + 2] as number
  return third < 0x80 ? (first & 0x7f) | ((second & 0x7f) << 7) | (third << 14) : Number.NaN
}

/** Where the content behind the length begins. */
export const contentAt = (bytes: Buffer, at: number): number =>
  (bytes[at] as number) < 0x80 ? at + 1 : (bytes[at + 1] as number) < 0x80 ? at + 2 : at + 3
