// Where a budget stands. In: the budget, what was used, calls without a price, and now. Out: ratio, projection, state and
// the thresholds reached. Pure; money in pico-USD, so no comparison is off by a rounding.
import { formatUsd, type PicoUsd } from '../../shared/money.ts'
import { type Period, periodWindow } from './period.ts'

export const BUDGET_STATES = ['on_track', 'warning', 'exceeded'] as const
export type BudgetState = (typeof BUDGET_STATES)[number]

/** Why a budget is not plainly on track. */
export const BUDGET_REASONS = ['amount_used', 'threshold_reached', 'projected_over', 'unpriced_calls'] as const
export type BudgetReason = (typeof BUDGET_REASONS)[number]

export interface BudgetFigures {
  period: Period
  amount: PicoUsd
  /** Percent of the amount, ascending. */
  thresholds: number[]
  used: PicoUsd
  unpricedCalls: bigint
}

export interface Assessment {
  /** used ÷ amount; a copy for gauges and people, not for decisions. */
  ratio: number
  projected: PicoUsd
  state: BudgetState
  reasons: BudgetReason[]
  reached: number[]
}

/** Before this share of the period has passed, a projection would be noise: it is what was used so far. */
const SHORTEST_BASIS = 1 / 48

export function assessBudget(budget: BudgetFigures, nowMs: number): Assessment {
  const { amount, used, thresholds } = budget
  const { startMs, endMs } = periodWindow(budget.period, nowMs)
  const passed = Math.max(0, nowMs - startMs)
  const projected =
    passed / (endMs - startMs) < SHORTEST_BASIS ? used : (used * BigInt(endMs - startMs)) / BigInt(Math.round(passed))
  const reasons = reasonsOf(budget, projected)
  return {
    ratio: Number(formatUsd(used)) / Number(formatUsd(amount)),
    projected,
    state: reasons.includes('amount_used') ? 'exceeded' : reasons.length > 0 ? 'warning' : 'on_track',
    reasons,
    reached: thresholds.filter((percent) => used * 100n >= amount * BigInt(percent)),
  }
}

/** Calls without a price make the used figure a lower bound, so they are a reason of their own. */
function reasonsOf({ amount, used, thresholds, unpricedCalls }: BudgetFigures, projected: PicoUsd): BudgetReason[] {
  const reasons: BudgetReason[] = []
  if (used >= amount) reasons.push('amount_used')
  if (used * 100n >= amount * warnFrom(thresholds)) reasons.push('threshold_reached')
  if (projected > amount) reasons.push('projected_over')
  if (unpricedCalls > 0n) reasons.push('unpriced_calls')
  return reasons
}

/**
 * Percent from which a budget is no longer on track: its last threshold below 100. Those before it say how far it is, not
 * that something is wrong: half of a month's budget is used in every month that goes well.
 */
const warnFrom = (thresholds: number[]): bigint => BigInt(thresholds.findLast((percent) => percent < 100) ?? 100)
