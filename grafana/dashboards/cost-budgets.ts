// Panels of "Cost management" on budgets and spending limits. In: the dashboard. Out: the same. Money is the ledger's.
import { type DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { ALERTS_CONFIG } from '../../prometheus/alerts.config.ts'
import { column } from '../kit/column.ts'
import { unpricedColumn } from '../kit/limits.ts'
import { callsBehind, drillUrl } from '../kit/links.ts'
import { linesWithLimit, stackedBars, table } from '../kit/panels.ts'
import { sqlSeries, sqlTable } from '../kit/queries.ts'
import { DAYS, middle } from '../kit/ranges.ts'
import { COST, IN_HOURS_OF_ORGANISATIONS, NO_CALLS, USAGE } from '../kit/usage.ts'

const { hourlyUsd, aboveAverage } = ALERTS_CONFIG.cost

/** Where a UTC day stands on the axis. */
const DAY = middle(`day::timestamp at time zone 'UTC'`, `'day'`)

// As the api projects it: nothing is projected before 1/48 of the period has passed.
const BUDGETS = `
          with budget as (
            select *, extract(epoch from now() - period_start) / extract(epoch from period_end - period_start) as passed
            from budget_usage(now())
            where org_id in ($org_id)
          ), standing as (
            select *, case when passed < 1.0 / 48 then used_usd else used_usd / passed end as projected from budget
          )`

export const withBudgetPanels = (dashboard: DashboardBuilder): DashboardBuilder =>
  dashboard
    .withRow(new RowBuilder('Within budget?'))
    .withPanel(
      table({
        title: 'Budgets',
        description:
          'Every budget in force in its current period, the worst first: used so far, and projected to its end at the pace so far. Unpriced calls make the used figure a lower bound. Follows the filter of organisations only.',
        unit: 'short',
        width: 24,
        height: 9,
        emptyText: 'No budget is set: give a department a monthly budget, or make one through the API',
        alerts: ['BudgetExceeded', 'BudgetNearLimit'],
        columns: {
          budget: column.usd(),
          used: column.usd(),
          projected: column.usd(),
          'share used': column.percent(),
          'share projected': column.percent(),
          unpriced: unpricedColumn(),
        },
        queries: [
          sqlTable(`${BUDGETS}
          select org_id as organisation, scope, scope_id as "of", period, amount_usd as budget, used_usd as used,
            used_usd / amount_usd as "share used", projected, projected / amount_usd as "share projected",
            case when used_usd >= amount_usd then 'exceeded'
              when used_usd * 100 >= amount_usd * thresholds[1] or projected > amount_usd or unpriced_calls > 0 then 'warning'
              else 'on track' end as state,
            unpriced_calls as unpriced
          from standing
          order by used_usd / amount_usd desc
          limit 200`),
        ],
      }),
    )
    .withPanel(
      table({
        title: 'Departments',
        description:
          'Cost in the range beside the month’s budget, what is used of it and where it will end. Click a department for its agents.',
        unit: 'short',
        width: 24,
        height: 8,
        emptyText: NO_CALLS,
        columns: {
          department: [
            column.link(
              'Agents of this department',
              drillUrl('fleet-home', { org_id: 'organisation', department: 'key' }),
            ),
          ],
          key: column.hidden(),
          cost: column.usd(4),
          'month’s budget': [...column.usd(), column.noValue('none')],
          'used of it': column.percent(),
          'projected of it': column.percent(),
          unpriced: unpricedColumn(),
        },
        queries: [
          sqlTable(`${BUDGETS}, spend as (
            select org_id, department, sum(calls) as calls, sum(unpriced_calls) as unpriced, ${COST} as cost
            from ${USAGE}
            group by 1, 2
          )
          select spend.org_id as organisation, coalesce(nullif(spend.department, ''), '(none)') as department, coalesce(d.owner, '') as owner,
            spend.cost, spend.calls, spend.unpriced, s.amount_usd as "month’s budget", s.used_usd / s.amount_usd as "used of it",
            s.projected / s.amount_usd as "projected of it", spend.department as key
          from spend
          left join departments d on d.org_id = spend.org_id and d.department = spend.department
          left join standing s on s.org_id = spend.org_id and s.scope = 'department' and s.scope_id = spend.department and s.period = 'month'
          order by spend.cost desc nulls last
          limit 200`),
        ],
      }),
    )
    .withPanel(
      stackedBars({
        title: 'Spend per day by organisation',
        description:
          'Cost of each UTC day, of whole organisations whatever else is filtered. A day over the organisation’s daily budget alerts.',
        unit: 'currencyUSD',
        width: 8,
        height: 8,
        emptyText: NO_CALLS,
        alerts: ['DailySpendHigh'],
        link: callsBehind('org_id', [], 'day'),
        queries: [
          sqlSeries(`
            select ${DAY} as time, org_id as metric, ${COST} as cost
            from usage_daily where ${DAYS.touched} and org_id in ($org_id)
            group by 1, 2
            order by 1, 2`),
        ],
      }),
    )
    .withPanel(
      linesWithLimit(
        {
          title: 'Spend per hour by organisation',
          description: `Cost of each hour, of whole organisations whatever else is filtered. Any 60 minutes over $${hourlyUsd} alert, also over the turn of an hour.`,
          unit: 'currencyUSD',
          width: 8,
          height: 8,
          emptyText: NO_CALLS,
          alerts: ['HourlySpendHigh'],
          link: callsBehind('org_id', [], 'hour'),
          queries: [
            sqlSeries(`
              select ${middle('hour', `'hour'`)} as time, org_id as metric, ${COST} as cost
              from usage_hourly where ${IN_HOURS_OF_ORGANISATIONS}
              group by 1, 2
              order by 1, 2`),
          ],
        },
        [hourlyUsd, 'red'],
      ),
    )
    .withPanel(
      linesWithLimit(
        {
          title: 'Spend against the average',
          description: `Each UTC day’s cost over the mean of the days before it, seven at most, of whole organisations; as the alert, nothing where that mean is under $${aboveAverage.minUsd}. Over ${aboveAverage.factor} times alerts.`,
          unit: 'short',
          width: 8,
          height: 8,
          decimals: 1,
          emptyText: `Needs $${aboveAverage.minUsd} a day in the days before`,
          alerts: ['SpendAboveAverage'],
          link: callsBehind('org_id', [], 'day'),
          queries: [
            sqlSeries(`
              with daily as (
                select org_id, day, ${COST} as cost
                from usage_daily
                where day between ($__timeFrom()::timestamptz at time zone 'UTC')::date - 7 and ($__timeTo()::timestamptz at time zone 'UTC')::date
                  and org_id in ($org_id)
                group by 1, 2
              ), known as (
                select org_id, min(day) as first_day from usage_daily where org_id in ($org_id) group by 1
              ), averaged as (
                select org_id, day, cost, sum(cost) over (
                  partition by org_id order by day range between interval '7 days' preceding and interval '1 day' preceding)
                  / nullif(least(7, day - first_day), 0) as average
                from daily join known using (org_id)
              ), compared as (
                select org_id, day, cost / average as ratio from averaged where average >= ${aboveAverage.minUsd}
              )
              select ${DAY} as time, org_id as metric, ratio
              from compared where ${DAYS.touched} and ratio is not null
              order by 1, 2`),
          ],
        },
        [aboveAverage.factor, 'orange'],
      ).min(0),
    )
