// "Performance": how fast are model calls, for which agent, model and feature, and did a version change it?
import { RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { CHANGE, changeOf } from '../kit/change.ts'
import { column, SECONDS } from '../kit/column.ts'
import { createDashboard } from '../kit/dashboard.ts'
import { drillUrl } from '../kit/links.ts'
import { lines, statWithChange, table } from '../kit/panels.ts'
import { sqlSeries, sqlTable } from '../kit/queries.ts'
import {
  COARSE_BUCKET,
  firstToken,
  HOUR_BUCKET,
  latency,
  NO_CALLS,
  named,
  USAGE,
  withUsageFilters,
} from '../kit/usage.ts'
import { ENOUGH, FIGURE_COLUMNS, FIGURES, ofEnough, TOO_FEW, WITHIN } from './performance-figures.ts'
import { withSlowestCalls } from './slowest-calls.ts'
import { withVersionsCompared } from './versions-compared.ts'

const small = { width: 6, height: 4, emptyText: NO_CALLS } as const
const half = { width: 12, height: 8, emptyText: NO_CALLS } as const
const ranking = (title: string, dimension: 'agent_id' | 'model' | 'feature' | 'environment', what: string) =>
  table({
    title,
    description: `${what}, the slowest first; “1st token” is the p95 of the time to it. ${WITHIN}`,
    unit: 'short',
    ...half,
    columns: {
      ...FIGURE_COLUMNS,
      [dimension]: [column.width(175)],
      ...(dimension === 'agent_id' && {
        agent: [
          column.width(170),
          column.link('Only this agent', drillUrl('performance', { org_id: 'organisation', agent_id: 'key' })),
        ],
        organisation: [column.width(95)],
        key: column.hidden(),
      }),
    },
    queries: [
      sqlTable(`
          select ${dimension === 'agent_id' ? `${named('agent_id')} as agent, org_id as organisation` : `${named(dimension)} as "${dimension}"`}, ${FIGURES}${dimension === 'agent_id' ? ', agent_id as key' : ''}
          from ${USAGE}
          group by ${dimension === 'agent_id' ? 'org_id, agent_id' : dimension}
          order by p95 desc nulls last
          limit 100`),
    ],
  })

const kpi = (title: string, description: string, figure: string) =>
  statWithChange({
    title,
    description: `${description} ${CHANGE} ${WITHIN}`,
    unit: SECONDS,
    ...small,
    decimals: 2,
    queries: [sqlTable(changeOf(figure))],
  })

export const performance = withSlowestCalls(
  withVersionsCompared(
    withUsageFilters(
      createDashboard({
        uid: 'performance',
        title: 'Performance',
        question: 'How fast are model calls, for which agent, model and feature, and did a version change it?',
        from: 'now-7d',
        refresh: '1m',
      }),
    )
      .withRow(new RowBuilder('How fast?'))
      .withPanel(kpi('p50 of a call', 'Half of the calls are faster.', latency(0.5)))
      .withPanel(kpi('p95 of a call', '95 % of the calls are faster.', latency(0.95)))
      .withPanel(kpi('p99 of a call', '99 % of the calls are faster.', latency(0.99)))
      .withPanel(
        kpi(
          'p95 to the first token',
          'How long people wait for an answer to begin, in streamed calls.',
          firstToken(0.95),
        ).noValue('No streamed call in this range'),
      )
      .withPanel(
        lines({
          title: 'Duration over time',
          description: `p50, p95 and p99 of model calls per hour, or per UTC day over longer ranges. A point needs ${ENOUGH.p95} calls for p95 and ${ENOUGH.p99} for p99: of fewer, it would be a single call. ${WITHIN}`,
          unit: SECONDS,
          ...half,
          queries: [
            sqlSeries(`
          select ${HOUR_BUCKET} as time, ${latency(0.5)} as p50, ${ofEnough(0.95, ENOUGH.p95)} as p95,
            ${ofEnough(0.99, ENOUGH.p99)} as p99
          from ${USAGE}
          group by 1
          order by 1`),
          ],
        }),
      )
      .withPanel(
        lines({
          title: 'p95 over time by model',
          description: `Duration that 95 % of the calls stay below, by model, per hour or per UTC day beyond two days, where there are ${ENOUGH.p95} calls. ${WITHIN}`,
          unit: SECONDS,
          ...half,
          emptyText: TOO_FEW,
          queries: [
            sqlSeries(`
          select ${COARSE_BUCKET} as time, ${named('model')} as metric, ${latency(0.95)} as p95
          from ${USAGE}
          group by 1, 2 having sum(calls) >= ${ENOUGH.p95}
          order by 1, 2`),
          ],
        }),
      )
      .withRow(new RowBuilder('Where is it slow?'))
      .withPanel(ranking('By agent', 'agent_id', 'Agents; click one to see only it'))
      .withPanel(ranking('By model', 'model', 'Models'))
      .withPanel(ranking('By feature', 'feature', 'Features'))
      .withPanel(ranking('By environment', 'environment', 'Environments')),
  ),
)
