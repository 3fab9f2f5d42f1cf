// From a trace's spans to the lines that are missing: what a row knows of its tenant.
import { expect, test } from 'vitest'
import type { Candidate } from '../../../src/ledger/recognise/candidate.ts'
import { resolve } from '../../../src/ledger/recognise/resolve.ts'
import { type Dimensions, toDimensions } from '../../../src/ledger/write/dimensions.ts'
import { type KnownSpan, linesForTraces } from '../../../src/ledger/write/resolve-trace.ts'
import { candidate, place, span } from '../recognise/spans.ts'

const NONE = toDimensions(span({}))

type Read = Partial<Candidate> & { at?: number; for?: number }

const known = (n: number, parent: number, read: Read, dimensions: Partial<Dimensions>): KnownSpan => ({
  key: String(n),
  place: place(n, parent),
  dimensions: { ...NONE, ...dimensions },
  candidate: candidate(n, parent, { tokens: [100, 10], ...read }),
})

const lines = (spans: KnownSpan[]) =>
  linesForTraces([{ orgId: 'acme', traceId: 't', spans, isAffected: true }], new Set(), new Map(), resolve, () => ({
    costPicoUsd: 1n,
    version: 1n,
  })).map(({ spanId, content: { dealId, userId, feature, serviceName } }) => [
    spanId,
    dealId,
    userId,
    feature,
    serviceName,
  ])

test('a gateway’s span is booked with the deal and the feature of the application’s, in its own service', () => {
  const spans = [
    known(
      1,
      0,
      { level: 'framework', scopeName: 'langchain', for: 300 },
      { userId: 'first', feature: 'chat', serviceName: 'app' },
    ),
    known(
      2,
      1,
      { level: 'client', scopeName: 'openai', at: 5, for: 280 },
      { dealId: 'falcon', userId: 'second', serviceName: 'app' },
    ),
    known(3, 2, { level: 'client', scopeName: 'gateway', serviceName: 'gw', at: 9, for: 250 }, { serviceName: 'gw' }),
  ]
  const expected = [[place(3, 0).spanId, 'falcon', 'first', 'chat', 'gw']]
  expect(lines(spans)).toEqual(expected)
  expect(lines(spans.toReversed())).toEqual(expected)
})

test('what a span says itself is not overwritten, and another call’s span says nothing of it', () => {
  const spans = [
    known(1, 0, { level: 'framework', scopeName: 'langchain', for: 300 }, { dealId: 'eagle', feature: 'chat' }),
    known(2, 1, { level: 'client', scopeName: 'openai', at: 5, for: 280 }, { dealId: 'falcon' }),
    known(3, 0, { at: 1000 }, { userId: 'somebody' }),
  ]
  expect(lines(spans)).toEqual([
    [place(2, 0).spanId, 'falcon', '', 'chat', ''],
    [place(3, 0).spanId, '', 'somebody', '', ''],
  ])
})
