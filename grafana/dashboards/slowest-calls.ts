// Panel of "Performance" with single calls. In: the dashboard. Out: the same.
import { type DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { column } from '../kit/column.ts'
import { TRACE_LINK, TRACE_PAGE } from '../kit/links.ts'
import { table } from '../kit/panels.ts'
import { sqlTable } from '../kit/queries.ts'
import { inRange, NO_CALLS } from '../kit/usage.ts'

export const withSlowestCalls = (dashboard: DashboardBuilder): DashboardBuilder =>
  dashboard.withRow(new RowBuilder('The calls themselves')).withPanel(
    table({
      title: 'Slowest calls',
      description: 'The slowest model calls that still stand in the ledger. Click a trace to see where its time went.',
      unit: 'none',
      width: 24,
      height: 9,
      emptyText: NO_CALLS,
      columns: {
        time: [column.width(165)],
        trace: [TRACE_LINK, column.width(130)],
        page: TRACE_PAGE,
        duration: [...column.seconds(), column.width(85)],
        'first token': [...column.seconds(), column.width(90)],
        organisation: [column.width(105)],
        agent: [column.width(200)],
        version: [column.width(75)],
        status: [column.width(85)],
      },
      queries: [
        sqlTable(`
            select created_at as "time", org_id as organisation, feature, agent_id as agent, version, provider, model,
              latency_ms / 1000.0 as duration, time_to_first_token_ms / 1000.0 as "first token", status, trace_id as trace, trace_id as page
            from llm_usage as line
            where ${inRange('created_at')} and line_kind in ('call', 'correction') and not exists (
              select from llm_usage as later
              where later.org_id = line.org_id and later.trace_id = line.trace_id and later.span_id = line.span_id
                and later.created_at = line.created_at and later.revision > line.revision and later.line_kind = 'reversal')
            order by latency_ms desc nulls last
            limit 100`),
      ],
    }),
  )
