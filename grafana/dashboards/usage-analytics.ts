// "Usage analytics": who uses what, how often, and what for? Features, people, intents, segments.
import { RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { column } from '../kit/column.ts'
import { createDashboard } from '../kit/dashboard.ts'
import { lines, rankedBars, stackedBars, stat, table } from '../kit/panels.ts'
import { sqlSeries, sqlTable } from '../kit/queries.ts'
import {
  COST,
  FAILED,
  HOUR_BUCKET,
  IN_DAYS,
  inRange,
  NO_CALLS,
  named,
  USAGE,
  WHOLE_DAYS,
  WHOLE_HOURS,
  withUsageFilters,
} from '../kit/usage.ts'

const NO_RUNS = 'No feature runs in this range'
const RUNS = `feature_usage where ${inRange('created_at')}`
const small = { width: 6, height: 4, emptyText: NO_RUNS } as const
const third = { width: 8, height: 11 } as const
const wide = { width: 24, height: 8 } as const

const people = (title: string, description: string, counted: string) =>
  stat({
    title,
    description,
    unit: 'short',
    ...small,
    queries: [sqlTable(`select ${counted} as "count" from ${RUNS}`)],
  })

const callsBy = (title: string, dimension: 'intent' | 'segment', description: string) =>
  rankedBars({
    title,
    description: `${description} The eight largest. ${WHOLE_DAYS}`,
    unit: 'short',
    ...third,
    emptyText: NO_CALLS,
    queries: [
      sqlTable(`
        select ${named(dimension)} as "${dimension}", sum(calls) as "calls"
        from usage_daily where ${IN_DAYS}
        group by 1
        order by 2 desc
        limit 8`),
    ],
  })

export const usageAnalytics = withUsageFilters(
  createDashboard({
    uid: 'usage-analytics',
    title: 'Usage analytics',
    question: 'Who uses which feature, how often, and what for?',
    from: 'now-7d',
    refresh: '5m',
  }),
)
  .withRow(new RowBuilder('Who?'))
  .withPanel(
    people(
      'Active people',
      'People who ran a feature in the range.',
      `count(distinct (org_id, user_id)) filter (where user_id <> '')`,
    ),
  )
  .withPanel(
    people(
      'Sessions',
      'Sessions in which a feature ran.',
      `count(distinct (org_id, session_id)) filter (where session_id <> '')`,
    ),
  )
  .withPanel(people('Feature runs', 'Runs of all features.', 'nullif(count(*), 0)'))
  .withPanel(
    stat({
      title: 'Runs per person',
      description: 'Feature runs of a known person, on average.',
      unit: 'short',
      ...small,
      decimals: 1,
      queries: [
        sqlTable(`
          select (count(*) filter (where user_id <> ''))::float8
            / nullif(count(distinct (org_id, user_id)) filter (where user_id <> ''), 0) as "runs" from ${RUNS}`),
      ],
    }),
  )
  .withPanel(
    lines({
      title: 'Active people and sessions per day',
      description:
        'People and sessions with at least one feature run, per UTC day. The first and last day may be cut by the range.',
      unit: 'short',
      width: 24,
      height: 7,
      emptyText: NO_RUNS,
      queries: [
        sqlSeries(`
          select date_trunc('day', created_at, 'UTC') as time,
            count(distinct (org_id, user_id)) filter (where user_id <> '') as people,
            count(distinct (org_id, session_id)) filter (where session_id <> '') as sessions
          from ${RUNS}
          group by 1
          order by 1`),
      ],
    }).min(0),
  )
  .withRow(new RowBuilder('Which features?'))
  .withPanel(
    stackedBars({
      title: 'Model calls over time by feature',
      description: `Calls per hour, or per UTC day over longer ranges, stacked by feature. ${WHOLE_HOURS}`,
      unit: 'short',
      ...wide,
      emptyText: NO_CALLS,
      queries: [
        sqlSeries(`
          select ${HOUR_BUCKET} as time, ${named('feature')} as metric, sum(calls) as calls
          from ${USAGE}
          group by 1, 2
          order by 1, 2`),
      ],
    }),
  )
  .withPanel(
    table({
      title: 'Features',
      description:
        'Runs, people, results and duration of each feature. A degraded run answered, but without a part it wanted.',
      unit: 'short',
      ...wide,
      emptyText: NO_RUNS,
      columns: {
        succeeded: column.percent(),
        'mean duration': column.seconds(),
        'p95 duration': column.seconds(),
      },
      queries: [
        sqlTable(`
          select feature_name as feature, count(*) as runs, count(distinct (org_id, user_id)) filter (where user_id <> '') as people,
            avg((status = 'success')::int)::float8 as succeeded, count(*) filter (where status = 'degraded') as degraded,
            avg(duration_ms) / 1000 as "mean duration", percentile_cont(0.95) within group (order by duration_ms) / 1000 as "p95 duration"
          from ${RUNS}
          group by 1
          order by 2 desc
          limit 100`),
      ],
    }),
  )
  .withRow(new RowBuilder('What for?'))
  .withPanel(callsBy('By intent', 'intent', 'Model calls by what the person wanted.'))
  .withPanel(callsBy('By segment', 'segment', 'Model calls by the segment of people.'))
  .withPanel(
    rankedBars({
      title: 'By deal',
      description: `Model calls by deal. The eight largest. ${WHOLE_DAYS}`,
      unit: 'short',
      ...third,
      emptyText: NO_CALLS,
      queries: [
        sqlTable(`
          select ${named('deal_id')} as "deal", sum(calls) as "calls"
          from usage_daily where ${IN_DAYS}
          group by 1
          order by 2 desc
          limit 8`),
      ],
    }),
  )
  .withPanel(
    table({
      title: 'Intents by department',
      description: `What each department asks for: calls, share of the department’s calls, failures and cost. ${WHOLE_DAYS}`,
      unit: 'short',
      width: 24,
      height: 10,
      emptyText: NO_CALLS,
      columns: { share: column.percent(), failed: column.percent(), cost: column.usd(4) },
      queries: [
        sqlTable(`
          select ${named('department')} as department, ${named('intent')} as intent, sum(calls) as calls,
            sum(calls) / nullif(sum(sum(calls)) over (partition by department), 0) as share, ${FAILED} as failed,
            sum(unpriced_calls) as unpriced, ${COST} as cost
          from usage_daily where ${IN_DAYS}
          group by usage_daily.department, usage_daily.intent
          order by usage_daily.department, 3 desc
          limit 300`),
      ],
    }),
  )
