// Links from one view to the next, in the form Grafana's Explore and data links take.
import { column } from './panels.ts'

/** Opens the trace whose id is the cell's value in the Tempo data source. */
export const TRACE_LINK = column.link('Open trace', traceUrl('${__value.raw}'))

/** Explore URL of one trace. @param traceId a trace id or a Grafana variable that holds one. */
export function traceUrl(traceId: string): string {
  const panes = {
    trace: {
      datasource: 'tempo',
      queries: [{ refId: 'A', datasource: { type: 'tempo', uid: 'tempo' }, queryType: 'traceql', query: traceId }],
    },
  }
  // Grafana fills in variables before it decodes the URL, so the variable itself stays readable.
  return `/explore?schemaVersion=1&panes=${encodeURIComponent(JSON.stringify(panes)).replace(encodeURIComponent(traceId), traceId)}`
}
