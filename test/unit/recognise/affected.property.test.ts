// Resolving only what new spans can matter to gives, batch by batch and in any order, the decisions of resolving the whole.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { affectedBy } from '../../../src/ledger/recognise/affected.ts'
import type { Candidate, Decision, SpanPlace } from '../../../src/ledger/recognise/candidate.ts'
import { readSpan } from '../../../src/ledger/recognise/read-span.ts'
import { resolve } from '../../../src/ledger/recognise/resolve.ts'
import { runs } from '../../support/property-runs.ts'
import { loadCaptures } from './captures.ts'
import { candidate, id, place } from './spans.ts'

/** A span of a trace: a place, and mostly a candidate. */
interface Item {
  place: SpanPlace
  candidate: Candidate | undefined
}

const keyOf = ({ spanId, startTimeUnixNano }: Candidate): string => `${spanId} ${startTimeUnixNano}`
const byKey = (decisions: readonly Decision[]) =>
  new Map(decisions.map((decision) => [keyOf(decision.candidate), decision]))

function resolveWhole(items: readonly Item[]): Map<string, Decision> {
  const candidates = items.flatMap((item) => item.candidate ?? [])
  return byKey(
    resolve(
      candidates,
      items.map((item) => item.place),
    ),
  )
}

/** Sends items in batches; after each, what was decided must be what the whole so far gives. @returns the shares resolved. */
function sendInBatches(batches: readonly (readonly Item[])[]): number[] {
  const sent: Item[] = []
  const standing = new Map<string, Decision>()
  const shares: number[] = []
  for (const batch of batches) {
    sent.push(...batch)
    const candidates = sent.flatMap((item) => item.candidate ?? [])
    const places = sent.map((item) => item.place)
    const affected = affectedBy(new Set(batch.map((item) => item.place.spanId)), candidates, places)
    const decided = resolve(
      affected.candidates,
      places.filter(({ spanId }) => affected.spanIds.has(spanId)),
    )
    for (const [key, decision] of byKey(decided)) standing.set(key, decision)
    expect(standing).toEqual(resolveWhole(sent))
    if (candidates.length > 0) shares.push(affected.candidates.length / candidates.length)
  }
  return shares
}

const EMITTERS: Partial<Candidate>[] = [
  { scopeName: 'framework', level: 'framework' },
  { scopeName: 'client', level: 'client' },
  { scopeName: 'sdk', level: 'sdk' },
]

/** Few places, times, figures and ids, so that everything that can connect two candidates comes about. */
const item = (spans: number, spanMs: number): fc.Arbitrary<Item> =>
  fc
    .record({
      span: fc.integer({ min: 1, max: spans }),
      parent: fc.integer({ min: 0, max: spans }),
      at: fc.integer({ min: 0, max: spanMs }),
      for: fc.constantFrom(0, 3, 40, 300),
      emitter: fc.constantFrom(...EMITTERS),
      tokens: fc.constantFrom<[number, number] | undefined>([10, 5], [10, 5], [20, 10], [500, 6], undefined),
      role: fc.constantFrom<Candidate['role'] | 'none'>('call', 'call', 'call', 'aggregate', 'none'),
      responseId: fc.constantFrom('', '', '', 'chatcmpl-AbCdEf012345', 'chatcmpl-ZyXwVu987654', 'chatcmpl-1'),
      status: fc.constantFrom<Candidate['status']>('success', 'success', 'error'),
      isTool: fc.boolean(),
    })
    .map(({ span, parent, at, emitter, tokens, role, responseId, status, isTool, for: duration }) => ({
      place: { ...place(span, parent), name: isTool ? 'execute_tool x' : 'work' },
      candidate:
        role === 'none'
          ? undefined
          : candidate(span, parent, {
              ...emitter,
              ...{ role, at, for: duration, responseId, status },
              ...(role === 'aggregate' && { operation: 'invoke_agent', spanKind: 1 }),
              ...(tokens && { tokens }),
            }),
    }))

const batchesOf = (items: fc.Arbitrary<Item[]>): fc.Arbitrary<Item[][]> =>
  items.chain((drawn) =>
    fc
      .tuple(
        fc.shuffledSubarray(drawn, { minLength: drawn.length }),
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: drawn.length, maxLength: drawn.length }),
      )
      .map(([shuffled, sizes]) => {
        const batches: Item[][] = []
        for (const size of sizes) if (shuffled.length > 0) batches.push(shuffled.splice(0, size))
        return batches
      }),
  )

const unique = (items: fc.Arbitrary<Item>, most: number): fc.Arbitrary<Item[]> =>
  fc.uniqueArray(items, {
    maxLength: most,
    minLength: 1,
    selector: (drawn) => `${drawn.place.spanId} ${drawn.candidate?.startTimeUnixNano ?? ''}`,
  })

test.each([
  ['close together', unique(item(12, 600), 14)],
  ['far apart', unique(item(40, 60_000), 24)],
])('spans %s', (_, items) => {
  const shares: number[] = []
  fc.assert(
    fc.property(batchesOf(items), (batches) => {
      shares.push(...sendInBatches(batches))
    }),
    runs(400),
  )
  // Control: it would be no surprise if the whole were resolved each time.
  expect(shares.filter((share) => share < 0.7).length).toBeGreaterThan(shares.length / 10)
})

test('captured traces, several of them in one', () => {
  const traces = loadCaptures().flatMap(({ spans }) => [...Map.groupBy(spans, ({ traceId }) => traceId).values()])
  const small = traces.filter(({ length }) => length <= 12)
  const shares: number[] = []
  fc.assert(
    fc.property(
      fc
        .array(fc.tuple(fc.constantFrom(...small), fc.integer({ min: 0, max: 5_000 })), { minLength: 2, maxLength: 4 })
        .chain((drawn) => batchesOf(fc.constant(drawn.flatMap(([spans, atMs], n) => itemsOf(spans, n, atMs))))),
      (batches) => {
        shares.push(...sendInBatches(batches))
      },
    ),
    runs(150),
  )
  expect(shares.filter((share) => share < 0.7).length).toBeGreaterThan(shares.length / 10)
})

/** A captured trace as a part of another: its own span ids, its times moved. */
function itemsOf(spans: ReturnType<typeof loadCaptures>[number]['spans'], n: number, atMs: number): Item[] {
  const [first = 0n] = spans.map(({ startTimeUnixNano }) => startTimeUnixNano).sort((a, b) => (a < b ? -1 : 1))
  const move = (nanos: bigint): bigint => nanos - first + 1_790_000_000_000_000_000n + BigInt(atMs) * 1_000_000n
  const own = (spanId: string): string => (spanId === '' ? '' : `${id(n).slice(-2)}${spanId.slice(2)}`)
  return spans.map((span) => {
    const moved = {
      ...span,
      spanId: own(span.spanId),
      parentSpanId: own(span.parentSpanId),
      startTimeUnixNano: move(span.startTimeUnixNano),
      endTimeUnixNano: move(span.endTimeUnixNano),
    }
    const { spanId, parentSpanId, name } = moved
    return { place: { spanId, parentSpanId, name }, candidate: readSpan(moved) }
  })
}

test('a crowd is resolved as one: of very many calls at once only the last are matched', () => {
  const crowd = Array.from({ length: 300 }, (_, n): Item => {
    const emitter = EMITTERS[n % 2] as Partial<Candidate>
    const made = candidate(n + 1, 0, { ...emitter, at: n, for: 1000 - n, tokens: [n % 7, 5] })
    return { place: place(n + 1, 0), candidate: made }
  })
  sendInBatches([crowd.slice(0, 150), crowd.slice(200), crowd.slice(150, 200)])
})
