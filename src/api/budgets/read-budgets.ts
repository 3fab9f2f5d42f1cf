// Reads budgets with what was used of them. In: a client (bound to an organisation, or the superadmin reader) and now.
// Out: each budget assessed, and the thresholds already noted as crossed in its current period.
import { type PicoUsd, parseUsd } from '../../shared/money.ts'
import type { Client } from '../../shared/pg.ts'
import { type Assessment, assessBudget } from './assess-budget.ts'
import type { Period } from './period.ts'

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
}

export interface Budget extends Omit<Row, 'amount_usd' | 'used_usd' | 'unpriced_calls'> {
  amount: PicoUsd
  used: PicoUsd
  unpricedCalls: bigint
  assessment: Assessment
}

export async function readBudgets(client: Client, nowMs: number, budgetId?: string): Promise<Budget[]> {
  const { rows } = await client.query<Row>(SELECT, [new Date(nowMs), budgetId ?? null])
  return rows.map(({ amount_usd, used_usd, unpriced_calls, ...row }) => {
    const figures = { amount: parseUsd(amount_usd), used: parseUsd(used_usd), unpricedCalls: BigInt(unpriced_calls) }
    return { ...row, ...figures, assessment: assessBudget({ ...row, ...figures }, nowMs) }
  })
}

const SELECT = `
  select budget_id, org_id, scope, scope_id, period, amount_usd::text, thresholds, created_by, updated_at,
         period_start, period_end, used_usd::text, unpriced_calls::text,
         array(select c.threshold from budget_crossings c
                where c.org_id = b.org_id and c.period_start = b.period_start and c.period = b.period and c.scope = b.scope
                  and c.scope_id = b.scope_id and c.amount_usd = b.amount_usd
                order by c.threshold) as crossed
    from budget_usage($1) b
   where $2::uuid is null or budget_id = $2`
