// Links from one view to the next, in the form Grafana's Explore and data links take.
import { exploreTraceUrl } from '../viewer/web/explore/trace-url.ts'
import { column } from './column.ts'
import { TEMPO } from './datasources.ts'
import type { PanelLink } from './panels.ts'
import { USAGE_FILTERS } from './usage.ts'

/** Opens the trace whose id is the cell's value in the Tempo data source; beside it stands TRACE_PAGE. */
export const TRACE_LINK = column.link('Open trace', exploreTraceUrl(String(TEMPO.uid), '${__value.raw}'))

/** Column `page` that holds a trace id: the trace with its ledger lines, feature runs and logs, on one dashboard. */
export const TRACE_PAGE = [
  column.link(
    'Trace, ledger lines and logs',
    '/d/trace?${__url_time_range}&${org_id:queryparam}&var-trace=${__value.raw}',
  ),
  column.text('open'),
  column.width(50),
]

/**
 * URL of another dashboard with the time range and filters of this one.
 * @param chosen filters that the clicked row decides, by name: the column that holds the value
 * @param filters those that this dashboard has
 */
export function drillUrl(
  uid: string,
  chosen: Record<string, string>,
  filters: readonly string[] = USAGE_FILTERS,
): string {
  const carried = filters.filter((name) => !(name in chosen)).map((name) => `\${${name}:queryparam}`)
  const decided = Object.entries(chosen).map(([name, field]) => `var-${name}=\${__data.fields.${field}:percentencode}`)
  return `/d/${uid}?${['${__url_time_range}', ...carried, ...decided].join('&')}`
}

/** URL of another dashboard with the time range and organisations of this one. */
export const siblingUrl = (uid: string): string => `/d/${uid}?\${__url_time_range}&\${org_id:queryparam}`

/** Filters of `calls` that a value decides. */
type Decided = Partial<
  Record<'feature' | 'model' | 'provider' | 'department' | 'deal_id' | 'agent_id' | 'org_id', string>
>

/**
 * From a figure to the calls it counts.
 * @param decided filters that what is clicked decides, by name: the value in the URL
 * @param carried other filters that the figure follows
 * @param more further variables of `calls`
 */
export function callsLink(
  decided: Decided,
  carried: readonly string[] = USAGE_FILTERS,
  more: string[] = [],
): PanelLink {
  const parts = [
    '${__url_time_range}',
    ...carried.filter((name) => !(name in decided)).map((name) => `\${${name}:queryparam}`),
    ...Object.entries(decided).map(([name, value]) => `var-${name}=${value}`),
    ...more,
  ]
  return { title: 'The calls behind it', url: `/d/calls?${parts.join('&')}`, oneClick: true }
}

/** Calls without a price. */
export const UNPRICED_CALLS_LINK = callsLink({}, USAGE_FILTERS, ['var-price=unpriced'])

/** Value of a column in the clicked row, for a URL. */
export const cell = (name: string): string => `\${__data.fields.${name}:percentencode}`

/**
 * From a bar or point over time to the calls behind it, on one click.
 * @param dimension filter that the series decides; without one, all calls of that time
 * @param carried other filters that the chart follows
 * @param length how long a bar is: `auto` for hours or days as the range decides, else a unit or a variable that holds one
 */
export const callsBehind = (
  dimension: keyof Decided | undefined,
  carried: readonly string[] = USAGE_FILTERS,
  length = 'auto',
): PanelLink =>
  callsLink(dimension ? { [dimension]: '${__field.name:percentencode}' } : {}, carried, [
    `var-bar_length=${length}`,
    'var-at=${__value.time}',
  ])
