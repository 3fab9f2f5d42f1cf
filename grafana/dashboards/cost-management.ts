// "Cost management": who spends it, is that within budget, and which provider gives most for it?
import { RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { CHANGE, changeOf, costChangeOf } from '../kit/change.ts'
import { column } from '../kit/column.ts'
import { createDashboard } from '../kit/dashboard.ts'
import { failedColumn, UNPRICED_LIMITS, unpricedColumn } from '../kit/limits.ts'
import { callsBehind, callsLink, cell, drillUrl, UNPRICED_CALLS_LINK } from '../kit/links.ts'
import { usdText } from '../kit/money.ts'
import { stackedBars, stat, statWithChange, table } from '../kit/panels.ts'
import { sqlSeries, sqlTable } from '../kit/queries.ts'
import {
  COST,
  COST_PER_CALL,
  FAILED,
  HOUR_BUCKET,
  IN_DAYS,
  latency,
  NO_CALLS,
  named,
  namedApart,
  USAGE,
  USAGE_FILTERS,
  WHOLE_DAYS,
  WHOLE_HOURS,
  withUsageFilters,
} from '../kit/usage.ts'
import { withBudgetPanels } from './cost-budgets.ts'

const small = { width: 6, height: 4, emptyText: NO_CALLS } as const
const wide = { width: 24, height: 9, emptyText: NO_CALLS } as const

const spenders = withBudgetPanels(
  withUsageFilters(
    createDashboard({
      uid: 'cost-management',
      title: 'Cost management',
      question: 'Who spends the money, is it within budget, and which provider gives most for it?',
      from: 'now-30d',
      refresh: '5m',
    }),
  )
    .withRow(new RowBuilder('How much'))
    .withPanel(
      statWithChange({
        title: 'Cost',
        description: `From the ledger, to the cent. Calls without a price are not in it. ${CHANGE} ${WHOLE_HOURS}`,
        unit: 'string',
        ...small,
        link: callsLink({}),
        queries: [sqlTable(costChangeOf(COST))],
      }),
    )
    .withPanel(
      statWithChange({
        title: 'Cost of a call',
        description: `Mean cost of the calls that have a price. ${CHANGE} ${WHOLE_HOURS}`,
        unit: 'string',
        ...small,
        queries: [sqlTable(costChangeOf(COST_PER_CALL))],
      }),
    )
    .withPanel(
      statWithChange({
        title: 'Tokens',
        description: `Input and output tokens of all calls. ${CHANGE} ${WHOLE_HOURS}`,
        unit: 'short',
        ...small,
        queries: [sqlTable(changeOf('sum(input_tokens + output_tokens)'))],
      }),
    )
    .withPanel(
      stat({
        title: 'Unpriced calls',
        description: `Calls whose cost is unknown, not zero, because their model has no price. ${WHOLE_HOURS}`,
        unit: 'short',
        ...small,
        thresholds: UNPRICED_LIMITS,
        link: UNPRICED_CALLS_LINK,
        queries: [sqlTable(`select sum(unpriced_calls) as "unpriced" from ${USAGE}`)],
      }),
    ),
)

export const costManagement = spenders
  .withRow(new RowBuilder('Who'))
  .withPanel(
    stackedBars({
      title: 'Cost over time by department',
      description: `Cost per hour, or per UTC day over longer ranges, by department. Click a bar for its calls. ${WHOLE_HOURS}`,
      unit: 'currencyUSD',
      ...wide,
      link: callsBehind('department', USAGE_FILTERS),
      queries: [
        sqlSeries(`
          select ${HOUR_BUCKET} as time, ${namedApart('department')} as metric, ${COST} as cost
          from ${USAGE}
          group by 1, org_id, department
          order by 1, 2`),
      ],
    }),
  )
  .withPanel(
    table({
      title: 'By agent',
      description: `Cost, calls, and cost of a call by agent. Click an agent for its performance. ${WHOLE_HOURS}`,
      unit: 'short',
      ...wide,
      columns: {
        agent: [
          column.width(230),
          column.link(
            'Performance of this agent',
            drillUrl('performance', { org_id: 'organisation', agent_id: 'key' }),
          ),
        ],
        cost: column.usd(4),
        unpriced: unpricedColumn(),
        'cost of a call': column.usdText(),
        key: column.hidden(),
      },
      queries: [
        sqlTable(`
          with spend as (
            select org_id, agent_id, sum(calls) as calls, sum(unpriced_calls) as unpriced, ${COST} as cost, ${COST_PER_CALL} as per_call
            from ${USAGE}
            group by 1, 2
          )
          select org_id as organisation, ${named('agent_id')} as agent, coalesce(department, '') as department,
            coalesce(owner_team, '') as owner, cost, ${usdText('per_call')} as "cost of a call", calls, unpriced, agent_id as key
          from spend left join agents using (org_id, agent_id)
          order by cost desc nulls last
          limit 200`),
      ],
    }),
  )
  .withPanel(
    table({
      title: 'By deal',
      description: `Cost and calls by deal. Click a deal for its usage and cost. ${WHOLE_DAYS}`,
      unit: 'short',
      ...wide,
      columns: {
        cost: column.usd(4),
        unpriced: unpricedColumn(),
        key: column.hidden(),
        deal: [
          column.link(
            'Usage and cost of this deal',
            drillUrl('usage-and-cost', { org_id: 'organisation', deal_id: 'key' }),
          ),
        ],
      },
      queries: [
        sqlTable(`
          with spend as (
            select org_id, deal_id, sum(calls) as calls, sum(unpriced_calls) as unpriced, ${COST} as cost
            from usage_daily where ${IN_DAYS}
            group by 1, 2
          )
          select org_id as organisation, ${named('deal_id')} as deal, coalesce(name, '') as name, cost, calls, unpriced, deal_id as key
          from spend left join deals using (org_id, deal_id)
          order by cost desc nulls last
          limit 200`),
      ],
    }),
  )
  .withRow(new RowBuilder('For what'))
  .withPanel(
    table({
      title: 'Providers and models compared',
      description: `Cost per call and per million tokens beside failures and speed, by provider and model. ${WHOLE_HOURS}`,
      unit: 'short',
      ...wide,
      columns: {
        model: [
          column.link('The calls behind it', callsLink({ provider: cell('provider'), model: cell('model') }).url),
        ],
        cost: column.usd(4),
        unpriced: unpricedColumn(),
        'cost of a call': column.usdText(),
        'per million tokens': column.usd(3),
        failed: failedColumn(),
        p95: column.seconds(),
      },
      queries: [
        sqlTable(`
          with models as (
            select provider, model, sum(calls) as calls, ${COST} as cost, ${COST_PER_CALL} as per_call,
            case when sum(unpriced_calls) = 0 then ${COST} * 1000000 / nullif(sum(input_tokens + output_tokens), 0) end as "per million tokens",
            ${FAILED} as failed, ${latency(0.95)} as "p95", sum(unpriced_calls) as unpriced
            from ${USAGE}
            group by 1, 2
          )
          select provider, model, calls, cost, ${usdText('per_call')} as "cost of a call", "per million tokens", failed, "p95", unpriced
          from models
          order by cost desc nulls last
          limit 100`),
      ],
    }),
  )
