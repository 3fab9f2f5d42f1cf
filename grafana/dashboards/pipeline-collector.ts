// Panels of "Pipeline health" on the way to the ledger: applications, collector, queues. In: the dashboard. Out: the same.
import { type DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { ALERTS_CONFIG } from '../../prometheus/alerts.config.ts'
import { lines, linesWithLimit } from '../kit/panels.ts'
import { promql } from '../kit/queries.ts'

const { queueNearFull, sampler, series } = ALERTS_CONFIG.pipeline
const SIGNALS = ['spans', 'metric_points', 'log_records'] as const
const half = { width: 12, height: 8 } as const

const lost = (metric: string, by: string) =>
  SIGNALS.map((signal) =>
    promql(`sum by (${by}) (increase(${metric}_${signal}{job="collector"}[5m]))`, `{{${by}}} ${signal}`),
  )

export const withCollectorPanels = (dashboard: DashboardBuilder): DashboardBuilder =>
  dashboard
    .withRow(new RowBuilder('Way in'))
    .withPanel(
      lines({
        title: 'Records accepted by the collector',
        description: 'Spans, metric points and log records per second that senders got a 2xx for.',
        unit: 'cps',
        ...half,
        emptyText: 'The collector is not scraped',
        queries: SIGNALS.map((signal) =>
          promql(`sum(rate(otelcol_receiver_accepted_${signal}[$__rate_interval]))`, signal.replace('_', ' ')),
        ),
      }),
    )
    .withPanel(
      lines({
        title: 'Records refused by the collector',
        description: 'Back-pressure: within five minutes, records whose senders were told to retry. Should be zero.',
        unit: 'short',
        ...half,
        emptyText: 'Nothing was refused',
        alerts: ['CollectorRefusing'],
        queries: lost('otelcol_receiver_refused', 'receiver'),
      }),
    )
    .withPanel(
      lines({
        title: 'Telemetry lost in applications',
        description:
          'Items that applications dropped within five minutes, before the collector took them. Should be zero.',
        unit: 'short',
        ...half,
        emptyText: 'No application lost telemetry',
        alerts: ['TelemetryDropped'],
        queries: [
          promql(
            'sum by (service_name, spanledger_signal) (increase(spanledger_telemetry_dropped_total[5m]))',
            '{{service_name}} {{spanledger_signal}}',
          ),
        ],
      }),
    )
    .withPanel(
      linesWithLimit(
        {
          title: 'Series of applications',
          description: `Series in Prometheus that applications and the ledger make. The budget is ${series.budget}.`,
          unit: 'short',
          ...half,
          emptyText: 'Prometheus has not counted yet',
          alerts: ['SeriesBudgetNearLimit'],
          queries: [promql('app:series:count', 'series')],
        },
        [series.budget * series.ratio, 'orange'],
      ).min(0),
    )
    .withRow(new RowBuilder('Fan-out'))
    .withPanel(
      lines({
        title: 'Queue on disk by branch',
        description: 'Bytes waiting for a backend. A branch that grows has a backend that is down or slow.',
        unit: 'bytes',
        ...half,
        emptyText: 'The collector is not scraped',
        queries: [promql('sum by (exporter) (otelcol_exporter_queue_size)', '{{exporter}}')],
      }),
    )
    .withPanel(
      linesWithLimit(
        {
          title: 'Queue fill by branch',
          description:
            'Share of the queue in use. When it is full, senders are slowed down (ledger, Prometheus) or spans dropped (Tempo).',
          unit: 'percentunit',
          ...half,
          emptyText: 'The collector is not scraped',
          alerts: ['CollectorQueueNearFull'],
          queries: [
            promql(
              'max by (exporter, data_type) (otelcol_exporter_queue_size{job="collector"} / otelcol_exporter_queue_capacity{job="collector"})',
              '{{exporter}} {{data_type}}',
            ),
          ],
        },
        [queueNearFull.ratio, 'orange'],
      ).min(0),
    )
    .withPanel(
      lines({
        title: 'Failed sends by branch',
        description: 'Records that a backend refused for good within five minutes: lost. Should be zero.',
        unit: 'short',
        ...half,
        emptyText: 'No send failed',
        alerts: ['CollectorDataLost'],
        queries: lost('otelcol_exporter_send_failed', 'exporter'),
      }),
    )
    .withPanel(
      lines({
        title: 'Dropped on the way to Tempo',
        description:
          'Spans that did not reach Tempo within five minutes, and the traces in the sampler when it is full. The ledger has them all.',
        unit: 'short',
        ...half,
        emptyText: 'Nothing was dropped',
        alerts: ['CollectorTempoDrops'],
        queries: [
          promql('sum(increase(otelcol_exporter_enqueue_failed_spans{exporter="otlp_grpc/tempo"}[5m]))', 'queue full'),
          promql(
            `max(otelcol_processor_tail_sampling_sampling_traces_on_memory) >= ${sampler.ratio * sampler.traces}`,
            'sampler full: traces it holds',
          ),
        ],
      }),
    )
    .withPanel(
      lines({
        title: 'Span metrics beyond their limit',
        description: 'Spans counted in the overflow series within five minutes, because a label has too many values.',
        unit: 'short',
        ...half,
        emptyText: 'Every label set has a series of its own',
        alerts: ['SpanMetricsOverflow'],
        queries: [
          promql('sum by (job) (increase(traces_span_metrics_calls_total{otel_metric_overflow="true"}[5m]))', 'spans'),
        ],
      }),
    )
