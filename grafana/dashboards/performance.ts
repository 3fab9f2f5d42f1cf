// "Performance": how fast are model calls, for which agent, model and feature, and did a version change it?
import { RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { column, SECONDS } from '../kit/column.ts'
import { createDashboard } from '../kit/dashboard.ts'
import { drillUrl } from '../kit/links.ts'
import { lines, statWithChange, table } from '../kit/panels.ts'
import { sqlSeries, sqlTable } from '../kit/queries.ts'
import {
  COST_PER_CALL,
  changeOf,
  FAILED,
  firstToken,
  HOUR_BUCKET,
  latency,
  NO_CALLS,
  named,
  USAGE,
  WHOLE_HOURS,
  withUsageFilters,
} from '../kit/usage.ts'
import { withSlowestCalls } from './slowest-calls.ts'

const small = { width: 6, height: 4, emptyText: NO_CALLS } as const
const half = { width: 12, height: 8, emptyText: NO_CALLS } as const
const WITHIN = `Percentiles from the roll-ups’ histograms, within 2 %. ${WHOLE_HOURS}`

/** Calls that a percentile over time needs to be more than its slowest call. */
const ENOUGH = { p95: 20, p99: 100 } as const
const TOO_FEW = `No hour or day with ${ENOUGH.p95} calls in this range`
const ofEnough = (p: number, calls: number): string => `case when sum(calls) >= ${calls} then ${latency(p)} end`

/** One version of one agent has few calls an hour. */
const COARSE_BUCKET = HOUR_BUCKET.replace('8 days', '2 days')

const FIGURES = `sum(calls) as calls, ${latency(0.5)} as p50, ${latency(0.95)} as p95, ${latency(0.99)} as p99,
            ${firstToken(0.95)} as "1st token", ${FAILED} as failed`
const seconds = column.seconds()
const FIGURE_COLUMNS = { p50: seconds, p95: seconds, p99: seconds, '1st token': seconds, failed: column.percent() }

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
        agent: [column.width(190), column.link('Only this agent', drillUrl('performance', { agent_id: 'key' }))],
        key: column.hidden(),
      }),
    },
    queries: [
      sqlTable(`
          select ${named(dimension)} as "${dimension === 'agent_id' ? 'agent' : dimension}", ${FIGURES}${dimension === 'agent_id' ? ', agent_id as key' : ''}
          from ${USAGE}
          group by ${dimension}
          order by p95 desc nulls last
          limit 100`),
    ],
  })

const kpi = (title: string, description: string, figure: string) =>
  statWithChange({
    title,
    description: `${description} ${WITHIN}`,
    unit: SECONDS,
    ...small,
    decimals: 2,
    queries: [sqlTable(changeOf(figure))],
  })

export const performance = withSlowestCalls(
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
    .withPanel(kpi('p50 of a call', 'Half of the calls are faster, against as many hours before.', latency(0.5)))
    .withPanel(kpi('p95 of a call', '95 % of the calls are faster, against as many hours before.', latency(0.95)))
    .withPanel(kpi('p99 of a call', '99 % of the calls are faster, against as many hours before.', latency(0.99)))
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
    .withPanel(ranking('By environment', 'environment', 'Environments'))
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
          'cost of a call': column.usd(6),
          'first seen': [column.width(170)],
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
            "1st token", failed, per_call as "cost of a call", v.p95 / others.p95 - 1 as "p95 change",
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
            select agent_id, version from ${USAGE} group by 1, 2 order by sum(calls) desc limit 12
          )
          select ${COARSE_BUCKET} as time, ${named('agent_id')} || ' ' || ${named('version')} as metric, ${latency(0.95)} as p95
          from ${USAGE} join busiest using (agent_id, version)
          group by 1, 2 having sum(calls) >= ${ENOUGH.p95}
          order by 1, 2`),
        ],
      }),
    ),
)
