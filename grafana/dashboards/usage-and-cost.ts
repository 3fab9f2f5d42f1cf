// "Usage and cost": what do we spend, on what, and what is failing? Money comes from the ledger's exact roll-ups.
import { CustomVariableBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { createDashboard } from '../kit/dashboard.ts'
import { callsBehind } from '../kit/links.ts'
import { rankedBars, stackedBars, stat, thresholdsFrom } from '../kit/panels.ts'
import { sqlSeries, sqlTable } from '../kit/queries.ts'
import { COST, IN_DAYS, NO_CALLS, USAGE_FILTERS, WHOLE_DAYS, withUsageFilters } from '../kit/usage.ts'
import { withRecentErrors } from './recent-errors.ts'
import { withSpendCompared } from './spend-compared.ts'

const rankedCost = (title: string, dimension: string, description: string) =>
  rankedBars({
    title,
    description: `${description} The eight largest. ${WHOLE_DAYS}`,
    unit: 'currencyUSD',
    width: 8,
    height: 11,
    emptyText: NO_CALLS,
    nullText: 'unpriced',
    queries: [
      sqlTable(`
        select coalesce(nullif(${dimension}, ''), '(none)')
            || case when sum(unpriced_calls) > 0 then ' (+ ' || sum(unpriced_calls) || ' unpriced)' else '' end as "${dimension}",
          ${COST} as "cost"
        from usage_daily
        where ${IN_DAYS}
        group by ${dimension}
        order by 2 desc nulls last
        limit 8`),
    ],
  })

const spend = withUsageFilters(
  createDashboard({
    uid: 'usage-and-cost',
    title: 'Usage and cost',
    question: 'What do we spend on GenAI, on what, and what is failing?',
    from: 'now-7d',
    refresh: '1m',
  }),
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
      queries: [sqlTable(`select ${COST} as "cost" from usage_daily where ${IN_DAYS}`)],
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
      queries: [sqlTable(`select sum(calls) as "calls" from usage_daily where ${IN_DAYS}`)],
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
        sqlTable(`select sum(errors)::float8 / nullif(sum(calls), 0) as "failed" from usage_daily where ${IN_DAYS}`),
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
      queries: [sqlTable(`select sum(unpriced_calls) as "unpriced" from usage_daily where ${IN_DAYS}`)],
    }),
  )
  .withPanel(
    stackedBars({
      title: 'Cost over time by feature',
      description: `Cost per bucket, stacked by feature. Choose day, week or month above; click a bar for its calls. ${WHOLE_DAYS}`,
      link: callsBehind('feature', USAGE_FILTERS, '$bucket'),
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
            where ${IN_DAYS}
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

export const usageAndCost = withRecentErrors(withSpendCompared(spend))
