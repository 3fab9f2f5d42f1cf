// Reads budgets with what was used of them. In: a client (bound to an organisation, or the superadmin reader) and now.
// Out: each budget assessed, and the thresholds already noted as crossed in its period: the current one, or the one before
// while its last calls may still be booked.
import { type PicoUsd, parseUsd } from '../../shared/money.ts'
import type { Client } from '../../shared/pg.ts'
import { type Assessment, assessBudget } from './assess-budget.ts'
import { type Period, periodWindow } from './period.ts'

export const SCOPES = ['organisation', 'deal', 'department', 'agent'] as const
export type Scope = (typeof SCOPES)[number]

interface Row {
  budget_id: string | null
  org_id: string
  scope: Scope
  scope_id: string
  period: Period
  amount_usd: string
  thresholds: number[]
  created_by: string
  updated_at: Date
  period_start: Date
  period_end: Date
  used_usd: string
  unpriced_calls: string
  crossed: number[]
  /** Of these, what was noted within `TOLD_AFTER_END_MS` before now. */
  crossed_lately: number[]
}

export interface Budget extends Omit<Row, 'amount_usd' | 'used_usd' | 'unpriced_calls'> {
  amount: PicoUsd
  used: PicoUsd
  unpricedCalls: bigint
  assessment: Assessment
}

/** As long after a period's end it is assessed too: the api may have been away, and the collector's queue delivers late. */
const ASSESSED_AFTER_END_MS = 6 * 3_600_000
/** As long a crossing is shown, although its period is over: Prometheus must have seen it. */
const TOLD_AFTER_END_MS = 3_600_000

export const readBudgets = (client: Client, nowMs: number, budgetId?: string): Promise<Budget[]> =>
  readBudgetsAt(client, nowMs, nowMs, budgetId)

/**
 * Budgets in the period that ended last, as long as its calls may still be booked; else none. Every period ends at midnight
 * (UTC). A budget that was made or changed since did not hold then.
 */
export async function readEndedBudgets(client: Client, nowMs: number): Promise<Budget[]> {
  const { startMs: midnightMs } = periodWindow('day', nowMs)
  if (nowMs - midnightMs >= ASSESSED_AFTER_END_MS) return []
  const budgets = await readBudgetsAt(client, midnightMs - 1, nowMs)
  return budgets.filter(
    ({ period_end, updated_at }) => period_end.getTime() === midnightMs && updated_at.getTime() < midnightMs,
  )
}

async function readBudgetsAt(client: Client, atMs: number, nowMs: number, budgetId?: string): Promise<Budget[]> {
  const lately = new Date(nowMs - TOLD_AFTER_END_MS)
  const { rows } = await client.query<Row>(SELECT, [new Date(atMs), budgetId ?? null, lately])
  return rows.map(({ amount_usd, used_usd, unpriced_calls, ...row }) => {
    const figures = { amount: parseUsd(amount_usd), used: parseUsd(used_usd), unpricedCalls: BigInt(unpriced_calls) }
    return { ...row, ...figures, assessment: assessBudget({ ...row, ...figures }, atMs) }
  })
}

const CROSSED = `
  select c.threshold from budget_crossings c
   where c.org_id = b.org_id and c.period_start = b.period_start and c.period = b.period and c.scope = b.scope
     and c.scope_id = b.scope_id and c.amount_usd = b.amount_usd`
const SELECT = `
  select budget_id, org_id, scope, scope_id, period, amount_usd::text, thresholds, created_by, updated_at,
         period_start, period_end, used_usd::text, unpriced_calls::text,
         array(${CROSSED} order by c.threshold) as crossed,
         array(${CROSSED} and c.crossed_at > $3 order by c.threshold) as crossed_lately
    from budget_usage($1) b
   where $2::uuid is null or budget_id = $2`
