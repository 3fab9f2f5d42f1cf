// A span read in passing: ids, times, promoted values and the JSON of its other attributes are there; the attributes
// themselves are read from the body's bytes when somebody asks for them, which for most spans nobody does.

import { PROMOTED_KEYS } from '../asked-keys.ts'
import type { Attributes, AttributeValue, JsonBytes, Span, SpanEvent, SpanLink, SpanTimes } from '../span.ts'
import { readKeyValue } from './any-value-protobuf.ts'
import { DecodeContext } from './decode-context.ts'
import { WireReader } from './wire-reader.ts'

const NO_EVENTS: SpanEvent[] = []
const NO_LINKS: SpanLink[] = []
const HIGH = 2 ** 32

export class WireSpan implements Span {
  orgId = ''
  traceId = ''
  spanId = ''
  parentSpanId = ''
  name = ''
  kind = 0
  statusCode = 0
  statusMessage = ''
  scopeName = ''
  scopeVersion = ''
  readonly resource: Attributes
  events = NO_EVENTS
  links = NO_LINKS
  asked = 0
  readonly promoted: (AttributeValue | undefined)[] = new Array(PROMOTED_KEYS.length).fill(undefined)
  readonly bag: JsonBytes
  /** Halves of the times, as signed 32-bit numbers: V8 keeps those without a box. */
  startHigh = 0
  startLow = 0
  endHigh = 0
  endLow = 0
  private readonly reader: WireReader
  private readonly from: number
  private readonly to: number
  private kept: Attributes | undefined

  /** @param from where the Span message lies in the reader's bytes, up to `to`. */
  constructor(reader: WireReader, from: number, to: number, resource: Attributes) {
    this.reader = reader
    this.from = from
    this.to = to
    this.resource = resource
    this.bag = { source: reader.json, from: reader.json.length, to: reader.json.length }
  }

  get attributes(): Attributes {
    this.kept ??= this.readAttributes()
    return this.kept
  }

  get startTimeUnixNano(): bigint {
    return toBigInt(this.startHigh, this.startLow)
  }

  get endTimeUnixNano(): bigint {
    return toBigInt(this.endHigh, this.endLow)
  }

  set endTimeUnixNano(value: bigint) {
    this.endHigh = Number(value >> 32n) | 0
    this.endLow = Number(value & 0xffff_ffffn) | 0
  }

  private readAttributes(): Attributes {
    const { bytes, context } = this.reader
    const attributes: Attributes = {}
    // A context of its own: what there was to count has been counted.
    const reader = new WireReader(bytes, new DecodeContext(context.limits, context.keys))
    reader.pos = this.from
    reader.end = this.to
    while (reader.pos < reader.end) {
      const tag = reader.tag()
      if (tag === 0x4a) readKeyValue(reader, attributes, 1)
      else reader.skip(tag)
    }
    return attributes
  }

  get times(): SpanTimes {
    const high = this.startHigh >>> 0
    // high × 2^32 = (high div 1000) × 1000 × 2^32 + rest, and the rest with the low half stays below 2^53.
    const rest = (high % 1000) * HIGH + (this.startLow >>> 0)
    const durationNs = ((this.endHigh >>> 0) - high) * HIGH + ((this.endLow >>> 0) - (this.startLow >>> 0))
    return {
      startMicros: Math.floor(high / 1000) * HIGH + Math.floor(rest / 1000),
      startNanos: rest % 1000,
      durationNs: durationNs <= Number.MAX_SAFE_INTEGER ? durationNs : undefined,
    }
  }
}

const toBigInt = (high: number, low: number): bigint => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)
