// Queries as panels take them. Money comes from the ledger in SQL, rates and health from Prometheus.
import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog'
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import { LEDGER, PROMETHEUS, TEMPO } from './datasources.ts'

/** A PromQL range query, one series a label set. */
export const promql = (expr: string, legend: string): Builder<Dataquery> =>
  new DataqueryBuilder().datasource(PROMETHEUS).expr(oneLine(expr)).legendFormat(legend).exemplar(false).range()

/**
 * Points on a chart, each a call that opens its trace, and no line: there are no samples in 1970, so only exemplars are left.
 * Span metrics carry them; the OpenTelemetry SDK for JavaScript puts none on an app's own metrics.
 * @param selector of a histogram whose observations share the chart's unit
 */
export const exemplars = (selector: string): Builder<Dataquery> =>
  new DataqueryBuilder()
    .datasource(PROMETHEUS)
    .expr(`${oneLine(selector)} @ 0`)
    .legendFormat('')
    .exemplar(true)
    .range()

/** A PromQL query at the end of the range, as table rows or single values. */
export const promqlInstant = (expr: string, legend: string): Builder<Dataquery> =>
  new DataqueryBuilder()
    .datasource(PROMETHEUS)
    .expr(oneLine(expr))
    .legendFormat(legend)
    .format(PromQueryFormat.TimeSeries)
    .exemplar(false)
    .instant()

/** SQL whose columns are `time`, text columns that name the series, and numbers. */
export const sqlSeries = (sql: string): Builder<Dataquery> => sqlQuery(sql, 'time_series')

/** SQL as a table. */
export const sqlTable = (sql: string): Builder<Dataquery> => sqlQuery(sql, 'table')

/** One trace. @param traceId an id, or a variable that holds one */
export const traceById = (traceId: string): Builder<Dataquery> => {
  const query = { datasource: TEMPO, queryType: 'traceql', query: traceId, limit: 20, tableType: 'traces' }
  return { build: () => ({ ...query, _implementsDataqueryVariant() {} }) }
}

// The SDK has no builder for the Postgres data source; this is the query model Grafana stores for it.
function sqlQuery(sql: string, format: 'time_series' | 'table'): Builder<Dataquery> {
  const query = { datasource: LEDGER, editorMode: 'code', format, rawQuery: true, rawSql: dedent(sql) }
  return { build: () => ({ ...query, _implementsDataqueryVariant() {} }) }
}

const oneLine = (expr: string): string => expr.replace(/\s+/g, ' ').trim()

/** Removes the indentation that the first line has from every line. */
function dedent(text: string): string {
  const lines = text.replace(/^\n+|\s+$/g, '').split('\n')
  const indent = /^ */.exec(lines[0] ?? '')?.[0].length ?? 0
  return lines.map((line) => line.slice(Math.min(indent, line.length - line.trimStart().length))).join('\n')
}
