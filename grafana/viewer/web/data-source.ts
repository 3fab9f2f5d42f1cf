// One data source class for the page: queries go to the viewer's server, which speaks to the real data source.
import {
  type DataFrame,
  type DataQueryRequest,
  type DataQueryResponse,
  DataSourceApi,
  type DataSourceInstanceSettings,
  dataFrameFromJSON,
  type MetricFindValue,
  type ScopedVars,
} from '@grafana/data'
import { from, type Observable } from 'rxjs'
import { getJson, postJson } from './api.ts'
import { interpolate, promqlFormat, sqlFormat } from './interpolate.ts'
import { withFilters } from './promql-filters.ts'

interface QueryModel {
  refId: string
  hide?: boolean
  rawSql?: string
  expr?: string
  query?: string
  datasource?: { uid?: string; type?: string } | null
  legendFormat?: string
  [option: string]: unknown
}

interface Answer {
  results: Record<string, { frames: Parameters<typeof dataFrameFromJSON>[0][]; error?: string }>
}

export class ViewerDataSource extends DataSourceApi<QueryModel> {
  /** Annotations are queries like any other. */
  override annotations = {}
  private settings: DataSourceInstanceSettings

  constructor(settings: DataSourceInstanceSettings) {
    super(settings)
    this.settings = settings
  }

  query(request: DataQueryRequest<QueryModel>): Observable<DataQueryResponse> {
    return from(this.run(request))
  }

  /** Options of a variable: `__text` and `__value` columns, or the first column for both. */
  async metricFindQuery(
    sql: string,
    options?: { range?: { from: { valueOf(): number }; to: { valueOf(): number } }; scopedVars?: ScopedVars },
  ): Promise<MetricFindValue[]> {
    const rawSql = interpolate(sql, options?.scopedVars, sqlFormat)
    const now = Date.now()
    const { data, error } = await this.post(
      [{ refId: 'variable', rawSql, format: 'table' }],
      options?.range?.from.valueOf() ?? now - 36e5,
      options?.range?.to.valueOf() ?? now,
      60_000,
      1000,
    )
    if (error) throw error
    const fields = data[0]?.fields ?? []
    const texts = fields.find(({ name }) => name === '__text') ?? fields[0]
    const values = fields.find(({ name }) => name === '__value') ?? texts
    return [...(texts?.values ?? [])].map((label, i) => ({ text: String(label), value: String(values?.values[i]) }))
  }

  /** Labels for ad hoc filters; only Prometheus has them, as in Grafana. */
  override async getTagKeys(): Promise<MetricFindValue[]> {
    return this.labels('labels')
  }

  override async getTagValues({ key }: { key: string }): Promise<MetricFindValue[]> {
    return this.labels(`label/${key}/values`)
  }

  private async labels(path: string): Promise<MetricFindValue[]> {
    if (this.type !== 'prometheus') return []
    const { data } = await getJson<{ data: string[] }>(`/api/datasources/uid/${this.uid}/resources/api/v1/${path}`)
    return data.filter((text) => text !== '__name__').map((text) => ({ text, value: text }))
  }

  async testDatasource() {
    return { status: 'success', message: 'ok' }
  }

  private async run(request: DataQueryRequest<QueryModel>): Promise<DataQueryResponse> {
    const queries = request.targets
      .filter((query) => !query.hide)
      .map((query) => ({
        ...query,
        // Targets of a panel with mixed data sources name their own.
        datasource: { uid: interpolate(query.datasource?.uid ?? '', request.scopedVars) || this.settings.uid },
        ...(query.rawSql === undefined ? {} : { rawSql: interpolate(query.rawSql, request.scopedVars, sqlFormat) }),
        ...(query.expr === undefined ? {} : { expr: this.expr(query.expr, request) }),
        ...(typeof query.query === 'string' ? { query: interpolate(query.query, request.scopedVars) } : {}),
      }))
    const { from: start, to: end } = request.range
    return this.post(queries, start.valueOf(), end.valueOf(), request.intervalMs, request.maxDataPoints ?? 1000)
  }

  private expr(expr: string, { scopedVars, filters = [] }: DataQueryRequest<QueryModel>): string {
    return withFilters(interpolate(expr, scopedVars, promqlFormat), filters)
  }

  private async post(queries: QueryModel[], fromMs: number, toMs: number, intervalMs: number, maxDataPoints: number) {
    const datasource = { uid: this.settings.uid }
    const response = await postJson('/api/ds/query', {
      from: fromMs,
      to: toMs,
      queries: queries.map((query) => ({ datasource, ...query, intervalMs, maxDataPoints })),
    })
    const answer = (await response.json()) as Answer & { message?: string }
    if (!response.ok) return { data: [] as DataFrame[], error: new Error(answer.message) }
    const data: DataFrame[] = []
    const errors: { message: string; refId: string }[] = []
    for (const [refId, result] of Object.entries(answer.results)) {
      if (result.error) errors.push({ message: result.error, refId })
      data.push(...result.frames.map((frame) => dataFrameFromJSON(frame)))
    }
    return { data, ...(errors.length > 0 ? { error: errors[0], errors } : {}) }
  }
}
