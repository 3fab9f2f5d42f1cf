// KeyValue and AnyValue of opentelemetry/proto/common/v1/common.proto, from protobuf bytes.
// In: a reader placed on a message's length. Out: plain values; nesting past the limit becomes null.
import type { Attributes, AttributeValue } from '../span.ts'
import { CONTAINER_BYTES, setAttribute } from './decode-context.ts'
import type { WireReader } from './wire-reader.ts'

/** Reads one KeyValue into `into`; of two equal keys the later one wins. */
export function readKeyValue(reader: WireReader, into: Attributes, depth: number): void {
  const outerEnd = reader.end
  const size = reader.size()
  reader.end = reader.pos + size
  let key = ''
  let value: AttributeValue = null
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x0a) key = reader.key()
    else if (tag === 0x12) value = readAnyValue(reader, depth, value)
    else reader.skip(tag)
  }
  reader.end = outerEnd
  if (reader.context.mayKeepValue()) setAttribute(into, key, value)
}

/** @param previous value of an earlier occurrence of the same field: protobuf merges lists, the last scalar wins. */
export function readAnyValue(reader: WireReader, depth: number, previous: AttributeValue = null): AttributeValue {
  const { context } = reader
  const outerEnd = reader.end
  const size = reader.size()
  if (depth > context.limits.maxDepth) {
    reader.pos += size
    context.clean('too_deep')
    return null
  }
  reader.end = reader.pos + size
  let value = previous
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    switch (tag) {
      case 0x0a:
        value = reader.text()
        break
      case 0x10:
        value = reader.varintIsTrue()
        break
      case 0x18:
        value = reader.int64()
        break
      case 0x21:
        value = context.double(reader.double())
        break
      case 0x2a:
        value = readArray(reader, depth, Array.isArray(value) ? value : [])
        break
      case 0x32:
        value = readMap(reader, depth, isMap(value) ? value : {})
        break
      case 0x3a:
        value = reader.base64()
        break
      default:
        reader.skip(tag)
    }
  }
  reader.end = outerEnd
  return value
}

function readArray(reader: WireReader, depth: number, values: AttributeValue[]): AttributeValue[] {
  reader.context.charge(CONTAINER_BYTES)
  const outerEnd = reader.end
  const size = reader.size()
  reader.end = reader.pos + size
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag !== 0x0a) {
      reader.skip(tag)
      continue
    }
    const value = readAnyValue(reader, depth + 1)
    if (reader.context.mayKeepValue()) values.push(value)
  }
  reader.end = outerEnd
  return values
}

function readMap(reader: WireReader, depth: number, map: Attributes): Attributes {
  reader.context.charge(CONTAINER_BYTES)
  const outerEnd = reader.end
  const size = reader.size()
  reader.end = reader.pos + size
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x0a) readKeyValue(reader, map, depth + 1)
    else reader.skip(tag)
  }
  reader.end = outerEnd
  return map
}

const isMap = (value: AttributeValue): value is Attributes =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
