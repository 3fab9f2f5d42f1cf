// Protobuf's wire format, growing in one buffer. In: fields in the order they are written. Out: bytes. Callers make room
// first; lengths that are not known yet get a fixed width and are filled in on `close`.
import type { Attributes, Value } from './planned-trace.ts'

/** Wire tags: field number × 8 + wire type. */
export const STRING_1 = 0x0a
export const MESSAGE_2 = 0x12

export class WireWriter {
  buffer: Buffer
  at = 0

  constructor(bytes = 1 << 20) {
    this.buffer = Buffer.allocUnsafe(bytes)
  }

  room(bytes: number): void {
    if (this.at + bytes <= this.buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.at + bytes))
    this.buffer.copy(larger, 0, 0, this.at)
    this.buffer = larger
  }

  byte(value: number): void {
    this.buffer[this.at++] = value
  }

  varint(value: number): void {
    let rest = value
    while (rest > 0x7f) {
      this.buffer[this.at++] = (rest % 128) | 0x80
      rest = Math.floor(rest / 128)
    }
    this.buffer[this.at++] = rest
  }

  /** Leaves `width` bytes for a length that `close` writes. */
  open(tag: number, width: number): number {
    this.byte(tag)
    this.at += width
    return this.at
  }

  close(start: number, width: number): void {
    let length = this.at - start
    for (let index = start - width; index < start - 1; index += 1) {
      this.buffer[index] = (length & 0x7f) | 0x80
      length >>>= 7
    }
    this.buffer[start - 1] = length
  }

  uint32be(value: number): void {
    this.at = this.buffer.writeUInt32BE(value >>> 0, this.at)
  }

  /** Nanoseconds from microseconds, as fixed64: beyond 2^53, so in two halves. */
  nanos(us: number): void {
    this.at = this.buffer.writeBigUInt64LE(BigInt(us) * 1000n, this.at)
  }

  fixed64(value: number): void {
    this.at = this.buffer.writeUInt32LE(value >>> 0, this.at)
    this.at = this.buffer.writeUInt32LE(Math.floor(value / 2 ** 32), this.at)
  }

  double(value: number): void {
    this.at = this.buffer.writeDoubleLE(value, this.at)
  }

  string(tag: number, text: string): void {
    this.room(text.length * 3 + 6)
    this.byte(tag)
    const start = this.at + 1
    let end = start
    for (let index = 0; index < text.length && text.length < 128; index += 1) {
      const code = text.charCodeAt(index)
      if (code > 0x7f) {
        end = -1
        break
      }
      this.buffer[end++] = code
    }
    if (end >= start && text.length < 128) {
      this.buffer[start - 1] = text.length
      this.at = end
      return
    }
    const length = Buffer.byteLength(text)
    this.varint(length)
    this.at += this.buffer.write(text, this.at, 'utf8')
  }

  attributes(tag: number, attributes: Attributes): void {
    for (const key in attributes) this.attribute(tag, key, attributes[key] as Value)
  }

  private attribute(tag: number, key: string, value: Value): void {
    this.room(key.length * 3 + (typeof value === 'string' ? value.length * 3 : 512) + 32)
    const start = this.open(tag, 3)
    this.string(STRING_1, key)
    const any = this.open(MESSAGE_2, 3)
    this.any(value)
    this.close(any, 3)
    this.close(start, 3)
  }

  private any(value: Value): void {
    if (typeof value === 'string') this.string(STRING_1, value)
    else if (typeof value === 'boolean') {
      this.byte(0x10)
      this.byte(value ? 1 : 0)
    } else if (typeof value === 'number') {
      if (Number.isSafeInteger(value) && value >= 0) {
        this.byte(0x18)
        this.varint(value)
      } else {
        this.byte(0x21)
        this.double(value)
      }
    } else {
      const array = this.open(0x2a, 3)
      for (const item of value) {
        const start = this.open(STRING_1, 3)
        this.string(STRING_1, item)
        this.close(start, 3)
      }
      this.close(array, 3)
    }
  }

  id(tag: number, parts: readonly number[]): void {
    this.byte(tag)
    this.byte(parts.length * 4)
    for (const part of parts) this.uint32be(part)
  }
}
