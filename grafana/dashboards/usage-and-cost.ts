// "Usage and cost": what do we spend, on what, and what is failing? Money comes from the ledger's exact roll-ups.
import { CustomVariableBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { createDashboard } from '../kit/dashboard.ts'
import { FAILED_LIMITS, UNPRICED_LIMITS } from '../kit/limits.ts'
import { callsBehind, callsLink, cell, UNPRICED_CALLS_LINK } from '../kit/links.ts'
import { rankedBars, stackedBars, stat, statText } from '../kit/panels.ts'
import { sqlSeries, sqlTable } from '../kit/queries.ts'
import { DAYS_BEGIN, DAYS_END, middle } from '../kit/ranges.ts'
import {
  COST,
  costText,
  IN_DAYS,
  NO_CALLS,
  named,
  rankedCost,
  USAGE_FILTERS,
  WHOLE_DAYS,
  withUsageFilters,
} from '../kit/usage.ts'
import { withRecentErrors } from './recent-errors.ts'
import { withSpendCompared } from './spend-compared.ts'

const costBy = (dimension: 'feature' | 'model' | 'provider', description: string) =>
  rankedBars({
    title: `By ${dimension}`,
    description: `${description} The eight largest, above them what has no known cost. Click one for its calls. ${WHOLE_DAYS}`,
    unit: 'currencyUSD',
    width: 8,
    height: 11,
    emptyText: NO_CALLS,
    nullText: 'unpriced',
    link: callsLink({ [dimension]: cell(dimension) }),
    queries: [sqlTable(rankedCost(dimension, dimension, `usage_daily where ${IN_DAYS}`))],
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
    statText({
      title: 'Cost',
      description: `Sum of all booked lines, reversals and corrections included, from the ledger to the cent. Calls without a price are not in it. ${WHOLE_DAYS}`,
      width: 6,
      height: 4,
      emptyText: NO_CALLS,
      link: callsLink({}),
      queries: [sqlTable(costText(`usage_daily where ${IN_DAYS}`))],
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
      thresholds: FAILED_LIMITS,
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
      thresholds: UNPRICED_LIMITS,
      link: UNPRICED_CALLS_LINK,
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
            select date_trunc('$bucket', day::timestamp) at time zone 'UTC' as bar, ${named('feature')} as metric, ${COST} as cost
            from usage_daily
            where ${IN_DAYS}
            group by 1, 2
          ), bars as (
            select distinct date_trunc('$bucket', day) at time zone 'UTC' as bar
            from generate_series((${DAYS_BEGIN}) at time zone 'UTC', (${DAYS_END}) at time zone 'UTC' - interval '1 day', '1 day') as day
          )
          select ${middle('bar', `'$bucket'`)} as time, metric, spend.cost
          from bars
          cross join (select distinct metric from spend) as metrics
          left join spend using (bar, metric)
          order by 1, 2`),
      ],
    }),
  )
  .withRow(new RowBuilder('On what'))
  .withPanel(costBy('feature', 'Cost by what the person used.'))
  .withPanel(costBy('model', 'Cost by the model that answered.'))
  .withPanel(costBy('provider', 'Cost by the provider that was called.'))

export const usageAndCost = withRecentErrors(withSpendCompared(spend))
