// KeyValue and AnyValue from OTLP/JSON. In: parsed JSON. Out: the same plain values as from protobuf.
import type { Attributes, AttributeValue } from '../span.ts'
import { CONTAINER_BYTES, type DecodeContext, setAttribute } from './decode-context.ts'
import { MalformedBody } from './decoded.ts'
import type { Json } from './exact-json.ts'
import { array, int64, type JsonObject, objects, optionalObject, string, toObject } from './json-field.ts'

export function readAttributes(parent: JsonObject, field: string, context: DecodeContext, depth = 1): Attributes {
  const attributes: Attributes = {}
  addAttributes(parent, field, context, depth, attributes)
  return attributes
}

function addAttributes(parent: JsonObject, field: string, context: DecodeContext, depth: number, into: Attributes) {
  for (const entry of objects(parent, field)) {
    const key = context.text(string(entry, 'key'))
    const value = entry.value
    const read = value === undefined || value === null ? null : readAnyValue(toObject(value, 'value'), context, depth)
    if (context.mayKeepValue()) setAttribute(into, key, read)
  }
}

export function readAnyValue(value: JsonObject, context: DecodeContext, depth: number): AttributeValue {
  if (depth > context.limits.maxDepth) {
    context.clean('too_deep')
    return null
  }
  for (const field in value) {
    const content = value[field] as Json
    if (content === null) continue
    switch (field) {
      case 'stringValue':
        return context.text(string(value, field))
      case 'boolValue':
        if (typeof content !== 'boolean') throw new MalformedBody('boolValue must be true or false')
        return content
      case 'intValue':
        return toInteger(int64(content, field), context)
      case 'doubleValue':
        return context.double(toDouble(content))
      case 'arrayValue':
        return readArray(toObject(content, field), context, depth)
      case 'kvlistValue':
        context.charge(CONTAINER_BYTES)
        return readAttributes(toObject(content, field), 'values', context, depth + 1)
      case 'bytesValue':
        return Buffer.from(string(value, field), 'base64').toString('base64')
    }
  }
  return null
}

function readArray(list: JsonObject, context: DecodeContext, depth: number): AttributeValue[] {
  context.charge(CONTAINER_BYTES)
  const values: AttributeValue[] = []
  for (const entry of array(list, 'values')) {
    const value = entry === null ? null : readAnyValue(toObject(entry, 'each of values'), context, depth + 1)
    if (context.mayKeepValue()) values.push(value)
  }
  return values
}

/** An AnyValue field of a message; null when absent. */
export function anyValueField(parent: JsonObject, field: string, context: DecodeContext): AttributeValue {
  const value = optionalObject(parent, field)
  return value === undefined ? null : readAnyValue(value, context, 1)
}

/** Beyond 64 bits the digits are kept as text, like the other numbers that cannot be kept as such. */
function toInteger(value: bigint | string, context: DecodeContext): AttributeValue {
  if (typeof value === 'string') {
    context.clean('integer_out_of_range')
    return context.text(value)
  }
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

function toDouble(value: Json): number {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value)
  if (typeof value === 'string' && /^(NaN|-?Infinity|-?\d+(\.\d+)?([eE][+-]?\d+)?)$/.test(value)) return Number(value)
  throw new MalformedBody('doubleValue must be a number')
}
