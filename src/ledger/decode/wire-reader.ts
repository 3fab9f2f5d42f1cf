// Reads the protobuf wire format in place. In: the body's bytes. Out: tags, varints, fixed numbers, byte ranges.
// Every method checks `end`, the end of the message being read, and throws MalformedBody past it.
import { isUtf8 } from 'node:buffer'
import type { DecodeContext } from './decode-context.ts'
import { MalformedBody } from './decoded.ts'
import { JsonSink } from './json-sink.ts'

/** Wire types of the protobuf encoding. */
export const VARINT = 0
export const FIXED64 = 1
export const LEN = 2
export const GROUP_START = 3
export const GROUP_END = 4
export const FIXED32 = 5

const MAX_GROUP_DEPTH = 32

export class WireReader {
  readonly bytes: Buffer
  readonly view: DataView
  readonly context: DecodeContext
  pos = 0
  end: number
  private sink: JsonSink | undefined
  private lastTraceAt = -1
  private lastTraceId = ''
  private lastParentAt = -1
  private lastParentId = ''

  constructor(bytes: Buffer, context: DecodeContext) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    this.context = context
    this.end = bytes.length
  }

  /** Where JSON of this body's attributes is collected: with escapes at most half as long again; pages left over cost nothing. */
  get json(): JsonSink {
    this.sink ??= new JsonSink(Math.ceil(1.5 * this.bytes.length) + 4096)
    return this.sink
  }

  /** Field number and wire type: `field << 3 | wireType`. */
  tag(): number {
    const first = this.pos < this.end ? (this.bytes[this.pos] as number) : 0x80
    if (first < 0x80 && first > 7) {
      this.pos += 1
      return first
    }
    const tag = this.varint()
    if (tag > 0xffffffff || tag < 8) throw new MalformedBody(`invalid field tag ${tag} at byte ${this.pos}`)
    return tag
  }

  /** A varint as a number; exact below 2^53. */
  varint(): number {
    let low = 0
    let scale = 1
    for (let i = 0; i < 10; i++) {
      if (this.pos >= this.end) throw new MalformedBody(`truncated number at byte ${this.pos}`)
      const byte = this.bytes[this.pos++] as number
      low += (byte & 0x7f) * scale
      if (byte < 0x80) return low
      scale *= 128
    }
    throw new MalformedBody(`number longer than 10 bytes at byte ${this.pos}`)
  }

  /** A varint holding an int32 or enum: its low 32 bits, signed. */
  int32(): number {
    const start = this.pos
    const value = this.varint()
    if (value < 0x80000000) return value
    this.pos = start
    return Number(BigInt.asIntN(32, this.bigVarint()))
  }

  /** A varint holding an int64: a number when exact, else a bigint. */
  int64(): number | bigint {
    const start = this.pos
    const value = this.varint()
    if (value <= Number.MAX_SAFE_INTEGER) return value
    this.pos = start
    const big = BigInt.asIntN(64, this.bigVarint())
    return big >= BigInt(Number.MIN_SAFE_INTEGER) && big <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(big) : big
  }

  /** A varint holding a bool: true when any of its bits is set. */
  varintIsTrue(): boolean {
    return this.varint() !== 0
  }

  private bigVarint(): bigint {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.bytes[this.pos++] as number
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }

  fixed64(): bigint {
    this.need(8)
    const value = this.view.getBigUint64(this.pos, true)
    this.pos += 8
    return value
  }

  double(): number {
    this.need(8)
    const value = this.view.getFloat64(this.pos, true)
    this.pos += 8
    return value
  }

  /** Length of a delimited field that lies whole inside the current message. */
  size(): number {
    const size = this.varint()
    this.need(size)
    return size
  }

  /** A string, with what Postgres cannot hold replaced. */
  text(): string {
    const size = this.size()
    this.pos += size
    return this.textAt(this.pos - size, this.pos)
  }

  /** An attribute key: few distinct ones occur, so they are remembered by their bytes. */
  key(): string {
    const size = this.size()
    const start = this.pos
    this.pos += size
    const known = this.context.keys.get(this.bytes, start, size)
    if (known !== undefined) return known.text
    const text = this.textAt(start, this.pos)
    return text.includes('\ufffd') ? text : (this.context.keys.set(this.bytes, start, size, text)?.text ?? text)
  }

  private textAt(start: number, end: number): string {
    if (start === end) return ''
    const text = this.bytes.toString('utf8', start, end)
    this.context.chargeText(text, end - start)
    this.context.chargeEscapes(this.bytes, start, end)
    if (text.includes('\ufffd') && !isUtf8(this.bytes.subarray(start, end))) this.context.clean('invalid_unicode')
    return text.includes('\0') ? this.context.text(text) : text
  }

  /** Bytes as lower-case hex. */
  hex(): string {
    const size = this.size()
    this.pos += size
    this.context.charge(2 * size)
    return this.bytes.toString('hex', this.pos - size, this.pos)
  }

  /** Sixteen bytes as hex; spans of a trace come one after the other, and so share the text. */
  traceIdAt(at: number): string {
    if (!this.repeats(this.lastTraceAt, at, 16)) {
      this.lastTraceId = this.bytes.toString('hex', at, at + 16)
      this.lastTraceAt = at
    }
    return this.lastTraceId
  }

  /** Eight bytes as hex; so do children of one parent. */
  parentIdAt(at: number): string {
    if (!this.repeats(this.lastParentAt, at, 8)) {
      this.lastParentId = this.bytes.toString('hex', at, at + 8)
      this.lastParentAt = at
    }
    return this.lastParentId
  }

  private repeats(before: number, at: number, size: number): boolean {
    if (before < 0) return false
    for (let i = 0; i < size; i++) if (this.bytes[before + i] !== this.bytes[at + i]) return false
    return true
  }

  base64(): string {
    const size = this.size()
    this.pos += size
    this.context.charge(1.5 * size)
    return this.bytes.toString('base64', this.pos - size, this.pos)
  }

  /** Steps over a field that is not read. */
  skip(tag: number, depth = 0): void {
    switch (tag & 7) {
      case VARINT:
        this.varint()
        return
      case FIXED64:
        this.need(8)
        this.pos += 8
        return
      case LEN: {
        const size = this.size()
        this.pos += size
        return
      }
      case FIXED32:
        this.need(4)
        this.pos += 4
        return
      case GROUP_START:
        if (depth > MAX_GROUP_DEPTH) throw new MalformedBody('groups nested too deep')
        for (let inner = this.tag(); inner !== ((tag & ~7) | GROUP_END); inner = this.tag()) {
          if ((inner & 7) === GROUP_END) throw new MalformedBody(`group end without start at byte ${this.pos}`)
          this.skip(inner, depth + 1)
        }
        return
      default:
        throw new MalformedBody(`invalid wire type ${tag & 7} at byte ${this.pos}`)
    }
  }

  private need(size: number): void {
    if (size > this.end - this.pos) {
      throw new MalformedBody(`field of ${size} bytes at byte ${this.pos} runs past the end of its message`)
    }
  }
}
