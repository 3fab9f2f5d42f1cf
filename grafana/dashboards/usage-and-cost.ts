// "Usage and cost": what do we spend, on what, and what is failing? Money comes from the ledger's exact roll-ups.
import { CustomVariableBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { column } from '../kit/column.ts'
import { createDashboard, filter } from '../kit/dashboard.ts'
import { callsBehind } from '../kit/links.ts'
import { rankedBars, stackedBars, stat, table, thresholdsFrom } from '../kit/panels.ts'
import { sqlSeries, sqlTable } from '../kit/queries.ts'
import { COST, DAYS, NO_CALLS, WHOLE_DAYS } from '../kit/usage.ts'
import { withRecentErrors } from './recent-errors.ts'

const WHERE = `${DAYS} and org_id in ($org_id) and deal_id in ($deal_id)`

const rankedCost = (title: string, dimension: string, description: string) =>
  rankedBars({
    title,
    description,
    unit: 'currencyUSD',
    width: 8,
    height: 8,
    emptyText: NO_CALLS,
    queries: [
      sqlTable(`
        select coalesce(nullif(${dimension}, ''), '(none)')
            || case when sum(unpriced_calls) > 0 then ' (+ ' || sum(unpriced_calls) || ' unpriced)' else '' end as "${dimension}",
          ${COST} as "cost"
        from usage_daily
        where ${WHERE}
        group by ${dimension}
        order by 2 desc nulls last
        limit 12`),
    ],
  })

export const usageAndCost = withRecentErrors(
  createDashboard({
    uid: 'usage-and-cost',
    title: 'Usage and cost',
    question: 'What do we spend on GenAI, on what, and what is failing?',
    from: 'now-7d',
    refresh: '1m',
  })
    .withVariable(
      filter(
        'deal_id',
        'Deal',
        `select distinct case deal_id when '' then '(none)' else deal_id end as __text, deal_id as __value
      from usage_daily where org_id in ($org_id) order by 1`,
      ),
    )
    .withVariable(
      new CustomVariableBuilder('bucket')
        .label('Per')
        .values('day,week,month')
        .current({ selected: true, text: 'day', value: 'day' }),
    )
    .withRow(new RowBuilder('What we spend'))
    .withPanel(
      stat({
        title: 'Cost',
        description: `Sum of all booked lines, reversals and corrections included. Exact, from the ledger. ${WHOLE_DAYS}`,
        unit: 'currencyUSD',
        width: 6,
        height: 4,
        emptyText: NO_CALLS,
        queries: [sqlTable(`select ${COST} as "cost" from usage_daily where ${WHERE}`)],
      }),
    )
    .withPanel(
      stat({
        title: 'Model calls',
        description: `Real calls, each counted once, whatever number of spans reported it. ${WHOLE_DAYS}`,
        unit: 'short',
        width: 6,
        height: 4,
        emptyText: NO_CALLS,
        queries: [sqlTable(`select sum(calls) as "calls" from usage_daily where ${WHERE}`)],
      }),
    )
    .withPanel(
      stat({
        title: 'Failed calls',
        description: 'Share of model calls that ended in an error, a time-out or a rate limit.',
        unit: 'percentunit',
        width: 6,
        height: 4,
        decimals: 1,
        emptyText: NO_CALLS,
        thresholds: thresholdsFrom([0.02, 'orange'], [0.05, 'red']),
        queries: [
          sqlTable(`select sum(errors)::float8 / nullif(sum(calls), 0) as "failed" from usage_daily where ${WHERE}`),
        ],
      }),
    )
    .withPanel(
      stat({
        title: 'Unpriced calls',
        description:
          'Calls whose model has no price: their cost is unknown, not zero. Add a price and run `spanledger reprice`.',
        unit: 'short',
        width: 6,
        height: 4,
        emptyText: NO_CALLS,
        thresholds: thresholdsFrom([1, 'red']),
        queries: [sqlTable(`select sum(unpriced_calls) as "unpriced" from usage_daily where ${WHERE}`)],
      }),
    )
    .withPanel(
      stackedBars({
        title: 'Cost over time by feature',
        description: `Cost per bucket, stacked by feature. Choose day, week or month above; click a bar for its calls. ${WHOLE_DAYS}`,
        link: callsBehind('feature', ['org_id', 'deal_id'], '$bucket'),
        unit: 'currencyUSD',
        width: 24,
        height: 9,
        emptyText: NO_CALLS,
        queries: [
          sqlSeries(`
          with spend as (
            select date_trunc('$bucket', day::timestamp) at time zone 'UTC' as time,
              coalesce(nullif(feature, ''), '(none)') as metric, ${COST} as cost
            from usage_daily
            where ${WHERE}
            group by 1, 2
          ), buckets as (
            select generate_series(
              date_trunc('$bucket', $__timeFrom()::timestamptz, 'UTC'), $__timeTo()::timestamptz, '1 $bucket') as time
          )
          select time, metric, spend.cost
          from buckets
          cross join (select distinct metric from spend) as metrics
          left join spend using (time, metric)
          order by 1, 2`),
        ],
      }),
    )
    .withRow(new RowBuilder('On what'))
    .withPanel(rankedCost('By feature', 'feature', 'Cost by what the person used.'))
    .withPanel(rankedCost('By model', 'model', 'Cost by the model that answered.'))
    .withPanel(rankedCost('By provider', 'provider', 'Cost by the provider that was called.'))
    .withPanel(
      table({
        title: 'By deal',
        description:
          'Cost, conversations (chat runs) and documents (uploads that succeeded) of each deal. Click a deal to filter.',
        unit: 'short',
        width: 24,
        height: 9,
        emptyText: NO_CALLS,
        columns: {
          cost: column.usd(4),
          key: column.hidden(),
          deal: [
            column.link(
              'Only this deal',
              '/d/usage-and-cost?${__url_time_range}&var-org_id=${__data.fields.organisation:percentencode}&var-deal_id=${__data.fields.key:percentencode}',
            ),
          ],
        },
        queries: [
          sqlTable(`
          with spend as (
            select org_id, deal_id, sum(calls) as calls, ${COST} as cost,
              sum(unpriced_calls) as unpriced
            from usage_daily where ${WHERE} group by 1, 2
          ), runs as (
            select org_id, deal_id,
              count(*) filter (where feature_name = 'chat') as conversations,
              count(*) filter (where feature_name = 'document_upload' and status = 'success') as documents
            from feature_usage
            where $__timeFilter(created_at) and org_id in ($org_id) and deal_id in ($deal_id)
            group by 1, 2
          )
          select org_id as organisation, coalesce(nullif(deal_id, ''), '(none)') as deal, coalesce(deals.name, '') as name, spend.cost as cost,
            spend.calls as calls, spend.unpriced as unpriced, coalesce(runs.conversations, 0) as conversations, coalesce(runs.documents, 0) as documents,
            deal_id as key
          from spend
          left join runs using (org_id, deal_id)
          left join deals using (org_id, deal_id)
          order by cost desc nulls last
          limit 200`),
        ],
      }),
    ),
)
