// Properties of the resolver. Any order of its input gives the same decisions; and for traces drawn from a model of
// what emitters do (each reports every call once, nested or side by side, with or without ids, sums above), exactly
// the real calls are booked, with their tokens.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Candidate, Decision, SpanPlace } from '../../../src/ledger/recognise/candidate.ts'
import { readSpan } from '../../../src/ledger/recognise/read-span.ts'
import { resolve } from '../../../src/ledger/recognise/resolve.ts'
import { runs } from '../../support/property-runs.ts'
import { loadCaptures } from './captures.ts'
import { candidate, place } from './spans.ts'

interface RealCall {
  at: number
  for: number
  tokens: [number, number]
  operation: string
}

interface Emitter {
  scopeName: string
  level: Candidate['level']
  hasIds: boolean
}

interface Model {
  calls: RealCall[]
  /** From the outermost to the innermost. */
  emitters: Emitter[]
  isNested: boolean
  sums: 'none' | 'agent' | 'nested agents'
}

const EMITTERS: Emitter[] = [
  { scopeName: 'framework', level: 'framework', hasIds: false },
  { scopeName: 'client', level: 'client', hasIds: false },
  { scopeName: 'other client', level: 'client', hasIds: true },
  { scopeName: 'sdk', level: 'sdk', hasIds: true },
]

const call = fc.record<RealCall>({
  at: fc.integer({ min: 0, max: 2000 }),
  for: fc.integer({ min: 50, max: 400 }),
  // Few values, so that identical concurrent calls are common.
  tokens: fc.tuple(fc.constantFrom(10, 11, 500), fc.constantFrom(5, 6)),
  operation: fc.constantFrom('chat', 'chat', 'chat', 'embeddings'),
})

const model = fc.record<Model>({
  calls: fc.array(call, { minLength: 1, maxLength: 6 }),
  emitters: fc.subarray(EMITTERS, { minLength: 1 }),
  isNested: fc.boolean(),
  sums: fc.constantFrom('none', 'agent', 'nested agents'),
})

/** Span 1 is the root, 2 and 3 agents; each call has the spans 10, 11, … of its own. */
function spansOf({ calls, emitters, isNested, sums }: Model): { candidates: Candidate[]; places: SpanPlace[] } {
  const candidates: Candidate[] = []
  const places = [place(1, 0), place(2, 1), place(3, 2)]
  calls.forEach((real, i) => {
    let parent = 3
    emitters.forEach((emitter, depth) => {
      const span = 10 + i * 10 + depth
      const { at, for: duration, tokens, operation } = real
      candidates.push(
        candidate(span, parent, {
          ...emitter,
          operation,
          tokens: operation === 'embeddings' ? [tokens[0], 0] : tokens,
          at: at + depth,
          for: duration - 2 * depth,
          responseId: emitter.hasIds && operation !== 'embeddings' ? `chatcmpl-${i}` : '',
        }),
      )
      if (isNested) parent = span
    })
  })
  const generation = calls.filter(({ operation }) => operation !== 'embeddings')
  const total: [number, number] = [0, 0]
  for (const { tokens } of generation) {
    total[0] += tokens[0]
    total[1] += tokens[1]
  }
  const agent = { role: 'aggregate', operation: 'invoke_agent', scopeName: 'agents', for: 3000 } as const
  if (sums !== 'none' && generation.length > 0) candidates.push(candidate(2, 1, { ...agent, tokens: total }))
  if (sums === 'nested agents' && generation.length > 0)
    candidates.push(candidate(3, 2, { ...agent, tokens: [total[0], 1] }))
  return { candidates, places }
}

const booked = (decisions: Decision[]): Candidate[] =>
  decisions.filter(({ outcome }) => outcome === 'booked').map(({ candidate }) => candidate)

const tokensOf = (calls: Candidate[]): string[] =>
  calls.map(({ operation, usage }) => `${operation} ${usage?.inputTokens} ${usage?.outputTokens}`).sort()

const shuffled = <T>(items: readonly T[]) =>
  fc.shuffledSubarray([...items], { minLength: items.length, maxLength: items.length })

describe('model traces', () => {
  test('books exactly the real calls', () => {
    fc.assert(
      fc.property(model, (drawn) => {
        const { candidates, places } = spansOf(drawn)
        const expected = drawn.calls.map(
          ({ operation, tokens }) => `${operation} ${tokens[0]} ${operation === 'embeddings' ? 0 : tokens[1]}`,
        )
        expect(tokensOf(booked(resolve(candidates, places)))).toEqual(expected.sort())
      }),
      runs(300),
    )
  })

  test('gives the same decisions for any order of candidates and places', () => {
    fc.assert(
      fc.property(
        model
          .map(spansOf)
          .chain(({ candidates, places }) =>
            fc.record({ candidates: fc.constant(candidates), mixed: shuffled(candidates), places: shuffled(places) }),
          ),
        ({ candidates, mixed, places }) => {
          expect(resolve(mixed, places)).toEqual(resolve(candidates, places))
        },
      ),
      runs(300),
    )
  })
})

describe('captured traces', () => {
  const traces = loadCaptures().flatMap(({ spans }) => [...Map.groupBy(spans, ({ traceId }) => traceId).values()])
  const read = traces.map((spans) => ({
    candidates: spans.map(readSpan).filter((found): found is Candidate => found !== undefined),
    places: spans.map(({ spanId, parentSpanId, name }) => ({ spanId, parentSpanId, name })),
  }))

  test('give the same decisions for any order', () => {
    fc.assert(
      fc.property(
        fc
          .constantFrom(...read)
          .chain(({ candidates, places }) =>
            fc.record({ candidates: fc.constant(candidates), mixed: shuffled(candidates), places: shuffled(places) }),
          ),
        ({ candidates, mixed, places }) => {
          expect(resolve(mixed, places)).toEqual(resolve(candidates, places))
        },
      ),
      runs(300),
    )
  })

  test('decide on every candidate exactly once, and never in favour of one that is not booked', () => {
    for (const { candidates, places } of read) {
      const decisions = resolve(candidates, places)
      expect(decisions.map(({ candidate }) => candidate.spanId).sort()).toEqual(
        candidates.map(({ spanId }) => spanId).sort(),
      )
      const ids = new Set(booked(decisions).map(({ spanId }) => spanId))
      for (const { duplicateOf } of decisions) if (duplicateOf !== undefined) expect(ids).toContain(duplicateOf)
    }
  })
})
