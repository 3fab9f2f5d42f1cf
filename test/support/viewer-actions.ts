// A dashboard to act on: legend, annotations, transformations, overrides, links, ad hoc filters, exemplars. In: nothing.
// Out: its model; and one exemplar for it, sent to Prometheus as a collector's span metrics would be.
const LEDGER = { type: 'grafana-postgresql-datasource', uid: 'ledger' }
const PROMETHEUS = { type: 'prometheus', uid: 'prometheus' }

const overTime = `select at as time, sin(n / 9.0) as a, cos(n / 9.0) as b, n / 40.0 as c
  from generate_series($__timeFrom()::timestamptz, $__timeTo()::timestamptz, '5 minutes') with ordinality as t (at, n) order by 1`
const parts = `select * from (values ('search', 7.25, 9), ('chat', 12.5, 3), ('summary', 3.1, 1)) as t (feature, cost, calls)`
const deployments = `select $__timeTo()::timestamptz - n * interval '20 minutes' as time, 'deployed ' || n as title from generate_series(1, 2) as n`

const sql = (rawSql: string, format: string) => ({ refId: 'A', datasource: LEDGER, format, rawSql })
const promql = (refId: string, expr: string, more: object = {}) => ({
  refId,
  datasource: PROMETHEUS,
  expr,
  legendFormat: '{{job}}',
  range: true,
  ...more,
})
const byName = (name: string, id: string, value: unknown) => ({
  matcher: { id: 'byName', options: name },
  properties: [{ id, value }],
})

const header = { icon: 'link', includeVars: true, keepTime: true, targetBlank: false, tooltip: '' }

export const actionsDashboard = () => ({
  uid: 'actions',
  title: 'Actions',
  description: 'Does it do what people ask of it?',
  tags: [],
  time: { from: 'now-1h', to: 'now' },
  timezone: 'browser',
  annotations: {
    list: [
      {
        name: 'Deployments',
        enable: true,
        datasource: LEDGER,
        target: { ...sql(deployments, 'table'), refId: 'Anno' },
      },
      { name: 'Annotations & Alerts', builtIn: 1, enable: true, datasource: { type: 'grafana', uid: '-- Grafana --' } },
    ],
  },
  links: [
    { ...header, type: 'link', title: 'Elsewhere', url: '/d/usage-and-cost', tags: [], asDropdown: false },
    { ...header, type: 'dashboards', title: 'All of ours', url: '', tags: ['spanledger'], asDropdown: true },
  ],
  templating: {
    list: [
      { type: 'textbox', name: 'words', query: '', current: { value: '', text: '' } },
      { type: 'adhoc', name: 'filters', datasource: PROMETHEUS, filters: [] },
    ],
  },
  panels: [
    {
      id: 1,
      type: 'timeseries',
      title: 'Two lines',
      gridPos: { x: 0, y: 0, w: 12, h: 9 },
      targets: [sql(overTime, 'time_series')],
      options: { legend: { showLegend: true, displayMode: 'list', placement: 'bottom', calcs: [] } },
      fieldConfig: { defaults: {}, overrides: [] },
    },
    {
      id: 2,
      type: 'table',
      title: 'Parts',
      gridPos: { x: 12, y: 0, w: 12, h: 9 },
      targets: [sql(parts, 'table')],
      options: {},
      transformations: [
        {
          id: 'filterByValue',
          options: {
            type: 'exclude',
            match: 'any',
            filters: [{ fieldName: 'feature', config: { id: 'equal', options: { value: 'summary' } } }],
          },
        },
        { id: 'sortBy', options: { sort: [{ field: 'calls' }] } },
      ],
      fieldConfig: {
        defaults: {},
        overrides: [
          byName('feature', 'displayName', 'Feature'),
          byName('cost', 'unit', 'currencyUSD'),
          byName('calls', 'mappings', [{ type: 'value', options: { 3: { text: 'three' } } }]),
        ],
      },
    },
    {
      id: 3,
      type: 'timeseries',
      title: 'Targets up',
      gridPos: { x: 0, y: 9, w: 12, h: 8 },
      targets: [promql('A', 'max by (job) (up) * max by (job) (up{job=~".+"})')],
      options: {},
      fieldConfig: { defaults: {}, overrides: [] },
    },
    {
      id: 4,
      type: 'timeseries',
      title: 'Calls',
      gridPos: { x: 12, y: 9, w: 12, h: 8 },
      targets: [
        promql('A', 'vector(1)'),
        promql('B', 'traces_span_metrics_duration_seconds{org_id="acme"} @ 0', { exemplar: true }),
      ],
      options: {},
      fieldConfig: { defaults: {}, overrides: [] },
    },
  ],
})

/** One observation of 0.4 s with its trace. @throws when Prometheus refuses it. */
export async function sendExemplar(prometheusUrl: string, traceId: string): Promise<void> {
  const timeUnixNano = String(BigInt(Date.now()) * 1_000_000n)
  const point = {
    attributes: [{ key: 'org_id', value: { stringValue: 'acme' } }],
    startTimeUnixNano: timeUnixNano,
    timeUnixNano,
    count: '1',
    sum: 0.4,
    bucketCounts: ['0', '1', '0'],
    explicitBounds: [0.25, 1],
    exemplars: [{ timeUnixNano, asDouble: 0.4, traceId, spanId: '00000000000000a2' }],
  }
  const histogram = { dataPoints: [point], aggregationTemporality: 2 }
  const metrics = [{ name: 'traces.span.metrics.duration', unit: 's', histogram }]
  const answer = await fetch(`${prometheusUrl}/api/v1/otlp/v1/metrics`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceMetrics: [{ resource: {}, scopeMetrics: [{ scope: {}, metrics }] }] }),
  })
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
}
