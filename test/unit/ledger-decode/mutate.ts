// Inputs for the decoder's differential test: valid requests, and valid requests with bytes changed, cut, repeated,
// moved or inserted. In: a random source. Out: bytes.
import { Double, type PlainSpan, type PlainValue, tracesProtobuf } from '../../support/otlp/messages.ts'
import { between, hex, pick, type Random } from '../../support/otlp/random-trace.ts'

const TEXTS = ['', 'a', 'gen_ai.request.model', 'ünïcode ✓ 🦊', 'nul\0inside', '__proto__', 'x'.repeat(300)]

function value(random: Random, depth: number): PlainValue {
  const kind = between(random, 0, depth > 3 ? 6 : 8)
  if (kind === 0) return pick(random, TEXTS)
  if (kind === 1) return random() < 0.5
  if (kind === 2) return between(random, -1_000_000, 1_000_000)
  if (kind === 3) return BigInt.asIntN(64, BigInt(`0x${hex(random, 16)}`))
  if (kind === 4) return new Double(pick(random, [0, -0.5, 1e300, Number.NaN, Number.NEGATIVE_INFINITY])) as never
  if (kind === 5) return null
  if (kind === 6) return Buffer.from(hex(random, 8), 'hex') as never
  if (kind === 7) return Array.from({ length: between(random, 0, 3) }, () => value(random, depth + 1))
  return bag(random, depth + 1)
}

const bag = (random: Random, depth: number): Record<string, PlainValue> =>
  Object.fromEntries(
    Array.from({ length: between(random, 0, 4) }, () => [pick(random, TEXTS), value(random, depth)] as const),
  )

function span(random: Random): PlainSpan {
  const start = BigInt(`0x${hex(random, 15)}`)
  return {
    traceId: random() < 0.1 ? hex(random, 2 * between(random, 0, 20)) : hex(random, 32),
    spanId: random() < 0.1 ? '0'.repeat(16) : hex(random, 16),
    parentSpanId: pick(random, ['', hex(random, 16), hex(random, 4), '0'.repeat(16)]),
    name: pick(random, TEXTS),
    kind: between(random, 0, 7),
    startTimeUnixNano: start,
    endTimeUnixNano: start + BigInt(between(random, -1000, 1000)),
    attributes: bag(random, 0),
    status: { code: between(random, 0, 3), message: pick(random, TEXTS) },
    events: random() < 0.3 ? [{ name: pick(random, TEXTS), timeUnixNano: start, attributes: bag(random, 0) }] : [],
  }
}

export const validRequest = (random: Random): Buffer =>
  tracesProtobuf(
    Array.from({ length: between(random, 0, 3) }, () => span(random)),
    bag(random, 0),
  )

/** Bytes that mean something to a protobuf reader: tags, long lengths, ends of varints, groups. */
const TELLING = [
  0x00, 0x01, 0x02, 0x07, 0x08, 0x0a, 0x0b, 0x0c, 0x12, 0x1a, 0x22, 0x2a, 0x32, 0x4a, 0x7a, 0x7f, 0x80, 0xff,
]

export function mutate(random: Random, bytes: Buffer): Buffer {
  let mutated = Buffer.from(bytes)
  for (let change = between(random, 1, 4); change > 0 && mutated.length > 0; change--) {
    const at = between(random, 0, mutated.length - 1)
    const to = Math.min(mutated.length, at + between(random, 1, 12))
    const kind = between(random, 0, 5)
    if (kind === 0) mutated[at] = pick(random, TELLING)
    else if (kind === 1) mutated[at] = (mutated[at] as number) ^ (1 << between(random, 0, 7))
    else if (kind === 2) mutated = mutated.subarray(0, at)
    else if (kind === 3) mutated = Buffer.concat([mutated.subarray(0, to), mutated.subarray(at)])
    else if (kind === 4) mutated = Buffer.concat([mutated.subarray(0, at), mutated.subarray(to)])
    else mutated = Buffer.concat([mutated.subarray(0, at), Buffer.from([pick(random, TELLING)]), mutated.subarray(at)])
  }
  return mutated
}
