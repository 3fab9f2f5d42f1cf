// Panels of "Fleet home" where every row leads one level down: departments, agents. In: the dashboard. Out: the same.
import { type DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { column } from '../kit/column.ts'
import { failedColumn, unpricedColumn } from '../kit/limits.ts'
import { drillUrl } from '../kit/links.ts'
import { table } from '../kit/panels.ts'
import { sqlTable } from '../kit/queries.ts'
import { COST, FAILED, latency, NO_CALLS, named, USAGE, WHOLE_HOURS } from '../kit/usage.ts'

const wide = { width: 24, height: 10, emptyText: NO_CALLS } as const

// What the tables say of a group of calls, in this order.
const FIGURES = `sum(calls) as calls, ${FAILED} as failed, ${latency(0.95)} as p95, sum(unpriced_calls) as unpriced, ${COST} as cost`
const FIGURE_COLUMNS = {
  failed: failedColumn(),
  unpriced: unpricedColumn(),
  p95: column.seconds(),
  cost: column.usd(4),
}

export const withFleetTables = (dashboard: DashboardBuilder): DashboardBuilder =>
  dashboard
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
