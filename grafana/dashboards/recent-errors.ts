// Panel of "Usage and cost" with the feature runs that failed. In: the dashboard. Out: the same.
import { type DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { column } from '../kit/column.ts'
import { TRACE_LINK } from '../kit/links.ts'
import { table } from '../kit/panels.ts'
import { sqlTable } from '../kit/queries.ts'

export const withRecentErrors = (dashboard: DashboardBuilder): DashboardBuilder =>
  dashboard.withRow(new RowBuilder('What is failing')).withPanel(
    table({
      title: 'Recent errors',
      description: 'The latest feature runs that did not succeed, newest first. Click a trace to open it.',
      unit: 'none',
      width: 24,
      height: 9,
      emptyText: 'No failed feature run in this range',
      columns: { trace: [TRACE_LINK, column.width(290)], time: [column.width(170)], duration: [column.unit('ms')] },
      queries: [
        sqlTable(`
            select created_at as "time", org_id as organisation, deal_id as deal, feature_name as feature, status,
              error_message as error, duration_ms as duration, trace_id as trace
            from feature_usage
            where $__timeFilter(created_at) and org_id in ($org_id) and status <> 'success'
            order by created_at desc
            limit 100`),
      ],
    }),
  )
