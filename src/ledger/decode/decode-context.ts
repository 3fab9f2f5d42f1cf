// State of decoding one request: limits, counts, and the repairs every decoder applies to single values.
import type { Attributes, AttributeValue } from '../span.ts'
import { type CleanReason, type Counts, count, type DecodeLimits, type RejectReason, TooLarge } from './decoded.ts'
import type { KeyCache } from './key-cache.ts'

/**
 * What decoded values take in V8, in bytes, as measured with bench/decode-memory.ts. Objects of many properties become
 * hash tables, which take several times as much a property.
 */
const RECORD_BYTES = 512
const VALUE_BYTES = 16
const MANY_VALUES = 64
const VALUE_AMONG_MANY_BYTES = 128
const TEXT_HEADER_BYTES = 24
const SAMPLED_BYTES = 64
/** An empty list or map. */
export const CONTAINER_BYTES = 64
/** An event or link, without its values. */
export const ENTRY_BYTES = 192

const HEX_32 = /^[0-9a-f]{32}$/
const HEX_16 = /^[0-9a-f]{16}$/
const ZERO_32 = '0'.repeat(32)
const ZERO_16 = '0'.repeat(16)

export const isTraceId = (text: string): boolean => HEX_32.test(text) && text !== ZERO_32
export const isSpanId = (text: string): boolean => HEX_16.test(text) && text !== ZERO_16

export class DecodeContext {
  readonly limits: DecodeLimits
  readonly keys: KeyCache
  readonly cleaned: Counts<CleanReason> = {}
  readonly rejected: Counts<RejectReason> = {}
  private records = 0
  private values = 0
  private chargedBytes = 0

  constructor(limits: DecodeLimits, keys: KeyCache) {
    this.limits = limits
    this.keys = keys
  }

  /** Starts the next record. @throws TooLarge */
  startRecord(): void {
    this.values = 0
    this.records += 1
    if (this.records > this.limits.maxRecords) throw new TooLarge(`more than ${this.limits.maxRecords} records`)
    this.charge(RECORD_BYTES)
  }

  /** Counts memory that decoding has taken. @throws TooLarge */
  charge(bytes: number): void {
    this.chargedBytes += bytes
    if (this.chargedBytes > this.limits.maxDecodedBytes) {
      throw new TooLarge(`more than ${this.limits.maxDecodedBytes} bytes once decoded`)
    }
  }

  /** Counts memory that is free again soon. @throws TooLarge */
  chargeForNow(bytes: number): void {
    this.charge(bytes)
    this.chargedBytes -= bytes
  }

  /** Memory that what was read so far takes, estimated. */
  get decodedBytes(): number {
    return this.chargedBytes
  }

  /** Counts a text that was read from so many bytes: V8 takes two bytes a character where one is beyond Latin-1. */
  chargeText(text: string, bytes: number): void {
    this.charge(TEXT_HEADER_BYTES + (text.length === bytes ? bytes : 2 * text.length))
  }

  /** Counts what a text grows by once it is written as JSON (control characters to six bytes), judged by some of its bytes. */
  chargeEscapes(bytes: Buffer, from: number, to: number): void {
    const step = Math.max(1, (to - from) / SAMPLED_BYTES)
    let growth = 0
    // Where it begins is left to chance, so that nobody can put the others in between.
    for (let at = from + Math.random() * (step - 1); at < to; at += step) {
      const byte = bytes[Math.trunc(at)] as number
      if (byte < 0x20) growth += 5
      else if (byte === 0x22 || byte === 0x5c) growth += 1
    }
    this.charge(Math.round(growth * step))
  }

  /** Counts values that were read without `mayKeepValue`, and their bytes: keys are about what the headers of texts are. */
  chargeValues(values: number, bytes: number): void {
    const among = Math.max(0, values - MANY_VALUES)
    this.charge(values * VALUE_BYTES + among * VALUE_AMONG_MANY_BYTES + bytes)
  }

  /** Starts counting values anew, for a resource or scope. */
  startValues(): void {
    this.values = 0
  }

  /** False when the record already carries as many values as are kept. */
  mayKeepValue(): boolean {
    this.values += 1
    this.charge(this.values > MANY_VALUES ? VALUE_AMONG_MANY_BYTES : VALUE_BYTES)
    if (this.values <= this.limits.maxValuesPerRecord) return true
    count(this.cleaned, 'too_many_values')
    return false
  }

  reject(reason: RejectReason): void {
    count(this.rejected, reason)
  }

  clean(reason: CleanReason): void {
    count(this.cleaned, reason)
  }

  /** Postgres text holds neither NUL nor half a surrogate pair: both become U+FFFD. */
  text(value: string): string {
    this.charge(TEXT_HEADER_BYTES + value.length)
    let text = value
    if (text.includes('\0')) {
      count(this.cleaned, 'nul_character')
      text = text.replaceAll('\0', '\ufffd')
    }
    if (!text.isWellFormed()) {
      count(this.cleaned, 'invalid_unicode')
      text = text.toWellFormed()
    }
    return text
  }

  /** JSON has no NaN and no infinities: they are kept as the text OTLP/JSON uses for them. */
  double(value: number): AttributeValue {
    if (Number.isFinite(value)) return value
    count(this.cleaned, 'not_a_number')
    return String(value)
  }

  /** A parent id that is no id makes the span a root. */
  parentId(hex: string): string {
    if (hex === '' || isSpanId(hex)) return hex
    if (hex !== ZERO_16) count(this.cleaned, 'invalid_parent_id')
    return ''
  }
}

/** Sets an attribute; `__proto__` is a name like any other. */
export function setAttribute(attributes: Attributes, key: string, value: AttributeValue): void {
  if (key !== '__proto__') attributes[key] = value
  else Object.defineProperty(attributes, key, { value, enumerable: true, configurable: true, writable: true })
}
