// "Fleet home": how is the whole fleet of agents doing, and where should I look? Every row leads one level down.
import { RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { column, SECONDS } from '../kit/column.ts'
import { createDashboard } from '../kit/dashboard.ts'
import { drillUrl, siblingUrl } from '../kit/links.ts'
import { lines, stackedBars, stat, statWithChange, table, thresholdsFrom } from '../kit/panels.ts'
import { sqlSeries, sqlTable } from '../kit/queries.ts'
import {
  COST,
  changeOf,
  FAILED,
  HOUR_BUCKET,
  latency,
  NO_CALLS,
  named,
  USAGE,
  WHOLE_HOURS,
  withUsageFilters,
} from '../kit/usage.ts'

const small = { width: 8, height: 4, emptyText: NO_CALLS } as const
const half = { width: 12, height: 8, emptyText: NO_CALLS } as const
const wide = { width: 24, height: 10, emptyText: NO_CALLS } as const

// What the tables say of a group of calls, in this order.
const FIGURES = `sum(calls) as calls, ${FAILED} as failed, ${latency(0.95)} as p95, sum(unpriced_calls) as unpriced, ${COST} as cost`
const FIGURE_COLUMNS = {
  failed: column.percent(),
  p95: column.seconds(),
  cost: column.usd(4),
}

export const fleetHome = withUsageFilters(
  createDashboard({
    uid: 'fleet-home',
    title: 'Fleet home',
    question: 'How is the fleet of agents doing, and where should I look next?',
    from: 'now-7d',
    refresh: '1m',
  }),
)
  .withRow(new RowBuilder('How is the fleet?'))
  .withPanel(
    statWithChange({
      title: 'Cost',
      description: `Exact, from the ledger, against as many hours before. ${WHOLE_HOURS}`,
      unit: 'currencyUSD',
      ...small,
      decimals: 2,
      link: { title: 'Cost management', url: drillUrl('cost-management', {}) },
      queries: [sqlTable(changeOf(COST))],
    }),
  )
  .withPanel(
    statWithChange({
      title: 'Model calls',
      description: `Real calls, each counted once, against as many hours before. ${WHOLE_HOURS}`,
      unit: 'short',
      ...small,
      link: { title: 'Usage analytics', url: drillUrl('usage-analytics', {}) },
      queries: [sqlTable(changeOf('sum(calls)'))],
    }),
  )
  .withPanel(
    statWithChange({
      title: 'Failed calls',
      description: `Share of calls that ended in an error, a time-out or a rate limit. ${WHOLE_HOURS}`,
      unit: 'percentunit',
      ...small,
      decimals: 1,
      link: { title: 'GenAI health', url: drillUrl('genai-health', {}) },
      queries: [sqlTable(changeOf(FAILED))],
    }),
  )
  .withPanel(
    statWithChange({
      title: 'p95 of a call',
      description: `Duration that 95 % of the calls stay below, within 2 %. ${WHOLE_HOURS}`,
      unit: SECONDS,
      ...small,
      decimals: 2,
      link: { title: 'Performance', url: drillUrl('performance', {}) },
      queries: [sqlTable(changeOf(latency(0.95)))],
    }),
  )
  .withPanel(
    statWithChange({
      title: 'Active agents',
      description: `Agents that made at least one call. ${WHOLE_HOURS}`,
      unit: 'short',
      ...small,
      queries: [sqlTable(changeOf(`count(distinct (org_id, agent_id)) filter (where agent_id <> '')::float8`))],
    }),
  )
  .withPanel(
    stat({
      title: 'Alerts firing',
      description: 'Alerts that fire now for the chosen organisations or the platform, whatever the time range.',
      unit: 'short',
      ...small,
      thresholds: thresholdsFrom([1, 'red']),
      link: { title: 'Alerts', url: siblingUrl('alerts') },
      queries: [
        sqlTable(
          `select count(*) as "firing" from alert_instances where status = 'firing' and (org_id in ($org_id) or org_id = '_platform')`,
        ),
      ],
    }),
  )
  .withPanel(
    stackedBars({
      title: 'Cost over time by department',
      description: `Cost per hour, or per UTC day over longer ranges. ${WHOLE_HOURS}`,
      unit: 'currencyUSD',
      ...half,
      queries: [
        sqlSeries(`
          select ${HOUR_BUCKET} as time, ${named('department')} as metric, ${COST} as cost
          from ${USAGE}
          group by 1, 2
          order by 1, 2`),
      ],
    }),
  )
  .withPanel(
    lines({
      title: 'Failed calls over time by department',
      description: `Share of calls that failed, per hour or per UTC day beyond two days, where there are 20 calls. ${WHOLE_HOURS}`,
      unit: 'percentunit',
      ...half,
      emptyText: 'No hour or day with 20 calls in this range',
      queries: [
        sqlSeries(`
          select ${HOUR_BUCKET.replace('8 days', '2 days')} as time, ${named('department')} as metric, ${FAILED} as failed
          from ${USAGE}
          group by 1, 2 having sum(calls) >= 20
          order by 1, 2`),
      ],
    }).min(0),
  )
  .withRow(new RowBuilder('Where should I look?'))
  .withPanel(
    table({
      title: 'Departments',
      description: `What each department uses. Click one to see only its agents. ${WHOLE_HOURS}`,
      unit: 'short',
      ...wide,
      height: 8,
      columns: {
        ...FIGURE_COLUMNS,
        department: [
          column.link('Only this department', drillUrl('fleet-home', { org_id: 'organisation', department: 'key' })),
        ],
        key: column.hidden(),
      },
      queries: [
        sqlTable(`
          select org_id as organisation, ${named('department')} as department, count(distinct nullif(agent_id, '')) as agents,
            ${FIGURES}, department as key
          from ${USAGE}
          group by org_id, usage.department
          order by cost desc nulls last
          limit 100`),
      ],
    }),
  )
  .withPanel(
    table({
      title: 'Agents',
      description: `Every agent with its department and version, the most expensive first. Click one for its performance and its traces. ${WHOLE_HOURS}`,
      unit: 'short',
      ...wide,
      columns: {
        ...FIGURE_COLUMNS,
        agent: [
          column.link(
            'Performance of this agent',
            drillUrl('performance', { org_id: 'organisation', agent_id: 'key' }),
          ),
        ],
        key: column.hidden(),
      },
      queries: [
        sqlTable(`
          with used as (
            select org_id, department, agent_id, string_agg(distinct nullif(version, ''), ', ') as versions, ${FIGURES}
            from ${USAGE}
            group by 1, 2, 3
          )
          select used.org_id as organisation, coalesce(nullif(used.department, ''), '(none)') as department,
            coalesce(nullif(a.name, ''), nullif(used.agent_id, ''), '(none)') as agent, coalesce(versions, '') as versions,
            coalesce(a.status, '') as status, coalesce(a.owner_team, '') as owner, calls, failed, p95, unpriced, cost, used.agent_id as key
          from used
          left join agents a on a.org_id = used.org_id and a.agent_id = used.agent_id
          order by cost desc nulls last
          limit 200`),
      ],
    }),
  )
