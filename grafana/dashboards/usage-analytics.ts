// "Usage analytics": who uses what, how often, and what for? Features, people, intents, segments.
import { RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { column } from '../kit/column.ts'
import { createDashboard } from '../kit/dashboard.ts'
import { callsBehind, callsLink, cell } from '../kit/links.ts'
import { lines, stackedBars, stat, table } from '../kit/panels.ts'
import { sqlSeries, sqlTable } from '../kit/queries.ts'
import { timeBucket } from '../kit/ranges.ts'
import { HOUR_BUCKET, inRange, NO_CALLS, named, USAGE, WHOLE_HOURS, withUsageFilters } from '../kit/usage.ts'

import { withPurposes } from './usage-purposes.ts'

const NO_RUNS = 'No feature runs in this range'
const RUNS = `feature_usage where ${inRange('created_at')}`
const small = { width: 6, height: 4, emptyText: NO_RUNS } as const
const wide = { width: 24, height: 8 } as const

const people = (title: string, description: string, counted: string) =>
  stat({
    title,
    description,
    unit: 'short',
    ...small,
    queries: [sqlTable(`select ${counted} as "count" from ${RUNS}`)],
  })

const whoUsesWhat = withUsageFilters(
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
          select ${timeBucket('created_at', `'day'`)} as time,
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
      description: `Calls per hour, or per UTC day over longer ranges, stacked by feature. Click a bar for its calls. ${WHOLE_HOURS}`,
      link: callsBehind('feature'),
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
        feature: [column.link('The calls behind it', callsLink({ feature: cell('feature') }).url)],
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

export const usageAnalytics = withPurposes(whoUsesWhat)
