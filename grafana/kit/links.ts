// Links from one view to the next, in the form Grafana's Explore and data links take.
import { exploreTraceUrl } from '../viewer/web/explore/trace-url.ts'
import { column } from './column.ts'
import { TEMPO } from './datasources.ts'
import type { PanelLink } from './panels.ts'
import { USAGE_FILTERS } from './usage.ts'

/** Opens the trace whose id is the cell's value in the Tempo data source. */
export const TRACE_LINK = column.link('Open trace', exploreTraceUrl(String(TEMPO.uid), '${__value.raw}'))

/** The trace with its ledger lines, feature runs and logs, on one dashboard. */
export const TRACE_PAGE_LINK = column.link(
  'Trace, ledger lines and logs',
  '/d/trace?${__url_time_range}&${org_id:queryparam}&var-trace=${__value.raw}',
)

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

/**
 * From a bar or point of cost over time to the calls behind it, on one click.
 * @param dimension filter that the series decides
 * @param carried other filters that this dashboard has
 * @param bucket how long a bar is: `auto` for hours or days as the range decides, else a unit or a variable that holds one
 */
export function callsBehind(
  dimension: 'feature' | 'department' | 'deal_id',
  carried: readonly string[],
  bucket = 'auto',
): PanelLink {
  const parts = [
    '${__url_time_range}',
    ...carried.filter((name) => name !== dimension).map((name) => `\${${name}:queryparam}`),
    `var-${dimension}=\${__field.name:percentencode}`,
    `var-bucket=${bucket}`,
    'var-at=${__value.time}',
  ]
  return { title: 'The calls behind it', url: `/d/calls?${parts.join('&')}`, oneClick: true }
}
