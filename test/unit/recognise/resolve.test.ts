// Hand-written traces: each shows one rule of the resolver, most with its counterpart that must come out the other way.
import { describe, expect, test } from 'vitest'
import type { Candidate, SpanPlace } from '../../../src/ledger/recognise/candidate.ts'
import { resolve } from '../../../src/ledger/recognise/resolve.ts'
import { candidate, id, place } from './spans.ts'

/** Outcomes by span number. */
function outcomes(candidates: Candidate[], places: SpanPlace[] = []): Record<number, string> {
  const found: Record<number, string> = {}
  for (const { candidate, outcome, duplicateOf } of resolve(candidates, places)) {
    found[Number.parseInt(candidate.spanId, 16)] =
      duplicateOf === undefined ? outcome : `${outcome} of ${Number.parseInt(duplicateOf, 16)}`
  }
  return found
}

const ISSUED = 'chatcmpl-C3f9aKq81LmZx07v'
const OTHER = { scopeName: 'scope-b' }
const AGENT = { role: 'aggregate', operation: 'invoke_agent', scopeName: 'framework', level: 'framework' } as const

describe('one emitter', () => {
  test('books a single call', () => {
    expect(outcomes([candidate(1, 0, { tokens: [10, 5] })])).toEqual({ 1: 'booked' })
  })

  test('books two identical concurrent siblings as two calls', () => {
    const calls = [candidate(1, 9, { tokens: [10, 5] }), candidate(2, 9, { tokens: [10, 5] })]
    expect(outcomes(calls, [place(9, 0)])).toEqual({ 1: 'booked', 2: 'booked' })
  })

  test('books two spans with one response id once', () => {
    const same = { tokens: [10, 5] as [number, number], responseId: ISSUED }
    expect(outcomes([candidate(1, 0, same), candidate(2, 0, { ...same, at: 300 })])).toEqual({
      1: 'booked',
      2: 'duplicate of 1',
    })
  })

  test.each(['None', 'unknown', 'chatcmpl-123', ISSUED])(
    'books two calls of other figures behind the id %s',
    (responseId) => {
      const calls = [
        candidate(1, 0, { tokens: [10, 5], responseId }),
        candidate(2, 0, { tokens: [7000, 9], responseId, at: 300 }),
      ]
      expect(outcomes(calls)).toEqual({ 1: 'booked', 2: 'booked' })
    },
  )

  test('books a span once that came twice with its start rounded', () => {
    const first = candidate(1, 0, { tokens: [10, 5] })
    const rounded = { ...first, startTimeUnixNano: first.startTimeUnixNano + 128n }
    const decisions = resolve([rounded, first], [])
    expect(decisions.map(({ outcome }) => outcome)).toEqual(['booked', 'duplicate'])
    expect(decisions[0]?.candidate.startTimeUnixNano).toBe(first.startTimeUnixNano)
  })

  test('books both when a call made while a stream is read nests in its span', () => {
    const calls = [candidate(1, 0, { tokens: [10, 5], for: 500 }), candidate(2, 1, { tokens: [70, 9], at: 50 })]
    expect(outcomes(calls)).toEqual({ 1: 'booked', 2: 'booked' })
  })
})

describe('two emitters', () => {
  test('an id that no provider issued joins only what one of them shows once, at one time, of one model', () => {
    const one = candidate(1, 0, { tokens: [10, 5], responseId: 'chatcmpl-123' })
    const other = { tokens: [12, 5] as [number, number], responseId: 'chatcmpl-123', ...OTHER }
    expect(outcomes([one, candidate(2, 0, { ...other, at: 1 })])).toEqual({ 1: 'booked', 2: 'duplicate of 1' })
    expect(outcomes([one, candidate(2, 0, { ...other, at: 4000 })])).toEqual({ 1: 'booked', 2: 'booked' })
    const claude = { provider: 'anthropic', requestModel: 'claude-sonnet-4-0' }
    expect(outcomes([one, candidate(2, 0, { ...other, ...claude, at: 1 })])).toEqual({ 1: 'booked', 2: 'booked' })
  })

  test('books sibling reports of one call once', () => {
    const calls = [candidate(1, 0, { tokens: [10, 5] }), candidate(2, 0, { tokens: [10, 5], at: 1, for: 98, ...OTHER })]
    expect(Object.values(outcomes(calls)).sort()).toEqual(['booked', 'duplicate of 1'])
  })

  test('matches two identical concurrent calls seen by both as two', () => {
    const both = [1, 2].flatMap((n) => [
      candidate(n, 0, { tokens: [10, 5], at: n }),
      candidate(n + 10, 0, { tokens: [10, 5], at: n + 1, for: 98, ...OTHER }),
    ])
    expect(Object.values(outcomes(both)).filter((outcome) => outcome === 'booked')).toHaveLength(2)
  })

  test('does not merge reports whose figures differ', () => {
    const calls = [candidate(1, 0, { tokens: [10, 5] }), candidate(2, 0, { tokens: [11, 6], at: 1, for: 98, ...OTHER })]
    expect(outcomes(calls)).toEqual({ 1: 'booked', 2: 'booked' })
  })

  test('merges them when one is the SDK itself, with the SDK winning', () => {
    const calls = [
      candidate(1, 0, { tokens: [10, 5] }),
      candidate(2, 0, { tokens: [11, 6], at: 1, for: 98, level: 'sdk', ...OTHER }),
    ]
    expect(outcomes(calls)).toEqual({ 1: 'duplicate of 2', 2: 'booked' })
  })

  test('does not merge calls of unrelated processes', () => {
    const calls = [
      candidate(1, 0, { tokens: [10, 5] }),
      candidate(2, 0, { tokens: [10, 5], at: 1, for: 98, serviceName: 'gateway', ...OTHER }),
    ]
    expect(outcomes(calls)).toEqual({ 1: 'booked', 2: 'booked' })
  })

  test('books the inner of nested reports, with figures only the outer has', () => {
    const calls = [candidate(1, 0, { tokens: [10, 5], ...OTHER }), candidate(2, 1, { at: 1, for: 98 })]
    expect(outcomes(calls)).toEqual({ 1: 'duplicate of 2', 2: 'booked' })
    expect(resolve(calls, [])[1]?.candidate.usage).toMatchObject({ inputTokens: 10, outputTokens: 5 })
  })

  test('bills a call that succeeded beneath a parent in error', () => {
    const calls = [
      candidate(1, 0, { status: 'error', errorClass: 'NoObjectGeneratedError', ...OTHER }),
      candidate(2, 1, { tokens: [10, 5], at: 1, for: 98 }),
    ]
    expect(outcomes(calls)).toEqual({ 1: 'duplicate of 2', 2: 'booked' })
    expect(resolve(calls, [])[1]?.candidate).toMatchObject({ status: 'success', errorClass: '' })
  })
})

describe('what views know', () => {
  test('takes the reason of a failure from the view that names it', () => {
    const failed = { tokens: [0, 0] as [number, number], errorClass: 'x' }
    const calls = [
      candidate(1, 0, { ...failed, status: 'rate_limited', ...OTHER }),
      candidate(2, 1, { ...failed, status: 'error', at: 1, for: 98 }),
    ]
    expect(resolve(calls, []).find(({ outcome }) => outcome === 'booked')?.candidate.status).toBe('rate_limited')
  })

  test('books both when a framework calls a model while a client reads another stream', () => {
    const calls = [
      candidate(1, 0, { tokens: [10, 5], for: 500 }),
      candidate(2, 1, { tokens: [70, 9], at: 50, level: 'framework', ...OTHER }),
    ]
    expect(outcomes(calls)).toEqual({ 1: 'booked', 2: 'booked' })
  })

  test('trusts measured figures before estimated ones, and known conventions before assumed ones', () => {
    const calls = [
      candidate(1, 0, { tokens: [12, 6], certainty: 'estimated', responseId: 'chatcmpl-1' }),
      candidate(2, 0, { tokens: [90, 5], cacheConvention: 'assumed', responseId: 'chatcmpl-1', ...OTHER }),
      candidate(3, 0, { tokens: [100, 5], responseId: 'chatcmpl-1', scopeName: 'scope-c' }),
    ]
    expect(resolve(calls, []).find(({ outcome }) => outcome === 'booked')?.candidate).toMatchObject({
      usage: { inputTokens: 100, outputTokens: 5 },
      certainty: 'measured',
    })
  })
})

describe('aggregates', () => {
  test('does not book a parent that repeats the sum of its children', () => {
    const calls = [candidate(2, 1, { tokens: [10, 5] }), candidate(3, 1, { tokens: [20, 5], at: 200 })]
    expect(outcomes([candidate(1, 0, { ...AGENT, tokens: [30, 10], for: 400 }), ...calls])).toEqual({
      1: 'aggregate',
      2: 'booked',
      3: 'booked',
    })
  })

  test('books an agent nobody else explains, as partial', () => {
    const [decision] = resolve([candidate(1, 0, { ...AGENT, tokens: [30, 10] })], [])
    expect(decision).toMatchObject({ outcome: 'booked', candidate: { certainty: 'partial' } })
  })

  test('books an agent beside an embedding beneath it', () => {
    const embedding = candidate(2, 1, { operation: 'embeddings', tokens: [4, 0] })
    expect(outcomes([candidate(1, 0, { ...AGENT, tokens: [30, 10] }), embedding])).toEqual({ 1: 'booked', 2: 'booked' })
  })

  test('does not book an agent that contains a call whose own parent never arrived', () => {
    const agent = candidate(1, 0, { ...AGENT, tokens: [10, 5], for: 400 })
    expect(outcomes([agent, candidate(2, 77, { tokens: [10, 5], at: 10 })])).toEqual({ 1: 'aggregate', 2: 'booked' })
  })
})

describe('frameworks nobody has a table for', () => {
  const UNKNOWN = { scopeName: 'unknown framework', spanKind: 1 } as const

  test('does not book a chat span that repeats the sum of the chat spans beneath it', () => {
    const steps = [2, 3].map((n) => candidate(n, 1, { ...UNKNOWN, tokens: [10 * n, 5], at: n * 100 }))
    expect(outcomes([candidate(1, 0, { ...UNKNOWN, tokens: [50, 10], for: 900 }), ...steps])).toEqual({
      1: 'aggregate',
      2: 'booked',
      3: 'booked',
    })
  })

  test('does not book one that repeats the last step only', () => {
    const steps = [2, 3].map((n) => candidate(n, 1, { ...UNKNOWN, tokens: [10 * n, 5], at: n * 100 }))
    const outer = candidate(1, 0, { ...UNKNOWN, tokens: [30, 5], for: 900 })
    expect(outcomes([outer, ...steps])).toEqual({ 1: 'aggregate', 2: 'booked', 3: 'booked' })
  })

  test('does not book a sum beside the calls of another emitter that it repeats', () => {
    const sum = candidate(1, 9, { ...AGENT, scopeName: 'agents', tokens: [30, 10], for: 900 })
    const calls = [2, 3].map((n) => candidate(n, 9, { tokens: [n * 10 - 10, 5], at: n * 100 }))
    expect(outcomes([sum, ...calls], [place(9, 0)])).toEqual({ 1: 'aggregate', 2: 'booked', 3: 'booked' })
  })

  test('books a total that leaves out the nested agent whose calls are the only ones seen', () => {
    const outer = candidate(1, 0, { ...AGENT, tokens: [12, 4], for: 900 })
    const inner = candidate(2, 1, { ...AGENT, tokens: [500, 90], for: 800 })
    expect(outcomes([outer, inner, candidate(3, 2, { tokens: [500, 90] })])).toEqual({
      1: 'booked',
      2: 'aggregate',
      3: 'booked',
    })
  })
})

describe('a gateway in the same trace', () => {
  test('is the same call when one scope reports it in both processes under ids of their own', () => {
    const calls = [
      candidate(1, 0, { tokens: [10, 5], responseId: 'chatcmpl-a', serviceName: 'web' }),
      candidate(2, 1, { tokens: [10, 5], responseId: 'chatcmpl-b', serviceName: 'gateway', at: 5, for: 90 }),
    ]
    expect(outcomes(calls)).toEqual({ 1: 'duplicate of 2', 2: 'booked' })
  })
})

describe('spans that lie askew', () => {
  test('are one call when their figures agree and they mostly overlap', () => {
    const calls = [candidate(1, 0, { tokens: [10, 5] }), candidate(2, 0, { tokens: [10, 5], at: 40, ...OTHER })]
    expect(Object.values(outcomes(calls)).filter((outcome) => outcome === 'booked')).toHaveLength(1)
  })

  test('are two when they hardly overlap', () => {
    const calls = [candidate(1, 0, { tokens: [10, 5] }), candidate(2, 0, { tokens: [10, 5], at: 80, ...OTHER })]
    expect(outcomes(calls)).toEqual({ 1: 'booked', 2: 'booked' })
  })

  test('an instant span with figures is a note on the call before it', () => {
    const request = candidate(1, 9, { for: 30 })
    const note = candidate(2, 9, { tokens: [10, 5], at: 60, for: 0 })
    expect(outcomes([request, note], [place(9, 0)])).toEqual({ 1: 'booked', 2: 'duplicate of 1' })
    expect(resolve([request, note], [])[0]?.candidate.usage).toMatchObject({ inputTokens: 10 })
  })
})

describe('attempts', () => {
  test('books a failed attempt and the success beside it, and their wrapper once', () => {
    const calls = [
      candidate(1, 0, { tokens: [10, 5], for: 400, level: 'framework', ...OTHER }),
      candidate(2, 1, { status: 'rate_limited', errorClass: 'RateLimitError', tokens: [0, 0], at: 10 }),
      candidate(3, 1, { tokens: [10, 5], at: 200 }),
    ]
    expect(outcomes(calls)).toEqual({ 1: 'duplicate of 3', 2: 'booked', 3: 'booked' })
  })

  test('books the wrapper too when only failed attempts are visible beneath its success', () => {
    const calls = [
      candidate(1, 0, { tokens: [10, 5], for: 400, level: 'framework', ...OTHER }),
      candidate(2, 1, { status: 'rate_limited', errorClass: 'RateLimitError', tokens: [0, 0], at: 10 }),
    ]
    expect(outcomes(calls)).toEqual({ 1: 'booked', 2: 'booked' })
  })
})

test('survives a trace whose parents form a cycle', () => {
  const calls = [candidate(1, 2, { tokens: [10, 5] }), candidate(2, 1, { tokens: [10, 5], ...OTHER })]
  expect(Object.values(outcomes(calls)).filter((outcome) => outcome === 'booked')).toHaveLength(1)
  expect(id(1)).toHaveLength(16)
})
