// `spanledger budget set|list|drop`. In: arguments. Out: rows of budgets, effective at the api's next evaluation; the
// rules are the table's own, so a refusal reads the same here and over HTTP.
import { type Command, InvalidArgumentError } from 'commander'
import type pg from 'pg'
import { budgetErrors } from '../../api/budgets/budget-errors.ts'
import { readBudgets } from '../../api/budgets/read-budgets.ts'
import { formatUsd, parseUsd } from '../../shared/money.ts'
import { withDatabase } from '../database.ts'
import { requireOrganisations } from '../organisations.ts'

interface Target {
  org: string
  scope: string
  id?: string
  period: string
}

export function addBudget(program: Command): void {
  const budget = program.command('budget').description('How much an organisation, or a part of it, may spend.')
  const target = (command: Command) =>
    command
      .requiredOption('--org <org_id>', 'organisation')
      .option('--scope <scope>', 'organisation, deal, department or agent', 'organisation')
      .option('--id <id>', 'the deal, department or agent')
      .requiredOption('--period <period>', 'day, week or month (UTC)')

  target(budget.command('set').description('Add a budget, or change the one of this scope and period.'))
    .requiredOption('--amount <usd>', 'US dollars, for example 250.00', usd)
    .option('--thresholds <percents>', 'percents of the amount that alert, for example 80,100', percents)
    .action((options: Target & { amount: string; thresholds?: number[] }) =>
      withDatabase(async (client) => {
        await requireOrganisations(client, [options.org])
        await budgetErrors(() => client.query(UPSERT, [...keyOf(options), options.amount, options.thresholds ?? null]))
        console.log(`${describe(options)}: ${options.amount} USD`)
      }),
    )

  budget
    .command('list')
    .description('Budgets and where they stand.')
    .option('--org <org_id>', 'only this organisation')
    .action(({ org }: { org?: string }) => withDatabase((client) => list(client, org)))

  target(budget.command('drop').description('Remove a budget.')).action((options: Target) =>
    withDatabase(async (client) => {
      const { rowCount } = await client.query(DELETE, keyOf(options))
      if (!rowCount) throw new Error(`there is no ${describe(options)}`)
      console.log(`${describe(options)}: removed`)
    }),
  )
}

async function list(client: pg.ClientBase, org: string | undefined): Promise<void> {
  if (org !== undefined) await requireOrganisations(client, [org])
  const budgets = (await readBudgets(client, Date.now())).filter((budget) => org === undefined || budget.org_id === org)
  for (const { org_id, scope, scope_id, period, amount, used, unpricedCalls, assessment } of budgets) {
    const unpriced = unpricedCalls > 0n ? `, ${unpricedCalls} calls without a price` : ''
    const percent = `${(assessment.ratio * 100).toFixed(1)} %`
    console.log(
      `${org_id}  ${scope} ${scope_id}  ${period}  ${formatUsd(used)} of ${formatUsd(amount)} USD (${percent})  ${assessment.state}${unpriced}`,
    )
  }
  if (budgets.length === 0) console.log('no budgets')
}

function keyOf({ org, scope, id, period }: Target): string[] {
  if (id === undefined && scope !== 'organisation') throw new Error(`--scope ${scope} needs --id: which ${scope}?`)
  return [org, scope, id ?? org, period]
}

const describe = ({ org, scope, id, period }: Target) =>
  `budget of ${org}, ${scope}${id ? ` ${id}` : ''}, per ${period}`

function usd(text: string): string {
  try {
    if (parseUsd(text) > 0n) return text
  } catch {
    // said below
  }
  throw new InvalidArgumentError('Write a positive amount like 250.00.')
}

function percents(text: string): number[] {
  const list = [...new Set(text.split(',').map(Number))].sort((a, b) => a - b)
  if (list.every((percent) => Number.isInteger(percent) && percent >= 1 && percent <= 1000)) return list
  throw new InvalidArgumentError('Write whole percents like 80,100.')
}

const UPSERT = `
  insert into budgets (org_id, scope, scope_id, period, amount_usd, thresholds, created_by)
  values ($1, $2, $3, $4, $5, $6, 'cli')
  on conflict on constraint budgets_scope_period_key do update
    set amount_usd = excluded.amount_usd,
        thresholds = case when $6::integer[] is null then budgets.thresholds else excluded.thresholds end`
const DELETE = 'delete from budgets where org_id = $1 and scope = $2 and scope_id = $3 and period = $4'
