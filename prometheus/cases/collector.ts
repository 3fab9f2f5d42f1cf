// Cases of the alerts on the collector.
import type { AlertCase, Series } from './alert-case.ts'

const PIPELINE = 'pipeline-health'
const own = (metric: string, labels: string, values: string): Series => ({
  [`${metric}{job="collector",${labels}}`]: values,
})
const LEDGER = 'exporter="otlp_http/ledger"'
const queue = (size: string): Series => ({
  ...own('otelcol_exporter_queue_size', `${LEDGER},data_type="traces"`, size),
  ...own('otelcol_exporter_queue_capacity', `${LEDGER},data_type="traces"`, '1000x100'),
})
const lost = (values: string) => own('otelcol_exporter_send_failed_spans', LEDGER, values)
const refused = (values: string) => own('otelcol_receiver_refused_log_records', 'receiver="otlp"', values)
const tempo = (values: string) => own('otelcol_exporter_enqueue_failed_spans', 'exporter="otlp_grpc/tempo"', values)
const dropped = (values: string): Series => ({
  'spanledger_telemetry_dropped_total{service_name="shop",spanledger_signal="spans"}': values,
})
const overflow = (values: string): Series => ({
  'traces_span_metrics_calls_total{otel_metric_overflow="true"}': values,
})

/** What holds for every counter that exists only once something went wrong. */
const counterStaysSilent = (counter: (values: string) => Series) => [
  { why: 'old losses', series: counter('7x60'), at: ['6m', '12m'] },
  { why: 'counter reset', series: counter('7x20 0x40'), at: ['8m', '12m'] },
  { why: 'back after an outage of Prometheus', series: counter('7x20 _x40 7x20'), at: ['15m15s', '18m'] },
  { why: 'no data', series: {}, at: ['6m'] },
]

export const COLLECTOR_CASES: readonly AlertCase[] = [
  {
    alert: 'CollectorDown',
    fires: {
      series: { 'up{job="collector",instance="c:8888"}': '1x4 0x40' },
      at: '2m15s',
      notYetAt: '2m',
      labels: { job: 'collector', instance: 'c:8888' },
      dashboard: PIPELINE,
    },
    silent: [
      {
        why: 'a restart of 45 s',
        series: { 'up{job="collector",instance="c:8888"}': '1x4 0x3 1x40' },
        at: ['2m', '5m'],
      },
      { why: 'another job', series: { 'up{job="ledger",instance="l"}': '0x40' }, at: ['5m'] },
    ],
  },
  {
    alert: 'CollectorQueueNearFull',
    fires: {
      series: queue('801x40'),
      at: '1m',
      notYetAt: '45s',
      labels: { exporter: 'otlp_http/ledger' },
      dashboard: PIPELINE,
    },
    silent: [
      { why: 'exactly 80 %', series: queue('800x40'), at: ['5m'] },
      { why: 'a short peak', series: queue('100x4 900x3 100x40'), at: ['1m45s', '5m'] },
    ],
  },
  {
    alert: 'CollectorDataLost',
    fires: {
      series: lost('_x20 5x40'), // the series appears with its first loss
      at: '5m30s',
      notYetAt: '4m45s',
      labels: { exporter: 'otlp_http/ledger', signal: 'spans' },
      dashboard: PIPELINE,
    },
    silent: counterStaysSilent(lost),
  },
  {
    alert: 'CollectorRefusing',
    fires: {
      series: refused('3x20 8x40'),
      at: '7m30s',
      notYetAt: '7m',
      labels: { receiver: 'otlp', signal: 'logs' },
      dashboard: PIPELINE,
    },
    silent: counterStaysSilent(refused),
  },
  {
    alert: 'CollectorTempoDrops',
    fires: {
      series: tempo('_x20 40x40'),
      at: '7m15s',
      notYetAt: '6m45s',
      labels: { job: 'collector', signal: 'queue_full' },
      dashboard: PIPELINE,
    },
    silent: [
      ...counterStaysSilent(tempo),
      {
        why: 'a sampler that holds many traces, and has room',
        series: { 'otelcol_processor_tail_sampling_sampling_traces_on_memory{job="collector"}': '48999x40' },
        at: ['6m', '9m'],
      },
      {
        why: 'the ledger’s queue waits instead',
        series: own('otelcol_exporter_enqueue_failed_spans', LEDGER, '0+1x40'),
        at: ['6m'],
      },
    ],
  },
  {
    alert: 'TelemetryDropped',
    fires: {
      series: dropped('_x20 12x40'),
      at: '5m30s',
      notYetAt: '4m45s',
      labels: { service_name: 'shop', spanledger_signal: 'spans' },
      dashboard: PIPELINE,
    },
    silent: counterStaysSilent(dropped),
  },
  {
    alert: 'SpanMetricsOverflow',
    fires: { series: overflow('0+1x40'), at: '6m', labels: {}, dashboard: PIPELINE },
    silent: [
      { why: 'no more overflow', series: overflow('9x60'), at: ['6m', '12m'] },
      { why: 'counter reset', series: overflow('9x20 0x40'), at: ['6m', '8m'] },
      {
        why: 'series within the limit',
        series: { 'traces_span_metrics_calls_total{org_id="acme"}': '0+9x40' },
        at: ['6m'],
      },
    ],
  },
]
