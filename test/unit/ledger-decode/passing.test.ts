// What the decoder notes in passing has to be what the attributes say when they are read.
import { describe, expect, it } from 'vitest'
import { bitOf, COLUMN_KEYS, PROMOTED_KEYS, promotedOf } from '../../../src/ledger/asked-keys.ts'
import { createDecoder } from '../../../src/ledger/decode/decoder.ts'
import { readSpan } from '../../../src/ledger/recognise/read-span.ts'
import type { Attributes, Span } from '../../../src/ledger/span.ts'
import { CopyEncoder } from '../../../src/ledger/write/copy-encoder.ts'
import { attributesJson } from '../../../src/ledger/write/json-text.ts'
import { prepareSpan, timesOf } from '../../../src/ledger/write/prepared-span.ts'
import { appendSpan } from '../../../src/ledger/write/span-rows.ts'
import { TRACE_SPANS } from '../../../src/ledger/write/tables.ts'
import { Double, type PlainSpan, type PlainValue, tracesProtobuf } from '../../support/otlp/messages.ts'
import { between, createRandom, hex, pick, type Random } from '../../support/otlp/random-trace.ts'
import { mutate } from './mutate.ts'
import { plain } from './oracle.ts'

const SEED = Number(process.env.SPANLEDGER_FUZZ_SEED ?? 20_260_102)
const WITHOUT: ReadonlySet<string> = new Set(PROMOTED_KEYS.slice(0, COLUMN_KEYS))
const KEYS = [...PROMOTED_KEYS, 'a', 'gen_ai.request.model', 'http.request.method', 'spanledger.rag.step', 'ü']
const ODD_KEYS = ['7', 'x'.repeat(70), '__proto__']
const TEXTS = [
  '',
  'plain',
  'acme-7',
  'a "quoted" \\ text',
  'line\nbreak\u0001\u007f',
  'ünïcode ✓ 🦊',
  '\u2028',
  'x'.repeat(200),
  'x'.repeat(20_000),
]

function value(random: Random): PlainValue {
  const kind = between(random, 0, 8)
  if (kind < 4) return pick(random, TEXTS)
  if (kind === 4) return random() < 0.5
  if (kind === 5) return pick(random, [0, 7, 10, 99, 12_345, 999_999_999, 1_000_000_000, -1, 2 ** 53 - 1])
  if (kind === 6) return BigInt.asIntN(64, BigInt(`0x${hex(random, 16)}`))
  if (kind === 7) return new Double(pick(random, [0, -0, 0.1, 1e21, -1.5e-9, 5])) as never
  return Array.from({ length: between(random, 0, 3) }, () => pick<PlainValue>(random, ['stop', 3, true, 'a"b']))
}

/** Promoted ones are mostly text, or the plain reading has to be asked. */
function attribute(random: Random): readonly [string, PlainValue] {
  const key = pick(random, random() < 0.02 ? ODD_KEYS : KEYS)
  return [key, WITHOUT.has(key) && random() < 0.95 ? pick(random, TEXTS) : value(random)]
}

function span(random: Random): PlainSpan {
  const start = BigInt(`0x${hex(random, 15)}`)
  return {
    traceId: hex(random, 32),
    spanId: hex(random, 16),
    parentSpanId: pick(random, ['', hex(random, 16)]),
    name: pick(random, TEXTS),
    kind: between(random, 0, 5),
    startTimeUnixNano: start,
    endTimeUnixNano: pick(random, [0n, start, start + BigInt(between(random, 0, 2 ** 31)), start + 2n ** 55n]),
    attributes: Object.fromEntries(Array.from({ length: between(random, 0, 12) }, () => attribute(random))),
    status: { code: between(random, 0, 2), message: pick(random, TEXTS) },
  }
}

function rowOf(read: Span): Buffer {
  const rows = new CopyEncoder(TRACE_SPANS.columns.length)
  const { startMicros } = timesOf(read)
  const fail = (error: unknown): never => {
    throw error
  }
  appendSpan(rows, prepareSpan(read, startMicros, 0, readSpan, fail))
  return rows.finish()
}

const bagOf = ({ bag }: Span): string | undefined =>
  bag && bag.to > bag.from ? bag.source.buffer.toString('utf8', bag.from, bag.to) : undefined

const without = (attributes: Attributes): string | undefined => attributesJson(attributes, WITHOUT)

describe('a span read in passing', () => {
  it('says in its bag, columns, bits and times what its attributes and times say', { timeout: 120_000 }, () => {
    const random = createRandom(SEED)
    const decoder = createDecoder()
    let passed = 0
    for (let request = 0; request < 600; request++) {
      const valid = tracesProtobuf([span(random), span(random), span(random)], { 'service.name': 'app' })
      const outcome = decoder.traces(request % 3 === 0 ? mutate(random, valid) : valid, 'protobuf')
      if (outcome.kind !== 'decoded') continue
      for (const read of outcome.decoded.items) {
        const { asked, promoted, times } = read
        if (asked === undefined || !promoted || !times) continue
        passed += 1
        expect(bagOf(read)).toEqual(without(read.attributes))
        expect(promoted).toEqual(promotedOf(read.attributes))
        expect(asked).toBe(Object.keys(read.attributes).reduce((bits, key) => bits | bitOf(key), 0))
        expect(times).toEqual(timesOf(plain(read)))
      }
    }
    expect(passed).toBeGreaterThan(500)
  })

  it('becomes the row the plain reading becomes, byte for byte', { timeout: 120_000 }, () => {
    const random = createRandom(SEED + 1)
    const decoder = createDecoder()
    let passed = 0
    for (let request = 0; request < 400; request++) {
      const outcome = decoder.traces(
        tracesProtobuf([span(random), span(random)], { 'service.name': 'app' }),
        'protobuf',
      )
      for (const read of outcome.kind === 'decoded' ? outcome.decoded.items : []) {
        read.orgId = pick(random, ['acme-7', 'other'])
        if (read.bag) passed += 1
        expect(rowOf(read).equals(rowOf(plain(read)))).toBe(true)
      }
    }
    expect(passed).toBeGreaterThan(300)
  })

  it('keeps in its bag what is no id and so has no column', () => {
    const outcome = createDecoder().traces(
      tracesProtobuf([{ ...span(createRandom(1)), attributes: { deal_id: 'no id!', a: 1 } }], {}),
      'protobuf',
    )
    const [read] = outcome.kind === 'decoded' ? outcome.decoded.items : []
    expect(bagOf(read as Span)).toBe('{"a":1}')
    expect(rowOf(read as Span).toString()).toContain('{"deal_id":"no id!","a":1}')
  })

  it('leaves to the plain reading what it would read otherwise', () => {
    const decoder = createDecoder()
    const read = (attributes: Record<string, PlainValue>, more: Partial<PlainSpan> = {}): Span => {
      const outcome = decoder.traces(
        tracesProtobuf([{ ...span(createRandom(1)), ...more, attributes }], {}),
        'protobuf',
      )
      return (outcome.kind === 'decoded' ? outcome.decoded.items[0] : undefined) as Span
    }
    expect(read({ a: 'x' }).bag).toBeDefined()
    expect(read({ 7: 'an index comes first in an object' }).bag).toBeUndefined()
    expect(read({ a: 'nul\0inside' }).bag).toBeUndefined()
    expect(read({ a: { nested: 1 } }).bag).toBeUndefined()
    expect(read({ org_id: 7 }).bag).toBeUndefined()
    expect(read({ __proto__x: 1 }).bag).toBeDefined()
    expect(read({ a: 1 }, { events: [{ name: 'e', timeUnixNano: 1n, attributes: {} }] }).bag).toBeUndefined()
  })
})
