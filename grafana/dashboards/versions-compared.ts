// Panels of "Performance" on versions: which got slower than its agent's others, and since when. In: the dashboard. Out: the same.
import { type DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { column, SECONDS } from '../kit/column.ts'
import { drillUrl } from '../kit/links.ts'
import { usdText } from '../kit/money.ts'
import { lines, table } from '../kit/panels.ts'
import { sqlSeries, sqlTable } from '../kit/queries.ts'
import { COARSE_BUCKET, COST_PER_CALL, latency, NO_CALLS, named, namedApart, USAGE } from '../kit/usage.ts'
import { ENOUGH, FIGURE_COLUMNS, FIGURES, TOO_FEW, WITHIN } from './performance-figures.ts'

export const withVersionsCompared = (dashboard: DashboardBuilder): DashboardBuilder =>
  dashboard
    .withRow(new RowBuilder('Did a version change it?'))
    .withPanel(
      table({
        title: 'Versions compared',
        description: `Versions of each agent with the change of p95 against the agent’s other versions (${ENOUGH.p95} calls each), what got slowest first. Click an agent for its course. ${WITHIN}`,
        unit: 'short',
        width: 24,
        height: 9,
        emptyText: NO_CALLS,
        columns: {
          ...FIGURE_COLUMNS,
          agent: [
            column.width(230),
            column.link('Only this agent', drillUrl('performance', { org_id: 'organisation', agent_id: 'key' })),
          ],
          key: column.hidden(),
          organisation: [column.width(110)],
          version: [column.width(80)],
          'p95 change': column.percent(),
          'cost of a call': column.usdText(),
          'first seen': [column.toTheSecond(), column.width(165)],
        },
        queries: [
          sqlTable(`
          with per_version as (
            select org_id, agent_id, version, min(hour) as first_seen, max(hour) as last_seen, ${COST_PER_CALL} as per_call, ${FIGURES},
              histogram_merge(latency_histogram) as histogram
            from ${USAGE}
            group by 1, 2, 3
          ), others as (
            select v.org_id, v.agent_id, v.version, histogram_percentile(histogram_merge(o.histogram), 0.95) / 1000 as p95
            from per_version v
            join per_version o on o.org_id = v.org_id and o.agent_id = v.agent_id and o.version <> v.version
            where v.calls >= ${ENOUGH.p95}
            group by 1, 2, 3
            having sum(o.calls) >= ${ENOUGH.p95}
          )
          select org_id as organisation, ${named('agent_id')} as agent, ${named('version')} as version, first_seen as "first seen", calls, v.p50, v.p95, v.p99,
            "1st token", failed, ${usdText('per_call')} as "cost of a call", v.p95 / others.p95 - 1 as "p95 change",
            agent_id as key
          from per_version v left join others using (org_id, agent_id, version)
          where agent_id <> ''
          order by "p95 change" desc nulls last, last_seen desc, calls desc
          limit 200`),
        ],
      }),
    )
    .withPanel(
      lines({
        title: 'p95 over time by version',
        description: `Duration that 95 % of the calls stay below, by agent and version, per hour or per UTC day beyond two days, where there are ${ENOUGH.p95} calls. Choose an agent above. ${WITHIN}`,
        unit: SECONDS,
        width: 24,
        height: 8,
        emptyText: TOO_FEW,
        queries: [
          sqlSeries(`
          with busiest as (
            select org_id, agent_id, version, ${namedApart('agent_id')} || ' ' || ${named('version')} as metric
            from ${USAGE} group by 1, 2, 3 order by sum(calls) desc limit 12
          )
          select ${COARSE_BUCKET} as time, metric, ${latency(0.95)} as p95
          from ${USAGE} join busiest using (org_id, agent_id, version)
          group by 1, 2 having sum(calls) >= ${ENOUGH.p95}
          order by 1, 2`),
        ],
      }),
    )
