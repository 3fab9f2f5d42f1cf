// The ledger's one-pass decoder against protobufjs on mutated requests: the same accepted, the same refused, the same
// content, never a crash. SPANLEDGER_FUZZ_INPUTS and SPANLEDGER_FUZZ_SEED make the run longer or repeat it.
import { isDeepStrictEqual } from 'node:util'
import { expect, it } from 'vitest'
import { createDecoder } from '../../../src/ledger/decode/decoder.ts'
import { createRandom } from '../../support/otlp/random-trace.ts'
import { mutate, validRequest } from './mutate.ts'
import { type Flat, oracle, ours } from './oracle.ts'

const INPUTS = Number(process.env.SPANLEDGER_FUZZ_INPUTS ?? 20_000)
const SEED = Number(process.env.SPANLEDGER_FUZZ_SEED ?? 20_260_101)
/** One request serves this many mutations. */
const MUTATIONS = 50

/** Invalid UTF-8 is replaced by either decoder in its own way: then only the shape is compared. */
const shape = (flat: Flat): unknown =>
  flat.kind === 'malformed'
    ? flat
    : flat.spans.map(({ traceId, spanId, parentSpanId, events, links, kind }) => [
        traceId,
        spanId,
        parentSpanId,
        events.length,
        links.length,
        kind,
      ])

it(`agrees with protobufjs on ${INPUTS} inputs (seed ${SEED})`, { timeout: 3_600_000 }, () => {
  const decoder = createDecoder()
  const random = createRandom(SEED)
  const seen = { decoded: 0, malformed: 0, withSpans: 0 }
  let valid = validRequest(random)
  for (let input = 0; input < INPUTS; input++) {
    if (input % MUTATIONS === 0) valid = validRequest(random)
    const bytes = input % MUTATIONS === 0 ? valid : mutate(random, valid)
    const outcome = decoder.traces(bytes, 'protobuf')
    const actual = ours(outcome)
    // protobufjs steps over an unknown varint of any length; the encoding allows ten bytes.
    if (outcome.kind === 'malformed' && outcome.message.startsWith('number longer than 10 bytes')) continue
    const expected = oracle(bytes)
    seen[actual.kind] += 1
    if (actual.kind === 'decoded' && actual.spans.length > 0) seen.withSpans += 1
    const repaired = outcome.kind === 'decoded' && outcome.decoded.cleaned.invalid_unicode !== undefined
    const agree = repaired ? isDeepStrictEqual(shape(actual), shape(expected)) : isDeepStrictEqual(actual, expected)
    if (!agree) expect(actual, `input ${input}: ${bytes.toString('hex')}`).toEqual(expected)
  }
  // A run in which nearly everything is refused, or nothing is, compares little.
  expect(seen.decoded).toBeGreaterThan(INPUTS / 10)
  expect(seen.malformed).toBeGreaterThan(INPUTS / 10)
  expect(seen.withSpans).toBeGreaterThan(INPUTS / 20)
})
