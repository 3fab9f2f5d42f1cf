// Looks at every budget and at spend, every few seconds. In: the ledger's daily and hourly roll-ups. Out: gauges for the
// alerts, and a row in budget_crossings the first time a threshold is reached in a period. The row comes before the gauge,
// so that a restart in between repeats nothing and loses nothing. A period that is over is looked at for some hours more.
import type { Clock } from '../../shared/clock.ts'
import { formatUsd } from '../../shared/money.ts'
import { type Pool, withOrg } from '../../shared/pg.ts'
import { withAllOrganisations } from '../all-organisations.ts'
import type { ApiMetrics } from '../metrics.ts'
import { BUDGET_STATES } from './assess-budget.ts'
import { type Budget, readBudgets, readEndedBudgets } from './read-budgets.ts'
import { readSpend, type Spend } from './read-spend.ts'

export function createBudgetJob(pool: Pool, metrics: ApiMetrics, clock: Clock): () => Promise<void> {
  const told: ToldThresholds = new Map()
  return async () => {
    const nowMs = clock.nowMs()
    const { budgets, ended, spend } = await withAllOrganisations(pool, async (client) => ({
      budgets: await readBudgets(client, nowMs),
      ended: await readEndedBudgets(client, nowMs),
      spend: await readSpend(client, nowMs),
    }))
    await noteCrossings(pool, [...budgets, ...ended], nowMs)
    setBudgetGauges(metrics, budgets)
    setCrossings(metrics, [...budgets.map(toStanding), ...ended.map(toLeaving)], told, nowMs)
    setSpendGauges(metrics, spend, budgets)
  }
}

async function noteCrossings(pool: Pool, budgets: Budget[], nowMs: number): Promise<void> {
  const crossing = budgets.filter(({ assessment, crossed }) => assessment.reached.some((t) => !crossed.includes(t)))
  for (const [orgId, own] of Map.groupBy(crossing, (budget) => budget.org_id)) {
    await withOrg(pool, orgId, async (client) => {
      for (const budget of own) {
        const { scope, scope_id, period, period_start, amount, used, assessment } = budget
        const values = [
          orgId,
          scope,
          scope_id,
          period,
          period_start,
          formatUsd(amount),
          assessment.reached,
          formatUsd(used),
          new Date(nowMs),
        ]
        await client.query(INSERT_CROSSINGS, values)
      }
    })
  }
}

const INSERT_CROSSINGS = `
  insert into budget_crossings (org_id, scope, scope_id, period, period_start, amount_usd, threshold, used_usd, crossed_at)
  select $1, $2, $3, $4, $5, $6, threshold, $8, $9 from unnest($7::integer[]) as threshold
  on conflict do nothing`

const inUsd = (pico: bigint) => Number(formatUsd(pico))

/** Reset and set without waiting in between: a scrape sees all of the old or all of the new. */
function setBudgetGauges(metrics: ApiMetrics, budgets: Budget[]): void {
  for (const gauge of [
    metrics.budgetUsedRatio,
    metrics.budgetUsedUsd,
    metrics.budgetAmountUsd,
    metrics.budgetProjectedUsd,
    metrics.budgetUnpricedCalls,
    metrics.budgetState,
  ])
    gauge.reset()
  for (const { org_id, scope, scope_id, period, amount, used, unpricedCalls, assessment } of budgets) {
    const labels = { org_id, scope, scope_id, period }
    metrics.budgetUsedRatio.set(labels, assessment.ratio)
    metrics.budgetUsedUsd.set(labels, inUsd(used))
    metrics.budgetAmountUsd.set(labels, inUsd(amount))
    metrics.budgetProjectedUsd.set(labels, inUsd(assessment.projected))
    metrics.budgetUnpricedCalls.set(labels, Number(unpricedCalls))
    for (const state of BUDGET_STATES) metrics.budgetState.set({ ...labels, state }, state === assessment.state ? 1 : 0)
  }
}

/** What `budget_threshold_crossed` said, and until when it is kept. */
type ToldThresholds = Map<string, { labels: Record<'org_id' | 'threshold', string>; untilMs: number }>

/** The alert looks back over a gap, so a threshold whose budget or period is over says 0 for a while before it goes. */
const TOLD_MS = 30 * 60_000

/** A budget and what is to be said about its thresholds. */
interface Standing {
  budget: Budget
  shown: number[]
  isCrossed: (threshold: number) => boolean
}

const toStanding = (budget: Budget): Standing => ({
  budget,
  shown: budget.thresholds,
  isCrossed: (threshold) => budget.crossed.includes(threshold) || budget.assessment.reached.includes(threshold),
})

/** Of a period that is over, only what was crossed lately: its last moments, or late calls. */
function toLeaving(budget: Budget): Standing {
  const { thresholds, crossed, crossed_lately: lately, assessment } = budget
  const isNew = (threshold: number) => assessment.reached.includes(threshold) && !crossed.includes(threshold)
  return {
    budget,
    shown: thresholds.filter((threshold) => lately.includes(threshold) || isNew(threshold)),
    isCrossed: () => true,
  }
}

function setCrossings(metrics: ApiMetrics, standings: Standing[], told: ToldThresholds, nowMs: number): void {
  const gauge = metrics.budgetThresholdCrossed
  gauge.reset()
  metrics.budgetPeriodUsedRatio.reset()
  for (const [key, { labels, untilMs }] of told) {
    if (untilMs < nowMs) told.delete(key)
    else gauge.set(labels, 0)
  }
  for (const { budget, shown, isCrossed } of standings) {
    const { org_id, scope, scope_id, period, period_start, assessment } = budget
    const of = { org_id, scope, scope_id, period, period_start: period_start.toISOString().slice(0, 10) }
    if (shown.length > 0) metrics.budgetPeriodUsedRatio.set(of, assessment.ratio)
    for (const threshold of shown) {
      const labels = { ...of, threshold: String(threshold) }
      told.set(JSON.stringify(labels), { labels, untilMs: nowMs + TOLD_MS })
      gauge.set(labels, isCrossed(threshold) ? 1 : 0)
    }
  }
}

function setSpendGauges(metrics: ApiMetrics, spend: Spend[], budgets: Budget[]): void {
  metrics.spendUsd.reset()
  metrics.spendDailyAverageUsd.reset()
  metrics.spendDailyLimitUsd.reset()
  for (const { org_id, hour_usd, day_usd, daily_average_usd } of spend) {
    metrics.spendUsd.set({ org_id, window: 'hour' }, Number(hour_usd))
    metrics.spendUsd.set({ org_id, window: 'day' }, Number(day_usd))
    if (daily_average_usd !== null) metrics.spendDailyAverageUsd.set({ org_id }, Number(daily_average_usd))
  }
  for (const { org_id, scope, period, amount } of budgets) {
    if (scope === 'organisation' && period === 'day') metrics.spendDailyLimitUsd.set({ org_id }, inUsd(amount))
  }
}
