// The rows the demo's telemetry refers to: organisations, deals, departments with budgets, environments, agents. In: the
// fleet, and how much traffic a month brings. Out: rows inserted as owner; rows that are there already stay.
import type pg from 'pg'
import { CACHED_CALLS, ENVIRONMENTS, INPUT_TOKENS, type MODELS, OUTPUT_TOKENS } from './distributions.ts'
import type { Organisation } from './fleet.ts'

/** Budget against the spend a normal month brings, in turn: one department is over, one close to it. */
const BUDGET_FACTORS = [1.35, 0.85, 1.6, 1.04, 1.8, 1.45, 2, 1.7, 1.5, 1.9]
/** Chat calls per trace, over all features. */
const CALLS_PER_TRACE = 0.86
/** A cached token costs a tenth; about 65 % of the prompt is cached where any is. */
const CACHE_SAVING = 1 - CACHED_CALLS * 0.65 * 0.9

const mean = ({ median, sigma }: { median: number; sigma: number }): number => median * Math.exp(sigma ** 2 / 2)

const usdPerTrace = (model: (typeof MODELS)[number]): number =>
  (CALLS_PER_TRACE * (mean(INPUT_TOKENS) * CACHE_SAVING * model.inputUsd + mean(OUTPUT_TOKENS) * model.outputUsd)) / 1e6

/** Budgets in whole dollars; an estimate, since only the price book prices. */
export function budgetsOf(organisation: Organisation, tracesPerMonth: number): Map<string, number> {
  const spend = new Map<string, number>()
  for (const [index, agent] of organisation.agents.entries()) {
    const usd = usdPerTrace(agent.model) * (organisation.agentWeights[index] ?? 0) * tracesPerMonth * organisation.share
    spend.set(agent.department, (spend.get(agent.department) ?? 0) + usd)
  }
  return new Map(
    organisation.departments.map(({ name }, index) => {
      const factor = BUDGET_FACTORS[index % BUDGET_FACTORS.length] ?? 1.5
      return [name, Math.max(1, Math.round((spend.get(name) ?? 0) * factor))]
    }),
  )
}

const INSERTS = {
  organisation: 'insert into organisations (org_id, name) values ($1, $2) on conflict do nothing',
  deal: 'insert into deals (org_id, deal_id, name) values ($1, $2, $3) on conflict do nothing',
  environment: 'insert into environments (org_id, environment) values ($1, $2) on conflict do nothing',
  department: `insert into departments (org_id, department, owner, budget_usd_month) values ($1, $2, $3, $4)
    on conflict do nothing`,
  agent: `insert into agents (org_id, agent_id, name, department, environment, version, status, owner_team, replacement)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing`,
} as const

export async function insertReferenceRows(
  client: pg.ClientBase,
  fleet: readonly Organisation[],
  tracesPerMonth: number,
): Promise<void> {
  for (const organisation of fleet) {
    const { orgId } = organisation
    const budgets = budgetsOf(organisation, tracesPerMonth)
    await client.query(INSERTS.organisation, [orgId, organisation.name])
    for (const { dealId, name } of organisation.deals) await client.query(INSERTS.deal, [orgId, dealId, name])
    for (const { name } of ENVIRONMENTS) await client.query(INSERTS.environment, [orgId, name])
    for (const { name, owner } of organisation.departments) {
      await client.query(INSERTS.department, [orgId, name, owner, budgets.get(name)])
    }
    for (const agent of organisation.agents) {
      await client.query(INSERTS.agent, [
        orgId,
        agent.id,
        agent.name,
        agent.department,
        agent.environment,
        agent.version,
        agent.status,
        agent.ownerTeam,
        agent.replacement,
      ])
    }
  }
}
