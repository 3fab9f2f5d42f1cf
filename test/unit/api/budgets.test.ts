// Budget arithmetic: periods, projection, state, thresholds.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assessBudget } from '../../../src/api/budgets/assess-budget.ts'
import { type Period, periodWindow } from '../../../src/api/budgets/period.ts'
import { formatUsd, parseUsd } from '../../../src/shared/money.ts'
import { runs } from '../../support/property-runs.ts'

const iso = (ms: number) => new Date(ms).toISOString()

describe('a period', () => {
  it.each<[Period, string, string, string]>([
    ['day', '2026-03-10T23:59:59.999Z', '2026-03-10T00:00:00.000Z', '2026-03-11T00:00:00.000Z'],
    ['week', '2026-03-15T23:59:59.999Z', '2026-03-09T00:00:00.000Z', '2026-03-16T00:00:00.000Z'],
    ['week', '2026-03-09T00:00:00.000Z', '2026-03-09T00:00:00.000Z', '2026-03-16T00:00:00.000Z'],
    ['week', '2026-01-01T12:00:00.000Z', '2025-12-29T00:00:00.000Z', '2026-01-05T00:00:00.000Z'],
    ['month', '2028-02-29T12:00:00.000Z', '2028-02-01T00:00:00.000Z', '2028-03-01T00:00:00.000Z'],
    ['month', '2026-12-31T12:00:00.000Z', '2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
  ])('%s at %s is from %s to %s', (period, now, start, end) => {
    const window = periodWindow(period, Date.parse(now))
    expect([iso(window.startMs), iso(window.endMs)]).toEqual([start, end])
  })

  it('always holds the moment it was asked for, and ends where the next begins', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Period>('day', 'week', 'month'),
        fc.integer({ min: 0, max: 4e12 }),
        (period, nowMs) => {
          const { startMs, endMs } = periodWindow(period, nowMs)
          expect(startMs <= nowMs && nowMs < endMs).toBe(true)
          expect(periodWindow(period, endMs).startMs).toBe(endMs)
        },
      ),
      runs(100),
    )
  })
})

describe('a budget of 100 USD a day at noon', () => {
  const noon = Date.parse('2026-03-10T12:00:00Z')
  const assess = (used: string, unpricedCalls = 0n, thresholds = [80, 100]) =>
    assessBudget({ period: 'day', amount: parseUsd('100'), thresholds, used: parseUsd(used), unpricedCalls }, noon)

  it.each([
    ['0', 'on_track', [], []],
    ['50', 'on_track', [], []],
    ['50.000000000001', 'warning', ['projected_over'], []],
    ['79.999999999999', 'warning', ['projected_over'], []],
    ['80', 'warning', ['threshold_reached', 'projected_over'], [80]],
    ['99.999999999999', 'warning', ['threshold_reached', 'projected_over'], [80]],
    ['100', 'exceeded', ['amount_used', 'threshold_reached', 'projected_over'], [80, 100]],
    ['100.000000000001', 'exceeded', ['amount_used', 'threshold_reached', 'projected_over'], [80, 100]],
    ['-5', 'on_track', [], []],
  ])('with %s USD used is %s', (used, state, reasons, reached) => {
    expect(assess(used)).toMatchObject({ state, reasons, reached })
  })

  it('with a call without a price is never plainly on track', () => {
    expect(assess('1', 1n)).toMatchObject({ state: 'warning', reasons: ['unpriced_calls'] })
    expect(assess('1', 0n)).toMatchObject({ state: 'on_track', reasons: [] })
  })

  it('projects what was used over the part of the day that passed', () => {
    expect(formatUsd(assess('30').projected)).toBe('60')
  })

  it.each([
    [[50, 80, 100], '79', 'on_track'],
    [[50, 80, 100], '80', 'warning'],
    [[50, 80, 100, 150], '80', 'warning'],
    [[100], '99', 'on_track'],
    [[100], '100', 'exceeded'],
    [[50], '50', 'warning'],
  ])('with thresholds %j and %s USD used at its end is %s', (thresholds, used, state) => {
    const figures = { period: 'day' as const, amount: parseUsd('100'), used: parseUsd(used), unpricedCalls: 0n }
    expect(assessBudget({ ...figures, thresholds }, Date.parse('2026-03-10T23:59:59Z'))).toMatchObject({ state })
  })

  it('does not project from the first minutes', () => {
    const justAfterMidnight = Date.parse('2026-03-10T00:05:00Z')
    const budget = {
      period: 'day' as const,
      amount: parseUsd('100'),
      thresholds: [80],
      used: parseUsd('1'),
      unpricedCalls: 0n,
    }
    expect(assessBudget(budget, justAfterMidnight)).toMatchObject({ state: 'on_track', projected: parseUsd('1') })
  })
})
