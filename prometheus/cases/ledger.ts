// Cases of the alerts on booking.
import type { AlertCase, Series } from './alert-case.ts'
import { growing } from './native-histogram.ts'

const PIPELINE = 'pipeline-health'
const waiting = (values: string): Series => ({
  'otelcol_exporter_queue_size{job="collector",exporter="otlp_http/ledger"}': values,
})
const received = (signal: string, values: string): Series => ({
  [`ledger_${signal}_received_total{job="ledger"}`]: values,
})
const writeErrors = (values: string, code = '57P01'): Series => ({
  [`ledger_write_errors_total{job="ledger",code="${code}"}`]: values,
})
const writes = (perStep: Readonly<Record<string, number>>): Series => ({
  'ledger_write_duration_seconds{job="ledger"}': growing(perStep, 80),
})
const rejected =
  (reason: string) =>
  (values: string): Series => ({
    [`ledger_spans_rejected_total{job="ledger",reason="${reason}"}`]: values,
  })
const conflicts = (values: string): Series => ({ 'ledger_conflicts_total{job="ledger"}': values })
const unpriced = (values: string): Series => ({
  'ledger_unpriced_calls_total{job="ledger",org_id="acme",provider="openai",model="gpt-9"}': values,
})
const calls = (values: string): Series => ({
  'ledger_calls_total{job="ledger",org_id="acme",feature="chat",provider="p",model="m"}': values,
})
const appSeries = (count: number): Series => ({ 'app:series:count': `${count}x40` })

export const LEDGER_CASES: readonly AlertCase[] = [
  {
    alert: 'LedgerIngestStalled',
    fires: {
      series: { ...waiting('0x20 500x60'), ...received('spans', '0+10x20 200x60') },
      at: '13m',
      notYetAt: '12m',
      labels: {},
      dashboard: PIPELINE,
    },
    silent: [
      { why: 'busy', series: { ...waiting('500x80'), ...received('spans', '0+10x80') }, at: ['10m', '19m'] },
      {
        why: 'only logs arrive',
        series: { ...waiting('500x80'), ...received('spans', '9x80'), ...received('logs', '0+1x80') },
        at: ['19m'],
      },
      { why: 'nothing to send at night', series: { ...waiting('0x80'), ...received('spans', '9x80') }, at: ['19m'] },
      {
        why: 'the ledger restarts',
        series: { ...waiting('0x20 9x8 0x40'), ...received('spans', '0+5x20 _x8 0+5x40') },
        at: ['7m', '12m'],
      },
    ],
  },
  {
    alert: 'LedgerSchemaMismatch',
    fires: {
      series: writeErrors('_x20 1+2x60', 'schema'),
      at: '5m30s',
      notYetAt: '5m15s',
      labels: { job: 'ledger' },
      dashboard: PIPELINE,
    },
    silent: [
      { why: 'Postgres is away', series: writeErrors('_x20 1+2x60'), at: ['6m', '12m'] },
      { why: 'old refusals', series: writeErrors('7x60', 'schema'), at: ['6m', '12m'] },
      { why: 'counter reset', series: writeErrors('7x20 0x40', 'schema'), at: ['8m'] },
      { why: 'no data', series: {}, at: ['6m'] },
    ],
  },
  {
    alert: 'LedgerWritesFailing',
    fires: {
      series: writeErrors('_x20 1+2x60'),
      at: '6m30s',
      notYetAt: '5m45s',
      labels: { job: 'ledger' },
      dashboard: PIPELINE,
    },
    silent: [
      { why: 'old failures', series: writeErrors('7x60'), at: ['6m', '12m'] },
      { why: 'counter reset', series: writeErrors('7x20 0x40'), at: ['8m'] },
      { why: 'schema: an alert of its own', series: writeErrors('_x20 1+2x60', 'schema'), at: ['6m30s', '12m'] },
      { why: 'no data', series: {}, at: ['6m'] },
    ],
  },
  {
    alert: 'LedgerWritesSlow',
    fires: {
      series: writes({ '1': 0, '2.5': 10, '+Inf': 10 }),
      at: '6m',
      notYetAt: '5m',
      labels: { job: 'ledger' },
      dashboard: PIPELINE,
    },
    silent: [{ why: 'p95 0.98 s', series: writes({ '0.5': 0, '1': 10, '+Inf': 10 }), at: ['12m', '19m'] }],
  },
  {
    alert: 'LedgerRecordsRejected',
    fires: {
      series: rejected('bad_trace_id')('_x20 4x100'),
      at: '6m',
      notYetAt: '4m45s',
      labels: { reason: 'bad_trace_id', signal: 'spans' },
      dashboard: PIPELINE,
    },
    silent: [
      { why: 'old rejects', series: rejected('bad_trace_id')('4x160'), at: ['16m', '30m'] },
      { why: 'counter reset', series: rejected('bad_trace_id')('4x80 0x80'), at: ['22m', '38m'] },
      { why: 'clocks have an alert of their own', series: rejected('timestamp_out_of_range')('0+1x60'), at: ['10m'] },
    ],
  },
  {
    alert: 'LedgerSpanConflicts',
    fires: {
      series: conflicts('0x20 3x100'),
      at: '6m',
      notYetAt: '5m',
      labels: { job: 'ledger' },
      dashboard: PIPELINE,
    },
    silent: [
      { why: 'none', series: conflicts('0x120'), at: ['6m', '20m'] },
      { why: 'old conflicts', series: conflicts('3x160'), at: ['16m', '30m'] },
      { why: 'counter reset', series: conflicts('3x80 0x80'), at: ['22m', '38m'] },
    ],
  },
  {
    alert: 'ClockSkew',
    fires: {
      series: rejected('timestamp_out_of_range')('0x20 4x100'),
      at: '6m',
      notYetAt: '5m',
      labels: { job: 'ledger', signal: 'spans' },
      dashboard: PIPELINE,
    },
    silent: [
      { why: 'old rejects', series: rejected('timestamp_out_of_range')('4x160'), at: ['16m', '30m'] },
      { why: 'another reason', series: rejected('bad_trace_id')('0+1x60'), at: ['10m'] },
      { why: 'no span was ever ahead', series: { 'ledger_spans_ahead_total{job="ledger"}': '0x60' }, at: ['10m'] },
    ],
  },
  {
    alert: 'UnpricedModel',
    fires: {
      series: unpriced('_x20 1x300'), // one single call of a model never seen before
      at: '6m',
      notYetAt: '4m45s',
      labels: { org_id: 'acme', provider: 'openai', model: 'gpt-9' },
      dashboard: 'pipeline-health?var-org_id=acme',
    },
    silent: [
      { why: 'over an hour ago', series: unpriced('1x600'), at: ['1h10m', '2h'] },
      { why: 'counter reset', series: unpriced('9x300 0x300'), at: ['1h30m'] },
      { why: 'all priced', series: calls('0+5x100'), at: ['20m'] },
    ],
  },
  {
    alert: 'PriceBookStale',
    fires: {
      // promtool's clock starts at 0: a price recorded 31 days before.
      series: { 'ledger_price_book_recorded_timestamp_seconds{job="ledger"}': '-2678400x40' },
      at: '1m',
      labels: {},
      dashboard: 'pipeline-health',
    },
    silent: [
      {
        why: '29 days',
        series: { 'ledger_price_book_recorded_timestamp_seconds{job="ledger"}': '-2505600x40' },
        at: ['1m'],
      },
      { why: 'no data', series: {}, at: ['1m'] },
    ],
  },
  {
    alert: 'TenantSilent',
    fires: {
      series: calls('0+1x280 280x100'),
      at: '1h23m',
      notYetAt: '1h15m',
      labels: { org_id: 'acme' },
      dashboard: 'pipeline-health?var-org_id=acme',
    },
    silent: [
      { why: 'a quiet tenant', series: calls('0+0.3x280 84x100'), at: ['1h23m'] },
      { why: 'a slow hour', series: calls('0+1x280 280+0.1x100'), at: ['1h23m'] },
      { why: 'the ledger restarted', series: calls('0+1x280 0+1x100'), at: ['1h15m', '1h23m'] },
      { why: 'a new tenant', series: calls('_x280 0+1x100'), at: ['1h23m'] },
    ],
  },
  {
    alert: 'SeriesBudgetNearLimit',
    fires: { series: appSeries(16_001), at: '5m', notYetAt: '4m45s', labels: {}, dashboard: PIPELINE },
    silent: [{ why: 'exactly 80 %', series: appSeries(16_000), at: ['5m15s'] }],
  },
]
