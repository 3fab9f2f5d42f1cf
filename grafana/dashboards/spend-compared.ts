// Panels of "Usage and cost" that set spend against the days before: by deal, and by model. In: the dashboard. Out: the same.
import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { column } from '../kit/column.ts'
import { drillUrl } from '../kit/links.ts'
import { table } from '../kit/panels.ts'
import { sqlTable } from '../kit/queries.ts'
import { COST, IN_DAYS, IN_DAYS_BEFORE, inRange, NO_CALLS, named, WHOLE_DAYS } from '../kit/usage.ts'

const COMPARED = {
  cost: [...column.usd(4), column.width(110)],
  before: [...column.usd(4), column.noValue('–'), column.width(110)],
  change: [...column.percent(), column.noValue('–'), column.width(95)],
  calls: [column.width(80)],
  unpriced: [column.width(90)],
}

export const withSpendCompared = (dashboard: DashboardBuilder): DashboardBuilder =>
  dashboard
    .withPanel(
      table({
        title: 'By deal',
        description: `Cost, conversations (chat runs) and documents (uploads that succeeded) of each deal; “before” is the cost of as many UTC days right before. Click a deal to filter. ${WHOLE_DAYS}`,
        unit: 'short',
        width: 24,
        height: 9,
        emptyText: NO_CALLS,
        columns: {
          ...COMPARED,
          key: column.hidden(),
          organisation: [column.width(110)],
          conversations: [column.width(120)],
          documents: [column.width(105)],
          deal: [column.link('Only this deal', drillUrl('usage-and-cost', { org_id: 'organisation', deal_id: 'key' }))],
        },
        queries: [
          sqlTable(`
          with spend as (
            select org_id, deal_id, sum(calls) as calls, ${COST} as cost, sum(unpriced_calls) as unpriced
            from usage_daily where ${IN_DAYS} group by 1, 2
          ), earlier as (
            select org_id, deal_id, ${COST} as cost from usage_daily where ${IN_DAYS_BEFORE} group by 1, 2
          ), runs as (
            select org_id, deal_id,
              count(*) filter (where feature_name = 'chat') as conversations,
              count(*) filter (where feature_name = 'document_upload' and status = 'success') as documents
            from feature_usage
            where ${inRange('created_at')}
            group by 1, 2
          )
          select org_id as organisation, ${named('deal_id')} as deal, coalesce(deals.name, '') as name, spend.cost as cost,
            earlier.cost as before, (spend.cost - earlier.cost) / nullif(earlier.cost, 0) as change, spend.calls as calls, spend.unpriced as unpriced,
            coalesce(runs.conversations, 0) as conversations, coalesce(runs.documents, 0) as documents, deal_id as key
          from spend
          left join earlier using (org_id, deal_id)
          left join runs using (org_id, deal_id)
          left join deals using (org_id, deal_id)
          order by cost desc nulls last
          limit 200`),
        ],
      }),
    )
    .withPanel(
      table({
        title: 'Why it changed, by model',
        description: `What each model cost, how often it was called and how long its prompts were, against as many UTC days right before; the largest change first. With a deal chosen above it says why that deal’s cost moved. ${WHOLE_DAYS}`,
        unit: 'short',
        width: 24,
        height: 8,
        emptyText: NO_CALLS,
        columns: {
          ...COMPARED,
          'calls before': [column.width(110)],
          'prompt tokens a call': [column.unit('locale'), column.decimals(0)],
          'prompt tokens before': [column.unit('locale'), column.decimals(0)],
        },
        queries: [
          sqlTable(`
          with spend as (
            select provider, model, ${COST} as cost, sum(calls) as calls, sum(unpriced_calls) as unpriced,
              sum(input_tokens)::float8 / nullif(sum(calls) - sum(errors), 0) as prompt
            from usage_daily where ${IN_DAYS} group by 1, 2
          ), earlier as (
            select provider, model, ${COST} as cost, sum(calls) as calls,
              sum(input_tokens)::float8 / nullif(sum(calls) - sum(errors), 0) as prompt
            from usage_daily where ${IN_DAYS_BEFORE} group by 1, 2
          )
          select provider, ${named('model')} as model, spend.cost as cost, earlier.cost as before,
            (spend.cost - earlier.cost) / nullif(earlier.cost, 0) as change, spend.calls as calls, earlier.calls as "calls before",
            spend.prompt as "prompt tokens a call", earlier.prompt as "prompt tokens before", spend.unpriced as unpriced
          from spend left join earlier using (provider, model)
          order by abs(coalesce(spend.cost, 0) - coalesce(earlier.cost, 0)) desc
          limit 100`),
        ],
      }),
    )
