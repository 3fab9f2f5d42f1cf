// Alerts on the collector and on what applications lose before it. In: the config table. Out: a rule group.
import {
  type AlertRule,
  anyGrew,
  grew,
  increase,
  PIPELINE,
  percent,
  type RuleGroup,
  unlessTold,
} from '../alert-rule.ts'
import type { AlertsConfig } from '../alerts.config.ts'

const COLLECTOR_DOWN = [{ alert: 'CollectorDown' }]
const SIGNALS = { spans: 'spans', logs: 'log_records', metrics: 'metric_points' }
const own = (prefix: string) =>
  Object.fromEntries(Object.entries(SIGNALS).map(([signal, unit]) => [signal, `${prefix}_${unit}{job="collector"}`]))

export function createCollectorRules({ pipeline: config }: AlertsConfig): RuleGroup {
  const { collectorDown, explainedFor, queueNearFull, lossWindow, fullFor, sampler, overflowWindow } = config
  const count = '{{ printf "%.0f" $value }}'
  // Its counter of traces "dropped too early" counts each that it judged at once: it says nothing since it judges as spans come.
  const samplerHeld = `max by (job) (max_over_time(otelcol_processor_tail_sampling_sampling_traces_on_memory[${lossWindow}]))`
  const samplerFull = `label_replace(${samplerHeld} >= ${sampler.ratio * sampler.traces}, "signal", "sampler_full", "", "")`
  const ifSamplerFull = (then: string, otherwise: string) =>
    `{{ if eq $labels.signal "sampler_full" }}${then}{{ else }}${otherwise}{{ end }}`
  const alerts: AlertRule[] = [
    {
      name: 'CollectorDown',
      topic: 'collector',
      severity: 'critical',
      expr: 'up{job="collector"} == 0',
      for: collectorDown.for,
      keepFiringFor: collectorDown.keepFiringFor,
      summary: 'The collector is down',
      description: `Prometheus has not reached the collector for ${collectorDown.for} (up is {{ $value }}). Applications buffer, then lose telemetry; nothing new is booked.`,
      value: 'up = {{ $value }}',
      action: 'Look at the collector’s log and its queue folder’s disk, then restart it; its queues are on disk.',
      dashboard: PIPELINE,
    },
    {
      name: 'CollectorQueueNearFull',
      topic: 'collector_queue',
      severity: 'warning',
      // The fullest of its signals: one alert a backend.
      expr: `max by (exporter) (otelcol_exporter_queue_size{job="collector"} / otelcol_exporter_queue_capacity{job="collector"}) > ${queueNearFull.ratio}`,
      for: queueNearFull.for,
      summary: 'The queue to {{ $labels.exporter }} is {{ $value | humanizePercentage }} full',
      description: `The collector’s queue to {{ $labels.exporter }} is {{ $value | humanizePercentage }} full, over ${percent(queueNearFull.ratio)} for ${queueNearFull.for}. When it is full, senders are slowed down (ledger, Prometheus) or spans dropped (Tempo).`,
      value: '{{ $value | humanizePercentage }}',
      action: 'See why that backend takes nothing; the queue empties by itself once it does.',
      dashboard: PIPELINE,
      causes: COLLECTOR_DOWN,
    },
    {
      name: 'CollectorDataLost',
      topic: 'collector_loss',
      severity: 'critical',
      expr: anyGrew(own('otelcol_exporter_send_failed'), lossWindow, ['exporter']),
      summary: 'The collector gave up on records for {{ $labels.exporter }}',
      description: `${count} records ({{ $labels.signal }}) for {{ $labels.exporter }} were refused for good and dropped in the last ${lossWindow}.`,
      value: `${count} records`,
      action: 'The collector’s log names the backend’s answer; a 4xx there means what we send is wrong.',
      dashboard: PIPELINE,
    },
    {
      name: 'CollectorRefusing',
      topic: 'collector_refusals',
      severity: 'warning',
      expr: unlessTold(
        anyGrew(own('otelcol_receiver_refused'), lossWindow, ['receiver']),
        ['alertname="CollectorQueueNearFull"'],
        explainedFor,
      ),
      for: fullFor,
      summary: 'The collector refuses telemetry at {{ $labels.receiver }}',
      description: `${count} records ({{ $labels.signal }}) were refused at {{ $labels.receiver }} in the last ${lossWindow}; senders keep and repeat them.`,
      value: `${count} records`,
      action: 'Check the collector’s memory and the queues; refusals stop when there is room.',
      dashboard: PIPELINE,
      causes: [{ alert: 'CollectorQueueNearFull' }],
    },
    {
      name: 'CollectorTempoDrops',
      topic: 'tempo_drops',
      severity: 'warning',
      // Drops stay in the window when the queue that was told of is empty again.
      expr: unlessTold(
        `${anyGrew({ queue_full: 'otelcol_exporter_enqueue_failed_spans{exporter="otlp_grpc/tempo"}' }, lossWindow, ['job'])} or ${samplerFull}`,
        ['alertname="CollectorQueueNearFull",exporter="otlp_grpc/tempo"'],
        explainedFor,
      ),
      for: fullFor,
      summary: 'Traces are dropped on the way to Tempo',
      description: `${ifSamplerFull(`The sampler held ${count} traces in the last ${lossWindow}, as many as it may: it forgets the oldest before it has judged them.`, `${count} spans did not reach Tempo in the last ${lossWindow}: the queue to it is full.`)} The ledger has them all.`,
      value: ifSamplerFull(`${count} traces held`, `${count} spans dropped`),
      action: 'See why Tempo takes nothing, or raise TAIL_SAMPLING_TRACES.',
      dashboard: PIPELINE,
      causes: [{ alert: 'CollectorQueueNearFull', match: { exporter: 'otlp_grpc/tempo' } }],
    },
    {
      name: 'TelemetryDropped',
      topic: 'app_loss',
      severity: 'warning',
      // CollectorDown says that telemetry will be lost; the count of it arrives when the collector is back.
      expr: unlessTold(
        grew('spanledger_telemetry_dropped_total', lossWindow, ['service_name', 'spanledger_signal']),
        ['alertname="CollectorDown"'],
        explainedFor,
      ),
      summary: 'Service {{ $labels.service_name }} loses telemetry',
      description: `${count} items ({{ $labels.spanledger_signal }}) of {{ $labels.service_name }} were lost before the collector took them in the last ${lossWindow}.`,
      value: `${count} items`,
      action: 'Check that the service reaches the collector and that its token is right.',
      dashboard: PIPELINE,
      causes: COLLECTOR_DOWN,
    },
    {
      name: 'SpanMetricsOverflow',
      topic: 'series',
      severity: 'info',
      expr: `${increase('traces_span_metrics_calls_total{otel_metric_overflow="true"}', overflowWindow, ['job'])} > 0`,
      summary: 'Span metrics reached their limit of series',
      description: `${count} spans were counted in the overflow series in the last ${overflowWindow}: new label sets no longer get a series of their own.`,
      value: `${count} spans`,
      action: 'Find the label with too many values (often span names with ids) and fix it at its source.',
      dashboard: PIPELINE,
    },
  ]
  return { name: 'collector', alerts }
}
