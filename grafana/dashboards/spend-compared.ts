// Panels of "Usage and cost" that set spend against the days before: by deal, and by model. In: the dashboard. Out: the same.
import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { column } from '../kit/column.ts'
import { unpricedColumn } from '../kit/limits.ts'
import { drillUrl } from '../kit/links.ts'
import { table } from '../kit/panels.ts'
import { sqlTable } from '../kit/queries.ts'
import { DAY_IS_OVER, daysBeforeKnown } from '../kit/ranges.ts'
import { COST, IN_DAYS, IN_DAYS_BEFORE, IN_DAYS_OVER, inDays, NO_CALLS, named, WHOLE_DAYS } from '../kit/usage.ts'

const money = [...column.usd(4), column.width(105)]
const COMPARED = {
  cost: money,
  before: [...money, column.noValue('–')],
  change: [...column.percent(), column.noValue('–'), column.width(90)],
  calls: [column.width(80)],
  unpriced: [...unpricedColumn(), column.width(85)],
}
const AGAINST = `as many UTC days right before; “–” where the ledger knows no such days, or no cost`

/** The days of the range that are over, and as many before. */
const over = (columns: string): string => `select ${columns} from usage_daily where ${IN_DAYS_OVER} group by 1, 2`
const earlier = (columns: string): string => `select ${columns} from usage_daily where ${IN_DAYS_BEFORE} group by 1, 2`
/** Nothing was booked: then nothing was spent. */
const costOf = (rows: string): string => `case when ${rows}.calls is null then 0 else ${rows}.cost end`
/** NULL where the ledger does not know the earlier days whole. */
const ifKnown = (value: string, of?: string): string =>
  `case when ${DAY_IS_OVER} and ${daysBeforeKnown(of)} then ${value} end`
const MODELS = `provider, model, ${COST} as cost, sum(calls) as calls, sum(unpriced_calls) as unpriced,
              sum(input_tokens)::float8 / nullif(sum(calls) - sum(errors), 0) as prompt`
const WITH_CHANGE = '(finished - before) / nullif(before, 0) as change'

export const withSpendCompared = (dashboard: DashboardBuilder): DashboardBuilder =>
  dashboard
    .withPanel(
      table({
        title: 'By deal',
        description: `Cost, conversations (chat runs) and documents (uploads that were taken, also with a part missing) of each deal. “finished” is the cost of the days that are over, “before” that of ${AGAINST}; “change” is between these two. Click a deal to filter. ${WHOLE_DAYS}`,
        unit: 'short',
        width: 24,
        height: 9,
        emptyText: NO_CALLS,
        columns: {
          ...COMPARED,
          finished: money,
          key: column.hidden(),
          organisation: [column.width(105)],
          conversations: [column.width(115)],
          documents: [column.width(100)],
          deal: [column.link('Only this deal', drillUrl('usage-and-cost', { org_id: 'organisation', deal_id: 'key' }))],
        },
        queries: [
          sqlTable(`
          with spend as (
            select org_id, deal_id, sum(calls) as calls, ${COST} as cost, sum(unpriced_calls) as unpriced
            from usage_daily where ${IN_DAYS} group by 1, 2
          ), finished_days as (
            ${over(`org_id, deal_id, sum(calls) as calls, ${COST} as cost`)}
          ), earlier as (
            ${earlier(`org_id, deal_id, sum(calls) as calls, ${COST} as cost`)}
          ), runs as (
            select org_id, deal_id,
              count(*) filter (where feature_name = 'chat') as conversations,
              count(*) filter (where feature_name = 'document_upload' and status in ('success', 'degraded')) as documents
            from feature_usage
            where ${inDays('created_at')}
            group by 1, 2
          ), compared as (
            select org_id, deal_id, ${costOf('spend')} as cost, ${costOf('finished_days')} as finished,
              ${ifKnown(costOf('earlier'), 'org_id = any_deal.org_id')} as before, coalesce(spend.calls, 0) as calls,
              coalesce(spend.unpriced, 0) as unpriced, coalesce(runs.conversations, 0) as conversations,
              coalesce(runs.documents, 0) as documents
            from (
              select org_id, deal_id from spend union select org_id, deal_id from earlier union select org_id, deal_id from runs
            ) as any_deal
            left join spend using (org_id, deal_id)
            left join finished_days using (org_id, deal_id)
            left join earlier using (org_id, deal_id)
            left join runs using (org_id, deal_id)
          )
          select org_id as organisation, ${named('deal_id')} as deal, coalesce(deals.name, '') as name, cost, finished, before,
            ${WITH_CHANGE}, calls, unpriced, conversations, documents, deal_id as key
          from compared left join deals using (org_id, deal_id)
          order by cost desc nulls last, before desc nulls last
          limit 200`),
        ],
      }),
    )
    .withPanel(
      table({
        title: 'Why it changed, by model',
        description: `What each model cost on the UTC days of the range that are over, how often it was called and how long its prompts were, against ${AGAINST}. The largest change first, what went away included. With a deal chosen above it says why that deal’s cost moved.`,
        unit: 'short',
        width: 24,
        height: 8,
        emptyText: 'No model calls on a UTC day of this range that is over',
        columns: {
          ...COMPARED,
          finished: money,
          'calls before': [column.width(110)],
          'prompt tokens a call': [column.unit('locale'), column.decimals(0)],
          'prompt tokens before': [column.unit('locale'), column.decimals(0)],
        },
        queries: [
          sqlTable(`
          with finished_days as (
            ${over(MODELS)}
          ), earlier as (
            ${earlier(MODELS)}
          ), compared as (
            select provider, model, ${costOf('finished_days')} as finished, ${ifKnown(costOf('earlier'))} as before,
              coalesce(finished_days.calls, 0) as calls, ${ifKnown('coalesce(earlier.calls, 0)')} as "calls before",
              finished_days.prompt as "prompt tokens a call", ${ifKnown('earlier.prompt')} as "prompt tokens before",
              coalesce(finished_days.unpriced, 0) as unpriced
            from finished_days full join earlier using (provider, model)
          )
          select provider, ${named('model')} as model, finished, before, ${WITH_CHANGE}, calls, "calls before",
            "prompt tokens a call", "prompt tokens before", unpriced
          from compared
          order by abs(coalesce(finished, 0) - coalesce(before, 0)) desc, calls desc
          limit 100`),
        ],
      }),
    )
