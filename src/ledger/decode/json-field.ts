// Typed access to the fields of OTLP/JSON messages. A field that is absent or null has its default; one of another
// type makes the body malformed, as it does for every protobuf JSON reader.
import { MalformedBody } from './decoded.ts'
import type { Json } from './exact-json.ts'

export type JsonObject = { [key: string]: Json }

const UINT64_MAX = 2n ** 64n - 1n
const INT64_MIN = -(2n ** 63n)
const INT64_MAX = 2n ** 63n - 1n
const NOTHING: Json[] = []

export function toObject(value: Json | undefined, what: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new MalformedBody(`${what} must be an object`)
}

/** The messages of a repeated field. */
export function objects(parent: JsonObject, field: string): JsonObject[] {
  const list = array(parent, field)
  for (const entry of list) toObject(entry, `each of ${field}`)
  return list as JsonObject[]
}

export function array(parent: JsonObject, field: string): Json[] {
  const value = parent[field] ?? NOTHING
  if (Array.isArray(value)) return value
  throw new MalformedBody(`${field} must be an array`)
}

export function optionalObject(parent: JsonObject, field: string): JsonObject | undefined {
  const value = parent[field]
  return value === undefined || value === null ? undefined : toObject(value, field)
}

export function string(parent: JsonObject, field: string): string {
  const value = parent[field] ?? ''
  if (typeof value === 'string') return value
  throw new MalformedBody(`${field} must be a string`)
}

/** OTLP/JSON writes ids as hex, not as base64; either case is taken. */
export function hexId(parent: JsonObject, field: string): string {
  return string(parent, field).toLowerCase()
}

/** OTLP/JSON writes enums as numbers; their names are not valid. */
export function enumNumber(parent: JsonObject, field: string): number {
  const value = parent[field] ?? 0
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 2 ** 31) return value
  throw new MalformedBody(`${field} must be a number`)
}

/** A fixed64, as decimal text or as a number. */
export function uint64(parent: JsonObject, field: string): bigint {
  const value = toBigInt(parent[field] ?? 0n, field)
  if (value >= 0n && value <= UINT64_MAX) return value
  throw new MalformedBody(`${field} is out of the range of a 64-bit number`)
}

/** An int64, as a number or as decimal text; as text where no 64 bits hold it. */
export function int64(value: Json, field: string): bigint | string {
  const integer = isLongInteger(value) ? value : toBigInt(value, field)
  if (typeof integer === 'bigint' && integer >= INT64_MIN && integer <= INT64_MAX) return integer
  return String(integer)
}

/** A whole number that is not even worth parsing: beyond 20 digits, or beyond what a double holds. */
const isLongInteger = (value: Json): value is string | number =>
  typeof value === 'string' ? /^-?\d{21,}$/.test(value) : value === Infinity || value === -Infinity

function toBigInt(value: Json, field: string): bigint {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value)
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) return BigInt(value)
  throw new MalformedBody(`${field} must be a whole number or its decimal text`)
}
