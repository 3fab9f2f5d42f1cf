// "Fleet home": how is the whole fleet of agents doing, and where should I look? Every row leads one level down.
import { RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { CHANGE, changeOf, costChangeOf } from '../kit/change.ts'
import { SECONDS } from '../kit/column.ts'
import { createDashboard } from '../kit/dashboard.ts'
import { FAILED_LIMITS } from '../kit/limits.ts'
import { callsBehind, drillUrl, siblingUrl } from '../kit/links.ts'
import { lines, stackedBars, stat, statWithChange, thresholdsFrom } from '../kit/panels.ts'
import { sqlSeries, sqlTable } from '../kit/queries.ts'
import {
  COARSE_BUCKET,
  COST,
  FAILED,
  HOUR_BUCKET,
  latency,
  NO_CALLS,
  namedApart,
  USAGE,
  WHOLE_HOURS,
  withUsageFilters,
} from '../kit/usage.ts'

import { withFleetTables } from './fleet-tables.ts'

const small = { width: 8, height: 4, emptyText: NO_CALLS } as const
// High enough for the names of twenty departments.
const half = { width: 12, height: 11, emptyText: NO_CALLS } as const

const fleet = withUsageFilters(
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
      description: `From the ledger, to the cent. Calls without a price are not in it. ${CHANGE} ${WHOLE_HOURS}`,
      unit: 'string',
      ...small,
      link: { title: 'Cost management', url: drillUrl('cost-management', {}) },
      queries: [sqlTable(costChangeOf(COST))],
    }),
  )
  .withPanel(
    statWithChange({
      title: 'Model calls',
      description: `Real calls, each counted once. ${CHANGE} ${WHOLE_HOURS}`,
      unit: 'short',
      ...small,
      link: { title: 'Usage analytics', url: drillUrl('usage-analytics', {}) },
      queries: [sqlTable(changeOf('sum(calls)'))],
    }),
  )
  .withPanel(
    statWithChange({
      title: 'Failed calls',
      description: `Share of calls that ended in an error, a time-out or a rate limit. ${CHANGE} ${WHOLE_HOURS}`,
      unit: 'percentunit',
      ...small,
      decimals: 1,
      link: { title: 'GenAI health', url: drillUrl('genai-health', {}) },
      thresholds: FAILED_LIMITS,
      queries: [sqlTable(changeOf(FAILED, { change: 'points' }))],
    }),
  )
  .withPanel(
    statWithChange({
      title: 'p95 of a call',
      description: `Duration that 95 % of the calls stay below, within 2 %. ${CHANGE} ${WHOLE_HOURS}`,
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
      description: `Agents that made at least one call. ${CHANGE} ${WHOLE_HOURS}`,
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
      description: `Cost per hour, or per UTC day over longer ranges. Click a bar for its calls. ${WHOLE_HOURS}`,
      link: callsBehind('department'),
      unit: 'currencyUSD',
      ...half,
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
    lines({
      title: 'Failed calls over time by department',
      description: `Share of calls that failed, per hour or per UTC day beyond two days, where there are 20 calls. ${WHOLE_HOURS}`,
      unit: 'percentunit',
      ...half,
      emptyText: 'No hour or day with 20 calls in this range',
      queries: [
        sqlSeries(`
          select ${COARSE_BUCKET} as time, ${namedApart('department')} as metric, ${FAILED} as failed
          from ${USAGE}
          group by 1, org_id, department having sum(calls) >= 20
          order by 1, 2`),
      ],
    }).min(0),
  )

export const fleetHome = withFleetTables(fleet)
