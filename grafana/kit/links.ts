// Links from one view to the next, in the form Grafana's Explore and data links take.
import { TEMPO } from './datasources.ts'
import { column } from './panels.ts'
import { USAGE_FILTERS } from './usage.ts'

/** Opens the trace whose id is the cell's value in the Tempo data source. */
export const TRACE_LINK = column.link('Open trace', traceUrl('${__value.raw}'))

/** Explore URL of one trace. @param traceId a trace id or a Grafana variable that holds one. */
export function traceUrl(traceId: string): string {
  const panes = {
    trace: {
      datasource: TEMPO.uid,
      queries: [{ refId: 'A', datasource: TEMPO, queryType: 'traceql', query: traceId }],
    },
  }
  // Grafana fills in variables before it decodes the URL, so the variable itself stays readable.
  return `/explore?schemaVersion=1&panes=${encodeURIComponent(JSON.stringify(panes)).replace(encodeURIComponent(traceId), traceId)}`
}

/**
 * URL of another dashboard with the time range and filters of this one.
 * @param chosen filters that the clicked row decides, by name: the column that holds the value
 */
export function drillUrl(uid: string, chosen: Record<string, string>): string {
  const carried = USAGE_FILTERS.filter((name) => !(name in chosen)).map((name) => `\${${name}:queryparam}`)
  const decided = Object.entries(chosen).map(([name, field]) => `var-${name}=\${__data.fields.${field}:percentencode}`)
  return `/d/${uid}?${['${__url_time_range}', ...carried, ...decided].join('&')}`
}

/** URL of another dashboard with the time range and organisations of this one. */
export const siblingUrl = (uid: string): string => `/d/${uid}?\${__url_time_range}&\${org_id:queryparam}`
