// What the dashboards on usage share: the filters, and the pieces of SQL over the roll-ups. In: nothing.
// Out: variables for a dashboard and text for its queries.
import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { filter } from './dashboard.ts'

/** Filters every dashboard on usage has; links carry them on. */
export const USAGE_FILTERS = ['org_id', 'department', 'environment', 'version', 'agent_id'] as const

const FROM = '$__timeFrom()::timestamptz'
const TO = '$__timeTo()::timestamptz'

/** The whole hours that the range touches. */
const HOURS = `hour > ${FROM} - interval '1 hour' and hour <= ${TO}`
/** As many whole hours right before them. */
const HOURS_BEFORE = `hour > ${FROM} - (${TO} - ${FROM}) - interval '2 hours' and hour <= ${FROM} - interval '1 hour'`
/** The whole UTC days that the range touches: the roll-up with deals has one row a day. */
export const DAYS = `day between (${FROM} at time zone 'UTC')::date and (${TO} at time zone 'UTC')::date`

const CHOSEN = [
  'org_id in ($org_id)',
  'department in ($department)',
  'environment in ($environment)',
  'version in ($version)',
  'agent_id in ($agent_id)',
].join(' and ')

/** Conditions on usage_hourly, on usage_daily, and on tables with the same dimensions and a time. */
export const IN_HOURS = `${HOURS} and ${CHOSEN}`
export const IN_HOURS_BEFORE = `${HOURS_BEFORE} and ${CHOSEN}`
export const IN_DAYS = `${DAYS} and ${CHOSEN}`
export const inRange = (time: string): string => `$__timeFilter(${time}) and ${CHOSEN}`

/** Bucket of usage_hourly on a time axis: hours, or days when there would be too many hours. */
export const HOUR_BUCKET = `date_trunc(case when ${TO} - ${FROM} > interval '8 days' then 'day' else 'hour' end, hour, 'UTC')`

export const WHOLE_HOURS = 'Whole hours that the range touches.'
export const WHOLE_DAYS = 'Whole UTC days that the range touches.'
export const NO_CALLS = 'No model calls in this range'
/** NULL, not zero, when nothing in the sum has a price: an unknown cost is never shown as $0. */
export const COST = 'case when sum(unpriced_calls) < sum(calls) or sum(cost_usd) <> 0 then sum(cost_usd) end'
export const COST_PER_CALL = `${COST} / nullif(sum(calls) - sum(unpriced_calls), 0)`
export const FAILED = 'sum(errors)::float8 / nullif(sum(calls), 0)'

/** Percentile of the model calls' duration in ms, from the mergeable histograms (within 2 %). */
export const latency = (p: number): string => `histogram_percentile(histogram_merge(latency_histogram), ${p})`
/** The same of the time to the first token. */
export const firstToken = (p: number): string => `histogram_percentile(histogram_merge(first_token_histogram), ${p})`

/** SQL for a figure of the range and its relative change against as many hours right before: `now`, `change`. */
export const changeOf = (figure: string): string => `
    with this_period as (select ${figure} as value from usage_hourly where ${IN_HOURS}),
      period_before as (select ${figure} as value from usage_hourly where ${IN_HOURS_BEFORE})
    select this_period.value as "now", (this_period.value - period_before.value) / nullif(period_before.value, 0) as "change"
    from this_period, period_before`

/** A dimension as people read it. */
export const named = (dimension: string): string => `coalesce(nullif(${dimension}, ''), '(none)')`

type Dimension = 'department' | 'environment' | 'version' | 'agent_id' | 'provider'
const LABELS: Record<Dimension, string> = {
  department: 'Department',
  environment: 'Environment',
  version: 'Version',
  agent_id: 'Agent',
  provider: 'Provider',
}

/** Adds filters below the organisation. */
export const withUsageFilters = (
  dashboard: DashboardBuilder,
  names: readonly Dimension[] = ['department', 'environment', 'version', 'agent_id'],
): DashboardBuilder => names.reduce((all, name) => all.withVariable(usageFilter(name)), dashboard)

// '' is always an option: "All" of no options would be `in ()`. Options reach back one more range, for comparisons.
const usageFilter = (name: Dimension) =>
  filter(
    name,
    LABELS[name],
    `select case value when '' then '(none)' else value end as __text, value as __value
    from (
      select '' as value
      union
      select ${name} from usage_hourly
      where (${HOURS} or ${HOURS_BEFORE}) and org_id in ($org_id)
    ) as options
    order by 1`,
  )
