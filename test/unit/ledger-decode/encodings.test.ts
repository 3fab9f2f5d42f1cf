// One request says the same in either encoding; limits and repairs are those of single values.
import { describe, expect, it } from 'vitest'
import { DEFAULT_LIMITS } from '../../../src/ledger/decode/decoded.ts'
import { createDecoder, type DecodeOutcome } from '../../../src/ledger/decode/decoder.ts'
import type { LogRecord } from '../../../src/ledger/log-record.ts'
import type { Span } from '../../../src/ledger/span.ts'
import {
  Double,
  logsJson,
  logsProtobuf,
  type PlainSpan,
  tracesJson,
  tracesProtobuf,
} from '../../support/otlp/messages.ts'
import { createRandom, randomTrace } from '../../support/otlp/random-trace.ts'
import { ours } from './oracle.ts'

const decoder = createDecoder()
const span = (more: Partial<PlainSpan> = {}): PlainSpan => ({
  ...{ traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), startTimeUnixNano: 1_700_000_000_000_000_123n },
  ...more,
})
const values = {
  ...{ text: 'ü🦊', empty: '', yes: true, int: -7, big: 2n ** 63n - 1n, half: new Double(0.5) as never, none: null },
  ...{ list: [1, 'a', [true, null]], map: { a: { b: 'c' } }, bytes: Buffer.from([0, 255]) as never },
}

type Decoded = Extract<DecodeOutcome<LogRecord>, { kind: 'decoded' }>

const countsOf = (outcome: DecodeOutcome<Span>) =>
  outcome.kind === 'decoded' && { rejected: outcome.decoded.rejected, cleaned: outcome.decoded.cleaned }

describe('both encodings', () => {
  it.each(Array.from({ length: 20 }, (_, seed) => [seed]))('give the same spans (seed %i)', (seed) => {
    const spans = randomTrace(createRandom(seed), { orgId: 'acme', startTimeUnixNano: 1_700_000_000_000_000_000n })
    const all = [...spans, span({ attributes: values, events: [{ name: 'e', timeUnixNano: 9n, attributes: values }] })]
    const fromJson = decoder.traces(Buffer.from(JSON.stringify(tracesJson(all))), 'json')
    expect(fromJson.kind).toBe('decoded')
    const fromProtobuf = decoder.traces(tracesProtobuf(all), 'protobuf')
    expect(ours(fromJson)).toEqual(ours(fromProtobuf))
    expect(countsOf(fromJson)).toEqual(countsOf(fromProtobuf))
  })

  it('give the same log records', () => {
    const logs = [
      { timeUnixNano: 5n, body: values, attributes: values, traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8) },
    ]
    const { decodedBytes, ...fromJson } = decoder.logs(Buffer.from(JSON.stringify(logsJson(logs))), 'json') as Decoded
    expect(fromJson.kind).toBe('decoded')
    expect(decoder.logs(logsProtobuf(logs), 'protobuf')).toMatchObject(fromJson)
    expect(decodedBytes).toBeGreaterThan(0)
  })

  it('keep 64-bit integers exact, as text and as numbers', () => {
    const body = JSON.stringify(tracesJson([span({ attributes: { big: 2n ** 63n - 1n } })]))
    const asNumber = body
      .replace('"9223372036854775807"', '9223372036854775807')
      .replace('"1700000000000000123"', '1700000000000000123')
    expect(asNumber).not.toBe(body)
    expect(decoder.traces(Buffer.from(asNumber), 'json')).toEqual(decoder.traces(Buffer.from(body), 'json'))
  })
})

describe('limits', () => {
  it('refuse a request with more records than one may carry', () => {
    const small = createDecoder({ ...DEFAULT_LIMITS, maxRecords: 3 })
    const spans = [1, 2, 3, 4].map(() => span())
    expect(small.traces(tracesProtobuf(spans), 'protobuf').kind).toBe('too_large')
    expect(small.traces(tracesProtobuf(spans.slice(1)), 'protobuf').kind).toBe('decoded')
    expect(small.traces(Buffer.from(JSON.stringify(tracesJson(spans))), 'json').kind).toBe('too_large')
  })

  it('drop the values of a record beyond their number, and count them', () => {
    const small = createDecoder({ ...DEFAULT_LIMITS, maxValuesPerRecord: 2 })
    const outcome = small.traces(tracesProtobuf([span({ attributes: { a: 1, b: 2, c: 3 } })], {}), 'protobuf')
    expect(outcome).toMatchObject({
      decoded: { items: [{ attributes: { a: 1, b: 2 } }], cleaned: { too_many_values: 1 } },
    })
  })

  it('replace what is nested too deep by null', () => {
    const small = createDecoder({ ...DEFAULT_LIMITS, maxDepth: 2 })
    const outcome = small.traces(tracesProtobuf([span({ attributes: { a: [['x']] } })]), 'protobuf')
    expect(outcome).toMatchObject({ decoded: { items: [{ attributes: { a: [[null]] } }], cleaned: { too_deep: 1 } } })
  })
})

describe('integers of JSON that no 64 bits hold', () => {
  const decode = (intValue: unknown, name = 'n') => {
    const message = tracesJson([span({ attributes: { [name]: 1 } }), span({ attributes: { kept: true } })])
    message.resourceSpans[0].scopeSpans[0].spans[0].attributes[0].value = { intValue }
    // A number is written with all of its digits.
    const text = JSON.stringify(message).replace(/"literal:([^"]+)"/, '$1')
    return decoder.traces(Buffer.from(text), 'json')
  }

  it.each([
    ['9223372036854775808', '9223372036854775808'],
    ['-9223372036854775809', '-9223372036854775809'],
    ['9'.repeat(400), '9'.repeat(400)],
    ['literal:18446744073709551615', '18446744073709551615'],
    ['literal:1e30', '1000000000000000019884624838656'],
    ['literal:1e400', 'Infinity'],
  ])('are kept as text, counted, and cost their batch nothing: %s', (intValue, kept) => {
    expect(decode(intValue)).toMatchObject({
      kind: 'decoded',
      decoded: {
        items: [{ attributes: { n: kept } }, { attributes: { kept: true } }],
        cleaned: { integer_out_of_range: 1 },
      },
    })
  })

  it.each([
    ['9223372036854775807', 2n ** 63n - 1n],
    ['-9223372036854775808', -(2n ** 63n)],
    ['literal:42', 42],
  ])('are numbers up to that: %s', (intValue, kept) => {
    expect(decode(intValue)).toMatchObject({ decoded: { items: [{ attributes: { n: kept } }, {}], cleaned: {} } })
  })

  it.each(['literal:1.5', '1.5', 'many', '', true])('are malformed where they are no integers: %s', (intValue) => {
    expect(decode(intValue).kind).toBe('malformed')
  })
})
