// Rows in Postgres' binary COPY format. In: fields of each row, in the order of the column list. Out: one buffer.
// Layout: https://www.postgresql.org/docs/18/sql-copy.html (Binary Format). Text is cleaned before it comes here.
import type { JsonBytes } from '../span.ts'

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
/** Characters up to which text is copied one by one. */
const SHORT_TEXT = 40
const FIRST_BYTES = 256 * 1024
/** Microseconds from 1970-01-01 to Postgres' own epoch, 2000-01-01. */
const POSTGRES_EPOCH_MICROS = 946_684_800_000_000n
const EPOCH_MICROS = Number(POSTGRES_EPOCH_MICROS)
const HIGH = 2 ** 32
const NUMERIC_NEGATIVE = 0x4000
/** Pico-USD: twelve decimals, which are three groups of four digits. */
const COST_SCALE = 12
const COST_FRACTION_GROUPS = 3

export class CopyEncoder {
  private buffer: Buffer
  private view: DataView
  private length = 0
  private readonly columns: number
  rows = 0
  private kept: object | undefined
  private keptFrom = 0
  private keptTo = 0

  constructor(columns: number, firstBytes = FIRST_BYTES) {
    this.columns = columns
    this.buffer = Buffer.allocUnsafe(firstBytes)
    this.view = viewOf(this.buffer)
    this.length = SIGNATURE.copy(this.buffer)
  }

  startRow(): void {
    this.room(2)
    this.view.setInt16(this.length, this.columns)
    this.length += 2
    this.rows += 1
  }

  null(): void {
    this.room(4)
    this.view.setInt32(this.length, -1)
    this.length += 4
  }

  text(value: string): void {
    const { length } = value
    this.room(4 + length * 3)
    const { buffer } = this
    const start = this.length + 4
    let size = 0
    // Most fields are a few ASCII characters, for which the call into native code costs more than the copying.
    if (length <= SHORT_TEXT) {
      while (size < length) {
        const code = value.charCodeAt(size)
        if (code >= 0x80) break
        buffer[start + size++] = code
      }
    }
    if (size < length) size = buffer.write(value, start, 'utf8')
    this.view.setInt32(this.length, size)
    this.length = start + size
  }

  textOrNull(value: string | null | undefined): void {
    if (value === null || value === undefined) this.null()
    else this.text(value)
  }

  /** `jsonb` is text behind a version byte; `json` is plain text. */
  jsonb(value: string): void {
    this.room(5 + value.length * 3)
    const start = this.length + 5
    const size = this.buffer.write(value, start, 'utf8')
    this.buffer.writeInt32BE(size + 1, this.length)
    this.buffer[start - 1] = 1
    this.length = start + size
  }

  int2(value: number): void {
    this.room(6)
    this.view.setInt32(this.length, 2)
    this.view.setInt16(this.length + 4, value)
    this.length += 6
  }

  int4(value: number): void {
    this.room(8)
    this.view.setInt32(this.length, 4)
    this.view.setInt32(this.length + 4, value)
    this.length += 8
  }

  int8(value: bigint): void {
    this.room(12)
    this.view.setInt32(this.length, 8)
    this.view.setBigInt64(this.length + 4, value)
    this.length += 12
  }

  float8(value: number): void {
    this.room(12)
    this.view.setInt32(this.length, 8)
    this.view.setFloat64(this.length + 4, value)
    this.length += 12
  }

  bool(value: boolean): void {
    this.room(5)
    this.buffer.writeInt32BE(1, this.length)
    this.buffer[this.length + 4] = value ? 1 : 0
    this.length += 5
  }

  bytes(value: Uint8Array): void {
    this.room(4 + value.length)
    this.buffer.writeInt32BE(value.length, this.length)
    this.buffer.set(value, this.length + 4)
    this.length += 4 + value.length
  }

  /** An int8 of a number without fraction, exact below 2^53. */
  wholeNumber(value: number): void {
    const high = Math.floor(value / HIGH)
    this.halves(high, value - high * HIGH)
  }

  /** An int8 of its two halves. */
  halves(high: number, low: number): void {
    this.room(12)
    this.view.setInt32(this.length, 8)
    this.view.setInt32(this.length + 4, high)
    this.view.setUint32(this.length + 8, low)
    this.length += 12
  }

  /** The int8 appended last. */
  lastInt8(): bigint {
    return this.view.getBigInt64(this.length - 8)
  }

  /** `json` of bytes that are JSON already. */
  json({ source, from, to }: JsonBytes): void {
    this.room(4 + to - from)
    this.view.setInt32(this.length, to - from)
    source.buffer.copy(this.buffer, this.length + 4, from, to)
    this.length += 4 + to - from
  }

  /** `timestamptz` of microseconds since 1970. */
  timestampMicros(micros: number): void {
    this.wholeNumber(micros - EPOCH_MICROS)
  }

  /** `timestamptz` of whole microseconds; the nanoseconds below them are a column of their own. */
  timestamp(unixNano: bigint): void {
    this.int8(unixNano / 1000n - POSTGRES_EPOCH_MICROS)
  }

  /** `numeric` of an amount in pico-USD, exact. */
  pico(amount: bigint): void {
    const groups: number[] = []
    let rest = amount < 0n ? -amount : amount
    while (rest > 0n) {
      groups.push(Number(rest % 10_000n))
      rest /= 10_000n
    }
    const weight = groups.length - 1 - COST_FRACTION_GROUPS
    this.room(12 + groups.length * 2)
    const { buffer } = this
    let at = buffer.writeInt32BE(8 + groups.length * 2, this.length)
    at = buffer.writeInt16BE(groups.length, at)
    at = buffer.writeInt16BE(groups.length === 0 ? 0 : weight, at)
    at = buffer.writeUInt16BE(amount < 0n ? NUMERIC_NEGATIVE : 0, at)
    at = buffer.writeInt16BE(COST_SCALE, at)
    for (let i = groups.length - 1; i >= 0; i--) at = buffer.writeInt16BE(groups[i] as number, at)
    this.length = at
  }

  /** Remembers that the bytes since `from` stand for `what`. */
  keep(what: object, from: number): void {
    this.kept = what
    this.keptFrom = from
    this.keptTo = this.length
  }

  /** Appends the bytes kept for `what` again; false when they were kept for something else. */
  repeat(what: object): boolean {
    if (this.kept !== what) return false
    this.room(this.keptTo - this.keptFrom)
    this.buffer.copyWithin(this.length, this.keptFrom, this.keptTo)
    this.length += this.keptTo - this.keptFrom
    return true
  }

  /** Position from which `since` counts. */
  mark(): number {
    return this.length
  }

  /** The bytes appended since `mark`; valid until the next append. */
  since(mark: number): Buffer {
    return this.buffer.subarray(mark, this.length)
  }

  /** Ends the data; the encoder is not used again. */
  finish(): Buffer {
    this.room(2)
    this.length = this.buffer.writeInt16BE(-1, this.length)
    return this.buffer.subarray(0, this.length)
  }

  private room(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + bytes))
    this.buffer.copy(larger, 0, 0, this.length)
    this.buffer = larger
    this.view = viewOf(larger)
  }
}

const viewOf = (buffer: Buffer): DataView => new DataView(buffer.buffer, buffer.byteOffset, buffer.length)
