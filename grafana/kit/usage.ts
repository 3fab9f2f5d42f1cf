// What the dashboards on usage share: the filters, and the pieces of SQL over the roll-ups. In: nothing.
// Out: variables for a dashboard and text for its queries.
import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { filter } from './dashboard.ts'
import { usdText } from './money.ts'
import { ADDED_TO_NAME } from './panels.ts'
import { DAYS, HOURS, inWholeDays, longerThan, middle } from './ranges.ts'

/** Filters every dashboard on usage has; links carry them on. */
export const USAGE_FILTERS = ['org_id', 'deal_id', 'department', 'environment', 'version', 'agent_id'] as const

/** What a filter stands for under "All": a word of its own, so that rows count whatever they hold, also what no option lists. */
export const ALL = `'*'`
/** What is chosen in a filter, "All" included. */
export const chosen = (name: string, column: string = name): string =>
  `(${ALL} in ($${name}) or ${column} in ($${name}))`
export const NO_DEAL_CHOSEN = `${ALL} in ($deal_id)`
export const OF_DEALS = chosen('deal_id')

const CHOSEN = [
  'org_id in ($org_id)',
  ...['department', 'environment', 'version', 'agent_id'].map((name) => chosen(name)),
].join(' and ')

/** Conditions on usage_daily, and on tables with the same dimensions and a time. */
export const IN_DAYS = `${DAYS.touched} and ${CHOSEN} and ${OF_DEALS}`
/** The days of the range that are over, and as many right before. */
export const IN_DAYS_OVER = `${DAYS.over} and ${CHOSEN} and ${OF_DEALS}`
export const IN_DAYS_BEFORE = `${DAYS.before} and ${CHOSEN} and ${OF_DEALS}`
export const inRange = (time: string): string => `$__timeFilter(${time}) and ${CHOSEN} and ${OF_DEALS}`
export const inDays = (time: string): string => `${inWholeDays(time)} and ${CHOSEN} and ${OF_DEALS}`

/** Filters of rag_metrics, which has no department, and the condition they make. */
export const RETRIEVAL_FILTERS = ['deal_id', 'environment', 'version', 'agent_id'] as const
export const OF_RETRIEVALS = ['org_id in ($org_id)', ...RETRIEVAL_FILTERS.map((name) => chosen(name))].join(' and ')

const COLUMNS = `org_id, feature, provider, model, agent_id, department, environment, version, calls, errors, unpriced_calls,
    input_tokens, output_tokens, cost_usd, latency_histogram, first_token_histogram`

// Only the daily roll-up knows the deal. The planner drops the branch whose condition on '*' is false.
const usage = (hours: string, days: string): string => `(
    select hour, ${COLUMNS} from usage_hourly where ${hours} and ${CHOSEN} and ${NO_DEAL_CHOSEN}
    union all
    select day::timestamp at time zone 'UTC', ${COLUMNS} from usage_daily where ${days} and ${CHOSEN} and not ${NO_DEAL_CHOSEN} and deal_id in ($deal_id)
  ) as usage`

/** What was used in the hours that the range touches, or in its UTC days when deals are chosen. */
export const USAGE = usage(HOURS.touched, DAYS.touched)
/** The same of what is over of the range, and of as much time right before. */
export const USAGE_OVER = usage(HOURS.over, DAYS.over)
export const USAGE_BEFORE = usage(HOURS.before, DAYS.before)
/** The hours alone, of organisations as a whole: no other filter applies. */
export const IN_HOURS_OF_ORGANISATIONS = `${HOURS.touched} and org_id in ($org_id)`

/** Length of USAGE's buckets on a time axis: hours, or days when there would be too many hours, or where deals are chosen. */
const unitOf = (longer: string): string =>
  `case when ${longerThan(longer)} or not ${NO_DEAL_CHOSEN} then 'day' else 'hour' end`
export const HOUR_UNIT = unitOf('8 days')
const bucket = (unit: string): string => middle(`date_trunc(${unit}, hour, 'UTC')`, unit)
/** Bucket of USAGE on a time axis. */
export const HOUR_BUCKET = bucket(HOUR_UNIT)
/** The same in days from two days on: parts of the whole have few calls an hour. */
export const COARSE_BUCKET = bucket(unitOf('2 days'))

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

/** SQL for the cost of some lines or roll-ups as text; unpriced where no cost is known, no row without calls. */
export const costText = (from: string): string => `
    select coalesce(${usdText('total.cost')}, 'unpriced') as "cost"
    from (select ${COST} as cost, sum(calls) as calls from ${from}) as total
    where calls > 0`

/** A dimension as people read it. */
export const named = (dimension: string): string => `coalesce(nullif(${dimension}, ''), '(none)')`

export const inOrganisation = (dimension: string): string => `${named(dimension)} || ' (' || org_id || ')'`
/** The same beside others of its kind, in a query grouped by it and org_id: two organisations' namesakes are kept apart. */
export const namedApart = (dimension: string): string =>
  `case when min(org_id) over () <> max(org_id) over () then ${inOrganisation(dimension)} else ${named(dimension)} end`

/** Dimensions that belong to an organisation: its namesakes in others are something else. */
const OWNED: readonly string[] = ['deal_id', 'agent_id']

/**
 * SQL for the cost by a dimension: the eight largest, before them the eight with most calls of those whose cost is unknown.
 * @param name column that holds it; deals and agents have their organisation in the column before
 */
export function rankedCost(dimension: string, name: string, from: string): string {
  const [organisation, by] = OWNED.includes(dimension) ? ['organisation, ', `org_id, ${dimension}`] : ['', dimension]
  return `
    select ${organisation}"${name}", "${ADDED_TO_NAME}", "cost"
    from (
      select ${organisation && 'org_id as organisation, '}${named(dimension)} as "${name}",
        case when sum(unpriced_calls) > 0 then '(+ ' || sum(unpriced_calls) || ' unpriced)' else '' end as "${ADDED_TO_NAME}",
        ${COST} as "cost",
        row_number() over (partition by ${COST} is null order by ${COST} desc, sum(calls) desc) as place
      from ${from}
      group by ${by}
    ) as ranked
    where place <= 8
    order by "cost" desc nulls first, place`
}

type Dimension = 'deal_id' | 'department' | 'environment' | 'version' | 'agent_id' | 'provider'
const LABELS: Record<Dimension, string> = {
  deal_id: 'Deal',
  department: 'Department',
  environment: 'Environment',
  version: 'Version',
  agent_id: 'Agent',
  provider: 'Provider',
}

/** "All" in PromQL. */
export const ALL_LABELS = '.*'

/** Adds filters below the organisation. @param all what "All" stands for in the dashboard's queries */
export const withUsageFilters = (
  dashboard: DashboardBuilder,
  names: readonly Dimension[] = ['deal_id', 'department', 'environment', 'version', 'agent_id'],
  all: string = ALL,
): DashboardBuilder =>
  names.reduce((filtered, name) => filtered.withVariable(usageFilter(name).allValue(all)), dashboard)

// '' is always an option: what has no deal, department, … can be chosen. Options reach back one more range, for comparisons.
const usageFilter = (name: Dimension) => {
  const source =
    name === 'deal_id'
      ? `usage_daily where (${DAYS.touched} or ${DAYS.before})`
      : `usage_hourly where (${HOURS.touched} or ${HOURS.before})`
  return filter(
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
}
