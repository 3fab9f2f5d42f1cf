// Panels of "Usage and cost" on feature runs that failed. In: the dashboard. Out: the same.
import { type DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { column } from '../kit/column.ts'
import { TRACE_LINK, TRACE_PAGE } from '../kit/links.ts'
import { table } from '../kit/panels.ts'
import { sqlTable } from '../kit/queries.ts'
import { inRange } from '../kit/usage.ts'

const RUNS = `feature_usage where ${inRange('created_at')}`

export const withRecentErrors = (dashboard: DashboardBuilder): DashboardBuilder =>
  dashboard
    .withRow(new RowBuilder('What is failing'))
    .withPanel(
      table({
        title: 'Failures by feature',
        description:
          'Feature runs that failed, the most first, with the error each meets most often. A degraded run answered, but without a part it wanted: it is no failure.',
        unit: 'short',
        width: 24,
        height: 8,
        emptyText: 'No feature run in this range',
        columns: {
          feature: [column.width(165)],
          runs: [column.width(80)],
          failed: [column.width(80)],
          share: [...column.percent(), column.width(80)],
          degraded: [column.width(90)],
          times: [column.width(80)],
        },
        queries: [
          sqlTable(`
          with runs as (
            select feature_name as feature, status, error_message as error from ${RUNS}
          ), errors as (
            select distinct on (feature) feature, error, count(*) as times
            from runs where status not in ('success', 'degraded')
            group by 1, 2
            order by feature, times desc, error
          )
          select feature, count(*) as runs, count(*) filter (where status not in ('success', 'degraded')) as failed,
            avg((status not in ('success', 'degraded'))::int)::float8 as share, count(*) filter (where status = 'degraded') as degraded,
            coalesce(nullif(max(errors.error), ''), '–') as "most frequent error", coalesce(max(times), 0) as times
          from runs left join errors using (feature)
          group by 1
          order by failed desc, runs desc
          limit 100`),
        ],
      }),
    )
    .withPanel(
      table({
        title: 'Recent errors',
        description:
          'The latest feature runs that failed, newest first; degraded ones are counted above. Click a trace to open it.',
        unit: 'none',
        width: 24,
        height: 9,
        emptyText: 'No failed feature run in this range',
        columns: {
          time: [column.width(165)],
          organisation: [column.width(110)],
          deal: [column.width(95)],
          feature: [column.width(150)],
          status: [column.width(105)],
          duration: [...column.seconds(), column.width(90)],
          trace: [TRACE_LINK, column.width(285)],
          page: TRACE_PAGE,
        },
        queries: [
          sqlTable(`
          select created_at as "time", org_id as organisation, deal_id as deal, feature_name as feature, status,
            error_message as error, duration_ms / 1000 as duration, trace_id as trace, trace_id as page
          from ${RUNS} and status not in ('success', 'degraded')
          order by created_at desc
          limit 100`),
        ],
      }),
    )
