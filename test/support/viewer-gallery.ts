// A dashboard with every panel type and every kind of variable that the viewer draws. In: nothing. Out: its model. Its SQL
// makes its own rows, so it has data on any Postgres.
const LEDGER = { type: 'grafana-postgresql-datasource', uid: 'ledger' }
const PROMETHEUS = { type: 'prometheus', uid: 'prometheus' }

const sql = (rawSql: string, format: 'table' | 'time_series' = 'table') => ({
  refId: 'A',
  datasource: LEDGER,
  format,
  rawSql,
})
const overTime = (columns: string) =>
  `select at as time, ${columns} from generate_series($__timeFrom()::timestamptz, $__timeTo()::timestamptz, '5 minutes') with ordinality as t (at, n) order by 1`

const PARTS = `select * from (values ('chat', 12.5, 3), ('search', 7.25, 9), ('summary', 3.1, 1)) as t (feature, cost, calls)`

interface Spec {
  type: string
  targets?: object[]
  options?: object
  defaults?: object
  overrides?: object[]
  more?: object
}

const PANELS: Record<string, Spec> = {
  'Time series': {
    type: 'timeseries',
    targets: [sql(overTime('sin(n / 9.0) as a, cos(n / 9.0) as b'), 'time_series')],
  },
  Stat: { type: 'stat', targets: [sql(overTime('n as calls'), 'time_series')], options: { graphMode: 'area' } },
  Gauge: {
    type: 'gauge',
    targets: [sql(PARTS)],
    options: { reduceOptions: { values: true, calcs: ['lastNotNull'] } },
    defaults: { max: 15, unit: 'currencyUSD' },
  },
  'Bar gauge': {
    type: 'bargauge',
    targets: [sql(PARTS)],
    options: { reduceOptions: { values: true, calcs: ['lastNotNull'] } },
  },
  'Bar chart': {
    type: 'barchart',
    targets: [sql(PARTS)],
    options: { xField: 'feature', legend: { showLegend: true, displayMode: 'list', placement: 'bottom' } },
  },
  'Stacked bars, lying': {
    type: 'barchart',
    targets: [sql(PARTS)],
    options: { orientation: 'horizontal', stacking: 'percent' },
    defaults: { unit: 'percent' },
  },
  Pie: {
    type: 'piechart',
    targets: [sql(PARTS)],
    options: {
      pieType: 'donut',
      displayLabels: ['percent'],
      reduceOptions: { values: true, calcs: ['lastNotNull'] },
      legend: { showLegend: true, displayMode: 'table', placement: 'right', values: ['value'] },
    },
  },
  Heatmap: {
    type: 'heatmap',
    targets: [sql(overTime(`abs(sin(n)) * 9 as "0.1 s", abs(cos(n)) * 30 as "0.5 s", n % 7 as "1 s"`), 'time_series')],
  },
  States: {
    type: 'state-timeline',
    targets: [sql(overTime(`(n / 10 % 3)::int as api, (n / 17 % 3)::int as ledger`), 'time_series')],
    defaults: {
      mappings: [
        {
          type: 'value',
          options: {
            0: { text: 'up', color: 'green' },
            1: { text: 'slow', color: 'orange' },
            2: { text: 'down', color: 'red' },
          },
        },
      ],
    },
  },
  'Status history': {
    type: 'status-history',
    targets: [sql(overTime('(n % 4)::int as probe'), 'time_series')],
    defaults: {
      thresholds: {
        mode: 'absolute',
        steps: [
          { value: null, color: 'green' },
          { value: 3, color: 'red' },
        ],
      },
    },
  },
  Table: {
    type: 'table',
    targets: [sql(PARTS)],
    overrides: [
      {
        matcher: { id: 'byName', options: 'cost' },
        properties: [
          { id: 'unit', value: 'currencyUSD' },
          { id: 'displayName', value: 'Cost' },
        ],
      },
    ],
  },
  Logs: {
    type: 'logs',
    targets: [
      sql(
        `select now() - n * interval '1 minute' as time, (array['info', 'warn', 'error'])[1 + n % 3] as level, 'line ' || n as body from generate_series(1, 20) as n`,
      ),
    ],
  },
  Nodes: {
    type: 'nodeGraph',
    targets: [
      sql(
        `select * from (values ('app', 'App', 12), ('collector', 'Collector', 12), ('ledger', 'Ledger', 11), ('tempo', 'Tempo', 3)) as t (id, title, mainstat)`,
      ),
      {
        ...sql(
          `select * from (values ('1', 'app', 'collector'), ('2', 'collector', 'ledger'), ('3', 'collector', 'tempo')) as t (id, source, target)`,
        ),
        refId: 'B',
      },
    ],
  },
  Alerts: { type: 'alertlist', options: { maxItems: 5 } },
  Dashboards: { type: 'dashlist', options: { tags: ['spanledger'], keepTime: true, includeVars: true } },
  Text: { type: 'text', options: { mode: 'markdown', content: '**$words** every $step, from [[source]]' } },
  'Prometheus itself': {
    type: 'timeseries',
    targets: [
      { refId: 'A', datasource: PROMETHEUS, expr: 'up{job="prometheus"}', legendFormat: '{{job}}', range: true },
    ],
  },
  'For $who': {
    type: 'stat',
    targets: [sql(`select length('$who') as letters`)],
    more: { repeat: 'who', maxPerRow: 3 },
  },
  'After the repeat': { type: 'stat', targets: [sql('select 1 as one')] },
}

const variable = (type: string, name: string, query: string, value: string | string[], more: object = {}) => ({
  type,
  name,
  query,
  current: { value, text: value },
  ...more,
})

const WIDTH = 8
const HEIGHT = 8

/** @param traceId adds a panel with that trace, out of the Tempo data source. */
export function galleryDashboard(traceId?: string) {
  const traces: Record<string, Spec> = traceId
    ? {
        Trace: {
          type: 'traces',
          targets: [{ refId: 'A', datasource: { type: 'tempo', uid: 'tempo' }, queryType: 'traceql', query: traceId }],
        },
      }
    : {}
  const entries = Object.entries({ ...traces, ...PANELS })
  return {
    uid: 'gallery',
    title: 'Every panel',
    description: 'Does each panel type draw?',
    tags: [],
    time: { from: 'now-6h', to: 'now' },
    timezone: 'browser',
    templating: {
      list: [
        variable('custom', 'who', 'acme,globex,initech', ['$__all'], { multi: true, includeAll: true }),
        variable('textbox', 'words', 'Written', 'Written'),
        variable('interval', 'step', '1m,5m,1h', '5m'),
        variable('datasource', 'source', 'prometheus', 'prometheus'),
        variable('constant', 'fixed', '42', '42', { hide: 2 }),
      ],
    },
    panels: entries.map(
      ([title, { type, targets, options = {}, defaults = {}, overrides = [], more = {} }], index) => ({
        id: index + 1,
        type,
        title,
        // The last stands on a line of its own, so that the repeated one before it has room to grow.
        gridPos:
          index === entries.length - 1
            ? { x: 0, y: 100, w: 24, h: HEIGHT }
            : { x: (index % 3) * WIDTH, y: Math.floor(index / 3) * HEIGHT, w: WIDTH, h: HEIGHT },
        ...(targets ? { targets } : {}),
        options,
        fieldConfig: { defaults, overrides },
        ...more,
      }),
    ),
  }
}
