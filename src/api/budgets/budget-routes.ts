// Budgets over HTTP. In: list, add, change, remove. Out: each budget with where it stands now. Members read, admins change.
import { z } from 'zod'
import { ALERTS_CONFIG } from '../../../prometheus/alerts.config.ts'
import type { Clock } from '../../shared/clock.ts'
import { AppError } from '../../shared/errors.ts'
import { formatUsd } from '../../shared/money.ts'
import { type Client, type Pool, withOrg } from '../../shared/pg.ts'
import { type AnyRoute, defineRoute } from '../http/route.ts'
import { BUDGET_REASONS, BUDGET_STATES } from './assess-budget.ts'
import { budgetErrors } from './budget-errors.ts'
import { PERIODS } from './period.ts'
import { type Budget, readBudgets, SCOPES } from './read-budgets.ts'

const MONEY = z.string().regex(/^-?\d+(\.\d+)?$/)
const AMOUNT = z
  .string('write the amount as a string, e.g. "250.00"')
  .regex(/^\d{1,12}(\.\d{1,12})?$/, 'not a positive decimal amount of US dollars like "250.00"')
  .refine((text) => /[1-9]/.test(text), 'must be more than zero')
const DEFAULT_THRESHOLDS = Object.entries(ALERTS_CONFIG.cost.budgetThresholds)
  .map(([period, percents]) => `${period} ${percents.join(', ')}`)
  .join('; ')
const THRESHOLDS = z
  .array(z.number().int().min(1).max(1000))
  .min(1)
  .max(10)
  .transform((list) => [...new Set(list)].sort((a, b) => a - b))
  .describe(`percent of the amount; when left out: ${DEFAULT_THRESHOLDS}`)

const BUDGET = z
  .object({
    budget_id: z.uuid().nullable().describe('null: the monthly figure in the departments table'),
    scope: z.enum(SCOPES),
    scope_id: z.string(),
    period: z.enum(PERIODS),
    amount_usd: MONEY,
    thresholds: z.array(z.number().int()),
    period_start: z.iso.datetime(),
    period_end: z.iso.datetime(),
    used_usd: MONEY,
    used_ratio: z.number(),
    projected_usd: MONEY,
    unpriced_calls: z.string(),
    state: z.enum(BUDGET_STATES),
    reasons: z.array(z.enum(BUDGET_REASONS)),
    crossed_thresholds: z.array(z.number().int()),
    created_by: z.string(),
    updated_at: z.iso.datetime(),
  })
  .strict()

const PATH = '/api/v1/budgets'
const ID = z.object({ budget_id: z.uuid() })

export function budgetRoutes(pool: Pool, clock: Clock): AnyRoute[] {
  const one = async (client: Client, budgetId: string) => {
    const [budget] = await readBudgets(client, clock.nowMs(), budgetId)
    if (!budget) throw new AppError('not_found', `no budget ${budgetId} in this organisation`)
    return toData(budget)
  }
  const shared = { tag: 'budgets', data: BUDGET }
  return [
    defineRoute({
      ...shared,
      method: 'get',
      path: PATH,
      operationId: 'listBudgets',
      summary: 'All budgets and where they stand',
      access: 'member',
      data: z.array(BUDGET),
      handle: async ({ orgId }) => ({
        data: (await withOrg(pool, orgId, (client) => readBudgets(client, clock.nowMs()))).map(toData),
        filtersApplied: { organization_id: orgId },
      }),
    }),
    defineRoute({
      ...shared,
      method: 'get',
      path: `${PATH}/{budget_id}`,
      operationId: 'getBudget',
      summary: 'One budget and where it stands',
      access: 'member',
      params: ID,
      handle: async ({ params, orgId }) => ({
        data: await withOrg(pool, orgId, (client) => one(client, params.budget_id)),
      }),
    }),
    defineRoute({
      ...shared,
      method: 'post',
      path: PATH,
      operationId: 'addBudget',
      summary: 'Add a budget',
      access: 'admin',
      status: 201,
      body: z
        .object({
          scope: z.enum(SCOPES),
          scope_id: z.string().min(1).max(128).optional().describe('left out for scope organisation'),
          period: z.enum(PERIODS),
          amount_usd: AMOUNT,
          thresholds: THRESHOLDS.optional(),
        })
        .strict()
        .refine((body) => body.scope === 'organisation' || body.scope_id, {
          path: ['scope_id'],
          error: 'name the deal, department or agent',
        }),
      handle: ({ body, orgId, caller }) =>
        budgetErrors(() =>
          withOrg(pool, orgId, async (client) => {
            const { rows } = await client.query<{ budget_id: string }>(INSERT, [
              orgId,
              body.scope,
              body.scope_id ?? orgId,
              body.period,
              body.amount_usd,
              body.thresholds ?? null,
              caller?.userId,
            ])
            return { data: await one(client, rows[0]?.budget_id ?? '') }
          }),
        ),
    }),
    defineRoute({
      ...shared,
      method: 'patch',
      path: `${PATH}/{budget_id}`,
      operationId: 'changeBudget',
      summary: 'Change the amount or the thresholds',
      access: 'admin',
      params: ID,
      body: z
        .object({ amount_usd: AMOUNT.optional(), thresholds: THRESHOLDS.optional() })
        .strict()
        .refine((body) => body.amount_usd ?? body.thresholds, 'nothing to change: give amount_usd or thresholds'),
      handle: ({ params, body, orgId }) =>
        budgetErrors(() =>
          withOrg(pool, orgId, async (client) => {
            await client.query(UPDATE, [params.budget_id, body.amount_usd ?? null, body.thresholds ?? null])
            return { data: await one(client, params.budget_id) }
          }),
        ),
    }),
    defineRoute({
      ...shared,
      method: 'delete',
      path: `${PATH}/{budget_id}`,
      operationId: 'removeBudget',
      summary: 'Remove a budget',
      access: 'admin',
      params: ID,
      handle: ({ params, orgId }) =>
        withOrg(pool, orgId, async (client) => {
          const removed = await one(client, params.budget_id)
          await client.query('delete from budgets where budget_id = $1', [params.budget_id])
          return { data: removed }
        }),
    }),
  ]
}

const INSERT = `
  insert into budgets (org_id, scope, scope_id, period, amount_usd, thresholds, created_by)
  values ($1, $2, $3, $4, $5, $6, $7) returning budget_id`
const UPDATE = `
  update budgets set amount_usd = coalesce($2, amount_usd), thresholds = coalesce($3, thresholds) where budget_id = $1`

function toData({
  budget_id,
  scope,
  scope_id,
  period,
  thresholds,
  crossed,
  created_by,
  assessment,
  ...budget
}: Budget) {
  return {
    budget_id,
    scope,
    scope_id,
    period,
    amount_usd: formatUsd(budget.amount),
    thresholds,
    period_start: budget.period_start.toISOString(),
    period_end: budget.period_end.toISOString(),
    used_usd: formatUsd(budget.used),
    used_ratio: assessment.ratio,
    projected_usd: formatUsd(assessment.projected),
    unpriced_calls: budget.unpricedCalls.toString(),
    state: assessment.state,
    reasons: assessment.reasons,
    crossed_thresholds: [...new Set([...crossed, ...assessment.reached])].sort((a, b) => a - b),
    created_by,
    updated_at: budget.updated_at.toISOString(),
  }
}
