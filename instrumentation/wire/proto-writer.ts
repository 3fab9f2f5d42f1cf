// Protobuf's wire format in one growing buffer. In: fields in the order they are written. Out: bytes. A message's length
// is written after the message, so its content moves when the length takes more bytes than were kept for it.

/** Wire types of a field's tag. */
export const VARINT = 0
export const FIXED64 = 1
export const BYTES = 2
export const FIXED32 = 5

const DIGITS = new Uint8Array(128)
for (let code = 0; code < 16; code++) DIGITS[code.toString(16).charCodeAt(0)] = code

export class ProtoWriter {
  #bytes = Buffer.allocUnsafe(1 << 16)
  #at = 0

  /** A copy of what was written; the writer starts afresh. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = new Uint8Array(this.#at)
    taken.set(this.#bytes.subarray(0, this.#at))
    this.#at = 0
    return taken
  }

  tag(field: number, type: number): void {
    this.varint((field << 3) | type)
  }

  varint(value: number): void {
    this.#room(10)
    if (value >= 0 && value < 0x80) {
      this.#bytes[this.#at++] = value
      return
    }
    // Beyond 32 bits, and below 0, in two halves of the 64-bit number.
    let high = value >= 0 && value <= 0xffffffff ? 0 : Math.floor(value / 0x100000000) >>> 0
    let low = value >>> 0
    while (high > 0 || low > 0x7f) {
      this.#bytes[this.#at++] = (low & 0x7f) | 0x80
      low = ((low >>> 7) | (high << 25)) >>> 0
      high >>>= 7
    }
    this.#bytes[this.#at++] = low
  }

  fixed32(value: number): void {
    this.#room(4)
    this.#at = this.#bytes.writeUInt32LE(value >>> 0, this.#at)
  }

  double(value: number): void {
    this.#room(8)
    this.#at = this.#bytes.writeDoubleLE(value, this.#at)
  }

  /** Nanoseconds since 1970 from [seconds, nanoseconds]: beyond 2^53, so in exact parts. */
  nanos([seconds, nanoseconds]: readonly [number, number]): void {
    this.#room(8)
    const low = (seconds % 0x10000) * 1e9 + nanoseconds
    const high = Math.floor(seconds / 0x10000) * 1e9
    const lower = (high % 0x10000) * 0x10000 + (low % 0x100000000)
    const upper = Math.floor(high / 0x10000) + Math.floor(low / 0x100000000) + Math.floor(lower / 0x100000000)
    this.#at = this.#bytes.writeUInt32LE(lower % 0x100000000, this.#at)
    this.#at = this.#bytes.writeUInt32LE(upper % 0x100000000, this.#at)
  }

  /** An id of lower-case hexadecimal digits, with its length. */
  hex(text: string): void {
    this.#room(text.length)
    this.varint(text.length / 2)
    for (let index = 0; index < text.length; index += 2) {
      const high = DIGITS[text.charCodeAt(index)] ?? 0
      this.#bytes[this.#at++] = (high << 4) | (DIGITS[text.charCodeAt(index + 1)] ?? 0)
    }
  }

  bytes(value: Uint8Array): void {
    this.varint(value.length)
    this.raw(value)
  }

  /** Bytes that are encoded already. */
  raw(value: Uint8Array): void {
    this.#room(value.length)
    this.#bytes.set(value, this.#at)
    this.#at += value.length
  }

  string(text: string): void {
    this.#room(text.length * 3 + 5)
    const start = this.#at
    // Short ASCII, which most is, is quicker here than through the runtime.
    if (text.length < 0x80) {
      let at = start
      this.#bytes[at++] = text.length
      for (let index = 0; index < text.length; index++) {
        const code = text.charCodeAt(index)
        if (code > 0x7f) {
          at = -1
          break
        }
        this.#bytes[at++] = code
      }
      if (at >= 0) {
        this.#at = at
        return
      }
    }
    this.varint(Buffer.byteLength(text))
    this.#at += this.#bytes.write(text, this.#at)
  }

  /** Starts a message. @param width bytes kept for its length. @returns what `close` needs. */
  open(width = 1): number {
    this.#room(width)
    this.#at += width
    return this.#at
  }

  close(start: number, width = 1): void {
    const length = this.#at - start
    const needed = length < 0x80 ? 1 : length < 0x4000 ? 2 : length < 0x200000 ? 3 : length < 0x10000000 ? 4 : 5
    if (needed !== width) {
      this.#room(needed)
      this.#bytes.copyWithin(start + needed - width, start, this.#at)
    }
    this.#at = start - width
    this.varint(length)
    this.#at += length
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + bytes))
    this.#bytes.copy(larger, 0, 0, this.#at)
    this.#bytes = larger
  }
}
