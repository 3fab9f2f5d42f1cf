// Walks over JSON text without making anything of it, as strict as JSON.parse. In: bytes. Out: where values begin and end,
// and how much parsing one would make.
import { MalformedBody, TooLarge } from './decoded.ts'

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const BACKSLASH = 0x5c
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const ESCAPES = new Set(Buffer.from('"\\/bfnrt'))
const LITERALS = [Buffer.from('true'), Buffer.from('false'), Buffer.from('null')]
const MAX_DEPTH = 1_000_000

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39
const isHexDigit = (byte: number | undefined): boolean =>
  isDigit(byte) || (byte !== undefined && (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66)

export class JsonScanner {
  readonly bytes: Buffer
  pos = 0
  /** Values passed so far, more or less: commas and opening brackets. */
  tokens = 0
  /** Whether the values passed so far hold bytes beyond ASCII, so that V8 may take two bytes a character. */
  isWide = false
  private stack = new Uint8Array(64)

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  /** The next byte that is not white space; undefined at the end. */
  peek(): number | undefined {
    for (;;) {
      const byte = this.bytes[this.pos]
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte
      this.pos += 1
    }
  }

  /** Calls `onField` at the value of each field; it has to pass the value. */
  readObject(onField: (key: string) => void): void {
    this.expect(OPEN_OBJECT)
    if (this.isClosed(CLOSE_OBJECT)) return
    do onField(this.readKey())
    while (this.hasMore(CLOSE_OBJECT))
  }

  /** Calls `onItem` at each item; it has to pass the item. */
  readArray(onItem: () => void): void {
    this.expect(OPEN_ARRAY)
    if (this.isClosed(CLOSE_ARRAY)) return
    do onItem()
    while (this.hasMore(CLOSE_ARRAY))
  }

  /** Passes one value, however deep, without recursion. */
  skipValue(): void {
    let depth = 0
    for (;;) {
      const opened = this.skipScalarOrOpen()
      if (opened !== 0) {
        this.push(depth++, opened)
        if (opened === CLOSE_OBJECT) this.skipKey()
        continue
      }
      while (depth > 0 && !this.hasMore(this.stack[depth - 1] as number)) depth -= 1
      if (depth === 0) return
      if (this.stack[depth - 1] === CLOSE_OBJECT) this.skipKey()
    }
  }

  /** @throws MalformedBody when something follows. */
  end(): void {
    if (this.peek() !== undefined) this.malformed()
  }

  /** The closing bracket of a container with content that was opened, else 0: a value was passed. */
  private skipScalarOrOpen(): number {
    const byte = this.peek()
    if (byte === QUOTE) this.skipString()
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      this.pos += 1
      this.tokens += 1
      const close = byte + 2
      if (!this.isClosed(close)) return close
    } else if (byte === 0x2d || isDigit(byte)) this.skipNumber()
    else this.skipLiteral()
    return 0
  }

  private push(depth: number, close: number): void {
    if (depth >= MAX_DEPTH) throw new TooLarge(`JSON nested deeper than ${MAX_DEPTH}`)
    if (depth === this.stack.length) {
      const grown = new Uint8Array(2 * depth)
      grown.set(this.stack)
      this.stack = grown
    }
    this.stack[depth] = close
  }

  /** Passes the closing bracket when it comes at once. */
  private isClosed(close: number): boolean {
    if (this.peek() !== close) return false
    this.pos += 1
    return true
  }

  /** Passes a comma, or the closing bracket. */
  private hasMore(close: number): boolean {
    const byte = this.peek()
    if (byte !== COMMA && byte !== close) this.malformed()
    this.pos += 1
    if (byte === close) return false
    this.tokens += 1
    return true
  }

  private expect(byte: number): void {
    if (this.peek() !== byte) this.malformed()
    this.pos += 1
  }

  private readKey(): string {
    this.peek()
    const start = this.pos
    this.skipString()
    const text = this.bytes.toString('utf8', start, this.pos)
    this.expect(COLON)
    return text.includes('\\') ? JSON.parse(text) : text.slice(1, -1)
  }

  private skipKey(): void {
    this.peek()
    this.skipString()
    this.expect(COLON)
  }

  private skipString(): void {
    const { bytes } = this
    if (bytes[this.pos] !== QUOTE) this.malformed()
    let at = this.pos + 1
    for (let byte = bytes[at]; byte !== QUOTE; byte = bytes[++at]) {
      if (byte === undefined || byte < 0x20) this.malformed(at)
      else if (byte === BACKSLASH) at = this.escapeEnd(at)
      else if (byte >= 0x80) this.isWide = true
    }
    this.pos = at + 1
  }

  /** Offset of the last byte of the escape. */
  private escapeEnd(at: number): number {
    const kind = this.bytes[at + 1]
    if (kind !== 0x75) {
      if (kind === undefined || !ESCAPES.has(kind)) this.malformed(at)
      return at + 1
    }
    for (let digit = 2; digit < 6; digit++) if (!isHexDigit(this.bytes[at + digit])) this.malformed(at)
    this.isWide = true
    return at + 5
  }

  private skipNumber(): void {
    if (this.bytes[this.pos] === 0x2d) this.pos += 1
    if (this.bytes[this.pos] === 0x30) this.pos += 1
    else this.skipDigits()
    if (this.bytes[this.pos] === 0x2e) {
      this.pos += 1
      this.skipDigits()
    }
    if (((this.bytes[this.pos] ?? 0) | 0x20) !== 0x65) return
    this.pos += 1
    if (this.bytes[this.pos] === 0x2b || this.bytes[this.pos] === 0x2d) this.pos += 1
    this.skipDigits()
  }

  private skipDigits(): void {
    if (!isDigit(this.bytes[this.pos])) this.malformed()
    while (isDigit(this.bytes[this.pos])) this.pos += 1
  }

  private skipLiteral(): void {
    const literal = LITERALS.find((word) => this.bytes.subarray(this.pos, this.pos + word.length).equals(word))
    if (literal === undefined) throw this.malformed()
    this.pos += literal.length
  }

  private malformed(at = this.pos): never {
    const what =
      at >= this.bytes.length ? 'it ends too early' : `unexpected byte 0x${this.bytes[at]?.toString(16)} at ${at}`
    throw new MalformedBody(`not JSON: ${what}`)
  }
}
