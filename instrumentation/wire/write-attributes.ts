// Attributes as OTLP's repeated KeyValue. In: attributes as spans hold them. Out: bytes in a writer, the same as the SDK's.
// Most keys and values repeat from span to span: what they encode to is remembered.
import type { AnyValue } from '@opentelemetry/api'
import { BYTES, FIXED64, ProtoWriter, VARINT } from './proto-writer.ts'

const MAX_KEYS = 1_024
const MAX_VALUES = 64
const MAX_LENGTH = 64

interface KnownKey {
  /** The key's field of a KeyValue. */
  encoded: Uint8Array
  /** Whole KeyValues by value; undefined for a key whose values rarely repeat. */
  values: Map<string, Uint8Array> | undefined
}

export class AttributeWriter {
  readonly #keys = new Map<string, KnownKey>()
  readonly #scratch = new ProtoWriter()

  write(writer: ProtoWriter, field: number, attributes: Readonly<Record<string, AnyValue>>): void {
    for (const key in attributes) {
      const value = attributes[key]
      const known = this.#known(key)
      writer.tag(field, BYTES)
      const pair = typeof value === 'string' && value.length <= MAX_LENGTH ? this.#pair(known, value) : undefined
      if (pair) writer.raw(pair)
      else {
        const start = writer.open()
        writePair(writer, known.encoded, value)
        writer.close(start)
      }
    }
  }

  #known(key: string): KnownKey {
    let known = this.#keys.get(key)
    if (!known) {
      this.#scratch.tag(1, BYTES)
      this.#scratch.string(key)
      known = { encoded: this.#scratch.take(), values: new Map() }
      if (this.#keys.size < MAX_KEYS) this.#keys.set(key, known)
    }
    return known
  }

  /** The KeyValue with its length, while values of this key repeat. */
  #pair(known: KnownKey, value: string): Uint8Array | undefined {
    const remembered = known.values?.get(value)
    if (remembered || !known.values) return remembered
    if (known.values.size >= MAX_VALUES) {
      known.values = undefined
      return undefined
    }
    const start = this.#scratch.open()
    writePair(this.#scratch, known.encoded, value)
    this.#scratch.close(start)
    const pair = this.#scratch.take()
    known.values.set(value, pair)
    return pair
  }
}

function writePair(writer: ProtoWriter, encodedKey: Uint8Array, value: AnyValue): void {
  writer.raw(encodedKey)
  writer.tag(2, BYTES)
  const start = writer.open()
  writeAny(writer, value)
  writer.close(start)
}

const isInt64 = (value: number) => Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63

function writeAny(writer: ProtoWriter, value: AnyValue): void {
  if (typeof value === 'string') {
    writer.tag(1, BYTES)
    writer.string(value)
  } else if (typeof value === 'boolean') {
    writer.tag(2, VARINT)
    writer.varint(value ? 1 : 0)
  } else if (typeof value === 'number') {
    if (isInt64(value)) {
      writer.tag(3, VARINT)
      writer.varint(value)
    } else {
      writer.tag(4, FIXED64)
      writer.double(value)
    }
  } else if (value instanceof Uint8Array) {
    writer.tag(7, BYTES)
    writer.bytes(value)
  } else if (Array.isArray(value)) {
    writer.tag(5, BYTES)
    const list = writer.open()
    for (const item of value) {
      writer.tag(1, BYTES)
      const start = writer.open()
      writeAny(writer, item)
      writer.close(start)
    }
    writer.close(list)
  } else if (typeof value === 'object' && value !== null) writeMap(writer, value as Record<string, AnyValue>)
}

function writeMap(writer: ProtoWriter, value: Readonly<Record<string, AnyValue>>): void {
  writer.tag(6, BYTES)
  const map = writer.open()
  for (const key of Object.keys(value)) {
    writer.tag(1, BYTES)
    const pair = writer.open()
    writer.tag(1, BYTES)
    writer.string(key)
    writer.tag(2, BYTES)
    const start = writer.open()
    writeAny(writer, value[key])
    writer.close(start)
    writer.close(pair)
  }
  writer.close(map)
}
