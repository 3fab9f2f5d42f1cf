// What a few bytes may become in memory is bounded; `node bench/main.ts decode-memory` measures it.
import { describe, expect, it, vi } from 'vitest'
import { createReplay } from '../../../bench/replay.ts'
import { worstBodies } from '../../../bench/worst-bodies.ts'
import { createDecoder } from '../../../src/ledger/decode/decoder.ts'

// 20 MiB are made and read in each case, on machines that are busy otherwise.
vi.setConfig({ testTimeout: 60_000 })

const MIB = 1024 * 1024
const AMPLIFYING = [
  'empty events',
  'empty links',
  'arrays of empty maps',
  'arrays of short text',
  'attributes of two letters',
  'one value of control characters',
  'values of control characters',
  'events of control characters',
]

describe('a request that decodes to many times its size', () => {
  const bodies = worstBodies(20 * MIB).filter(({ encoding, contentEncoding, name }) => {
    return encoding === 'protobuf' && contentEncoding === undefined && AMPLIFYING.includes(name)
  })
  it.each(bodies)('is refused: $name', ({ body }) => {
    const outcome = createDecoder().traces(body(), 'protobuf')
    // Not compared as a whole: what is decoded after all is too much to print.
    expect(outcome.kind === 'too_large' ? outcome.message : outcome.kind).toContain('once decoded')
  })
  const small = worstBodies(MIB / 4).filter(
    ({ name, contentEncoding }) => AMPLIFYING.includes(name) && !contentEncoding,
  )
  it.each(small)('is taken while it is small: $name, $encoding', ({ body, encoding }) => {
    expect(createDecoder().traces(body(), encoding).kind).toBe('decoded')
  })
})

it('takes ordinary spans up to the body limit', () => {
  const body = Buffer.concat(createReplay(1, 50))
  expect(body.length).toBeGreaterThan(17 * MIB)
  const outcome = createDecoder().traces(body, 'protobuf')
  expect(outcome.kind === 'decoded' && outcome.decoded.items.length).toBe(50 * 512)
})
