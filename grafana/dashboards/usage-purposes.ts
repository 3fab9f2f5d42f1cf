// Panels of "Usage analytics" on what people ask for. In: the dashboard. Out: the same.
import { type DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { column } from '../kit/column.ts'
import { failedColumn, unpricedColumn } from '../kit/limits.ts'
import { callsLink, cell, drillUrl } from '../kit/links.ts'
import { rankedBars, table } from '../kit/panels.ts'
import { sqlTable } from '../kit/queries.ts'
import { COST, FAILED, IN_DAYS, NO_CALLS, named, WHOLE_DAYS } from '../kit/usage.ts'

const third = { width: 8, height: 11 } as const

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

export const withPurposes = (dashboard: DashboardBuilder): DashboardBuilder =>
  dashboard
    .withRow(new RowBuilder('What for?'))
    .withPanel(callsBy('By intent', 'intent', 'Model calls by what the person wanted.'))
    .withPanel(callsBy('By segment', 'segment', 'Model calls by the segment of people.'))
    .withPanel(
      rankedBars({
        title: 'By deal',
        description: `Model calls by deal of each organisation. The eight largest. Click one for its calls. ${WHOLE_DAYS}`,
        link: callsLink({ org_id: cell('organisation'), deal_id: cell('deal') }),
        unit: 'short',
        ...third,
        emptyText: NO_CALLS,
        queries: [
          sqlTable(`
          select org_id as organisation, ${named('deal_id')} as "deal", sum(calls) as "calls"
          from usage_daily where ${IN_DAYS}
          group by org_id, deal_id
          order by 3 desc
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
        columns: {
          department: [
            column.link(
              'Agents of this department',
              drillUrl('fleet-home', { org_id: 'organisation', department: 'key' }),
            ),
          ],
          key: column.hidden(),
          share: column.percent(),
          failed: failedColumn(),
          unpriced: unpricedColumn(),
          cost: column.usd(4),
        },
        queries: [
          sqlTable(`
          select org_id as organisation, ${named('department')} as department, ${named('intent')} as intent, sum(calls) as calls,
            sum(calls) / nullif(sum(sum(calls)) over (partition by org_id, department), 0) as share, ${FAILED} as failed,
            sum(unpriced_calls) as unpriced, ${COST} as cost, department as key
          from usage_daily where ${IN_DAYS}
          group by org_id, usage_daily.department, usage_daily.intent
          order by org_id, usage_daily.department, 4 desc
          limit 300`),
        ],
      }),
    )
