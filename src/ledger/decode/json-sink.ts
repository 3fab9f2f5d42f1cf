// JSON text from wire bytes, without making strings of them. In: ranges of a body that hold UTF-8, and numbers. Out:
// one growing buffer; the spans of a request keep their ranges of it.

const QUOTE = 0x22
const BACKSLASH = 0x5c
const SPACE = 0x20
const DELETE = 0x7f
const ZERO = 0x30

export class JsonSink {
  buffer: Buffer
  length = 0

  constructor(firstBytes: number) {
    this.buffer = Buffer.allocUnsafeSlow(firstBytes)
  }

  /** Makes room for `bytes` more: callers ask before they append. */
  room(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(this.buffer.length * 2, this.length + bytes))
    this.buffer.copy(larger, 0, 0, this.length)
    this.buffer = larger
  }

  byte(value: number): void {
    this.buffer[this.length++] = value
  }

  /** Ends an object. */
  close(): void {
    this.room(1)
    this.buffer[this.length++] = 0x7d
  }

  /** Bytes that are JSON already, a few dozen: for which a loop costs less than the call into native code. */
  raw(bytes: Uint8Array): void {
    const { buffer } = this
    let at = this.length
    for (let i = 0; i < bytes.length; i++) buffer[at++] = bytes[i] as number
    this.length = at
  }

  /** Text of ASCII characters only. */
  ascii(text: string): void {
    for (let i = 0; i < text.length; i++) this.buffer[this.length++] = text.charCodeAt(i)
  }

  /** A string's bytes in quotes. False when they need a repair (NUL, invalid UTF-8): nothing is said of `length` then. */
  string(bytes: Buffer, from: number, to: number): boolean {
    const { buffer } = this
    let at = this.length
    buffer[at++] = QUOTE
    for (let i = from; i < to; i++) {
      const byte = bytes[i] as number
      if (byte < SPACE || byte >= DELETE || byte === QUOTE || byte === BACKSLASH) return this.escaped(bytes, from, to)
      buffer[at++] = byte
    }
    buffer[at++] = QUOTE
    this.length = at
    return true
  }

  /** A whole number or a finite one. */
  number(value: number | bigint): void {
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 1e9) {
      if (value < 10) {
        this.buffer[this.length++] = ZERO + value
        return
      }
      let digits = 1
      for (let limit = 10; value >= limit; limit *= 10) digits++
      this.length += digits
      let rest = value
      for (let at = this.length - 1; digits > 0; digits--, at--) {
        const next = (rest / 10) | 0
        this.buffer[at] = ZERO + rest - next * 10
        rest = next
      }
    } else this.ascii(String(value))
  }

  private escaped(bytes: Buffer, from: number, to: number): boolean {
    const text = bytes.toString('utf8', from, to)
    if (text.includes('\ufffd') || text.includes('\0')) return false
    this.length += this.buffer.write(JSON.stringify(text), this.length, 'utf8')
    return true
  }
}
