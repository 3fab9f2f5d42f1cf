// What the dashboards on usage share: the filters, and the pieces of SQL over the roll-ups. In: nothing.
// Out: variables for a dashboard and text for its queries.
import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { filter } from './dashboard.ts'

/** Filters every dashboard on usage has; links carry them on. */
export const USAGE_FILTERS = ['org_id', 'deal_id', 'department', 'environment', 'version', 'agent_id'] as const

const FROM = '$__timeFrom()::timestamptz'
const TO = '$__timeTo()::timestamptz'
const FIRST_DAY = `(${FROM} at time zone 'UTC')::date`
const LAST_DAY = `(${TO} at time zone 'UTC')::date`

/** The whole hours that the range touches. */
const HOURS = `hour > ${FROM} - interval '1 hour' and hour <= ${TO}`
/** As many whole hours right before them. */
const HOURS_BEFORE = `hour > ${FROM} - (${TO} - ${FROM}) - interval '2 hours' and hour <= ${FROM} - interval '1 hour'`
/** The whole UTC days that the range touches: the roll-up with deals has one row a day. */
export const DAYS = `day between ${FIRST_DAY} and ${LAST_DAY}`
/** As many whole days right before them. */
export const DAYS_BEFORE = `day between ${FIRST_DAY} - (${LAST_DAY} - ${FIRST_DAY} + 1) and ${FIRST_DAY} - 1`

/** What the filter of deals stands for under "All": a word of its own, since hours know no deals. */
export const ALL_DEALS = `'*'`
const NO_DEAL_CHOSEN = `${ALL_DEALS} in ($deal_id)`
export const OF_DEALS = `(${NO_DEAL_CHOSEN} or deal_id in ($deal_id))`

const CHOSEN = [
  'org_id in ($org_id)',
  'department in ($department)',
  'environment in ($environment)',
  'version in ($version)',
  'agent_id in ($agent_id)',
].join(' and ')

/** Conditions on usage_daily, and on tables with the same dimensions and a time. */
export const IN_DAYS = `${DAYS} and ${CHOSEN} and ${OF_DEALS}`
export const IN_DAYS_BEFORE = `${DAYS_BEFORE} and ${CHOSEN} and ${OF_DEALS}`
export const inRange = (time: string): string => `$__timeFilter(${time}) and ${CHOSEN} and ${OF_DEALS}`

/** Filters of rag_metrics, which has no department, and the condition they make. */
export const RETRIEVAL_FILTERS = ['deal_id', 'environment', 'version', 'agent_id'] as const
export const OF_RETRIEVALS = `org_id in ($org_id) and ${OF_DEALS} and environment in ($environment) and version in ($version) and agent_id in ($agent_id)`

const COLUMNS = `org_id, feature, provider, model, agent_id, department, environment, version, calls, errors, unpriced_calls,
    input_tokens, output_tokens, cost_usd, latency_histogram, first_token_histogram`

// Only the daily roll-up knows the deal. The planner drops the branch whose condition on '*' is false.
const usage = (hours: string, days: string): string => `(
    select hour, ${COLUMNS} from usage_hourly where ${hours} and ${CHOSEN} and ${NO_DEAL_CHOSEN}
    union all
    select day::timestamp at time zone 'UTC', ${COLUMNS} from usage_daily where ${days} and ${CHOSEN} and not ${NO_DEAL_CHOSEN} and deal_id in ($deal_id)
  ) as usage`

/** What was used in the hours that the range touches, or in its UTC days when deals are chosen. */
export const USAGE = usage(HOURS, DAYS)
/** The same of as much time right before. */
const USAGE_BEFORE = usage(HOURS_BEFORE, DAYS_BEFORE)
/** The hours alone, of organisations as a whole: no other filter applies. */
export const IN_HOURS_OF_ORGANISATIONS = `${HOURS} and org_id in ($org_id)`

/** Bucket of USAGE on a time axis: hours, or days when there would be too many hours. */
export const HOUR_BUCKET = `date_trunc(case when ${TO} - ${FROM} > interval '8 days' then 'day' else 'hour' end, hour, 'UTC')`

/** Bucket of rows with a time: minutes, hours, or days over longer ranges. */
export const TIME_BUCKET = `date_trunc(case when ${TO} - ${FROM} > interval '8 days' then 'day'
            when ${TO} - ${FROM} > interval '12 hours' then 'hour' else 'minute' end, created_at, 'UTC')`

export const WHOLE_HOURS = 'Whole hours that the range touches; whole UTC days when deals are chosen.'
export const WHOLE_DAYS = 'Whole UTC days that the range touches.'
export const NO_CALLS = 'No model calls in this range'
/** NULL, not zero, when calls lack a price and nothing else in the sum costs anything (failed calls cost nothing): an unknown cost is never shown as $0. */
export const COST = 'case when sum(unpriced_calls) = 0 or sum(cost_usd) <> 0 then sum(cost_usd) end'
export const COST_PER_CALL = `${COST} / nullif(sum(calls) - sum(unpriced_calls), 0)`
export const FAILED = 'sum(errors)::float8 / nullif(sum(calls), 0)'

/** Percentile of the model calls' duration in seconds, from the mergeable histograms (within 2 %). */
export const latency = (p: number): string => `histogram_percentile(histogram_merge(latency_histogram), ${p}) / 1000`
/** The same of the time to the first token. */
export const firstToken = (p: number): string =>
  `histogram_percentile(histogram_merge(first_token_histogram), ${p}) / 1000`

/** SQL for a figure of the range and its relative change against as many hours right before: `now`, `change`. */
export const changeOf = (figure: string): string => `
    with this_period as (select ${figure} as value from ${USAGE}),
      period_before as (select ${figure} as value from ${USAGE_BEFORE})
    select this_period.value as "now", (this_period.value - period_before.value) / nullif(period_before.value, 0) as "change"
    from this_period, period_before`

/** A dimension as people read it. */
export const named = (dimension: string): string => `coalesce(nullif(${dimension}, ''), '(none)')`

type Dimension = 'deal_id' | 'department' | 'environment' | 'version' | 'agent_id' | 'provider'
const LABELS: Record<Dimension, string> = {
  deal_id: 'Deal',
  department: 'Department',
  environment: 'Environment',
  version: 'Version',
  agent_id: 'Agent',
  provider: 'Provider',
}

/** Adds filters below the organisation. */
export const withUsageFilters = (
  dashboard: DashboardBuilder,
  names: readonly Dimension[] = ['deal_id', 'department', 'environment', 'version', 'agent_id'],
): DashboardBuilder => names.reduce((all, name) => all.withVariable(usageFilter(name)), dashboard)

// '' is always an option: "All" of no options would be `in ()`. Options reach back one more range, for comparisons.
const usageFilter = (name: Dimension) => {
  const source =
    name === 'deal_id'
      ? `usage_daily where (${DAYS} or ${DAYS_BEFORE})`
      : `usage_hourly where (${HOURS} or ${HOURS_BEFORE})`
  const variable = filter(
    name,
    LABELS[name],
    `select case value when '' then '(none)' else value end as __text, value as __value
    from (
      select '' as value
      union
      select ${name} from ${source} and org_id in ($org_id)
    ) as options
    order by 1`,
  )
  return name === 'deal_id' ? variable.allValue(ALL_DEALS) : variable
}
