// The arithmetic between lines: what has to be added so that the booked lines say what is now known.
import { describe, expect, it } from 'vitest'
import {
  type CallContent,
  missingLines,
  type Price,
  type UsageLine,
  type WantedCall,
} from '../../../src/ledger/write/usage-line.ts'

const content: CallContent = {
  ...{
    dealId: 'd',
    userId: '',
    sessionId: '',
    feature: 'chat',
    department: '',
    agentId: '',
    environment: '',
    version: '',
  },
  ...{ serviceName: 's', intent: '', segment: '', provider: 'openai', model: 'gpt-4o', requestModel: 'gpt-4o' },
  usage: { inputTokens: 10, outputTokens: 5, cacheReadTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 },
  ...{ operation: 'chat', latencyMs: 7, timeToFirstTokenMs: null, status: 'success', errorClass: '', finishReason: '' },
  ...{ certainty: 'measured', recognisedBy: 'r', duplicateOf: '' },
}
const wanted = (change: Partial<CallContent> = {}): WantedCall => ({
  ...{ orgId: 'o', traceId: 't', spanId: 'x', startTimeUnixNano: 1000n, isUsageKnown: true },
  content: { ...content, ...change },
})
const at =
  (costPicoUsd: bigint | null): (() => Price) =>
  () => ({ costPicoUsd, version: 1n })
const net = (lines: UsageLine[]) => ({
  calls: lines.reduce((sum, line) => sum + line.calls, 0),
  unpriced: lines.reduce((sum, line) => sum + line.unpricedCalls, 0),
  cost: lines.reduce((sum, line) => sum + (line.price.costPicoUsd ?? 0n), 0n),
})
const summary = (lines: UsageLine[]) => lines.map(({ kind, revision, price }) => [kind, revision, price.costPicoUsd])

describe('missing lines', () => {
  it('of a call nobody booked yet: the call', () => {
    expect(summary(missingLines([], wanted(), at(100n)))).toEqual([['call', 0, 100n]])
  })

  it('of a call booked as wanted: none, whatever the price book says now', () => {
    const booked = missingLines([], wanted(), at(100n))
    expect(missingLines(booked, wanted(), at(999n))).toEqual([])
  })

  it('of a call that changed: a reversal and a correction', () => {
    const booked = missingLines([], wanted(), at(100n))
    const added = missingLines(booked, wanted({ feature: 'search' }), at(150n))
    expect(summary(added)).toEqual([
      ['reversal', 1, -100n],
      ['correction', 2, 150n],
    ])
    expect(net([...booked, ...added])).toEqual({ calls: 1, unpriced: 0, cost: 150n })
  })

  it('of a call that is none any more: a reversal; and a correction when it is one again', () => {
    const booked = missingLines([], wanted(), at(100n))
    const gone = [...booked, ...missingLines(booked, undefined, at(1n))]
    expect(net(gone)).toEqual({ calls: 0, unpriced: 0, cost: 0n })
    expect(missingLines(gone, undefined, at(1n))).toEqual([])
    expect(summary(missingLines(gone, wanted(), at(100n)))).toEqual([['correction', 2, 100n]])
  })

  it('of an unpriced call that is taken back: nothing costs, nothing stays unpriced', () => {
    const booked = missingLines([], wanted(), at(null))
    const all = [...booked, ...missingLines(booked, undefined, at(1n))]
    expect(net(all)).toEqual({ calls: 0, unpriced: 0, cost: 0n })
    expect(all[1]?.price.costPicoUsd).toBe(null)
  })

  it('of a call whose price was adjusted: the reversal takes back what it costs now', () => {
    const [call] = missingLines([], wanted(), at(null)) as [UsageLine]
    const adjustment: UsageLine = {
      ...call,
      ...{
        kind: 'price_adjustment',
        revision: 1,
        calls: 0,
        unpricedCalls: -1,
        price: { costPicoUsd: 70n, version: 2n },
      },
    }
    const all = [call, adjustment, ...missingLines([call, adjustment], undefined, at(1n))]
    expect(net(all)).toEqual({ calls: 0, unpriced: 0, cost: 0n })
  })

  it('does not depend on the order in which booked lines are read', () => {
    const first = missingLines([], wanted(), at(100n))
    const booked = [...first, ...missingLines(first, wanted({ model: 'm2' }), at(30n))]
    expect(missingLines([...booked].reverse(), undefined, at(1n))).toEqual(missingLines(booked, undefined, at(1n)))
  })
})
