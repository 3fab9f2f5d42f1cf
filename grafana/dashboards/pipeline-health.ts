// "Pipeline health": is every call arriving, and is anything lost, late or refused on the way?
import { RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { createDashboard } from '../kit/dashboard.ts'
import { lines, stat, thresholdsFrom } from '../kit/panels.ts'
import { promql, promqlInstant } from '../kit/queries.ts'

const up = (title: string, expr: string, description: string) =>
  stat({
    title,
    description,
    unit: 'none',
    width: 4,
    height: 4,
    emptyText: 'not scraped',
    mappings: { 0: { text: 'down' }, 1: { text: 'up' } },
    thresholds: [
      { value: null, color: 'red' },
      { value: 1, color: 'green' },
    ],
    queries: [promqlInstant(expr, title)],
  })

const SIGNALS = ['spans', 'metric_points', 'log_records'] as const

const half = { width: 12, height: 8 } as const

export const pipelineHealth = createDashboard({
  uid: 'pipeline-health',
  title: 'Pipeline health',
  question: 'Is every call arriving, and is anything lost, late or refused on the way?',
  from: 'now-1h',
  refresh: '15s',
})
  .withRow(new RowBuilder('Is everything up?'))
  .withPanel(up('Collector', 'up{job="collector"}', 'The collector answers its scrape.'))
  .withPanel(up('Ledger', 'up{job="ledger"}', 'The ledger answers its scrape.'))
  .withPanel(up('API', 'up{job="api"}', 'The api answers its scrape.'))
  .withPanel(up('Neo4j', 'neo4j_up', 'The Bolt probe of Neo4j succeeds.'))
  .withPanel(up('Alertmanager', 'up{job="alertmanager"}', 'Alertmanager answers its scrape.'))
  .withPanel(
    stat({
      title: 'Spans refused, last hour',
      description: 'Spans the ledger can never book: malformed, or for an organisation the sender may not write.',
      unit: 'short',
      width: 4,
      height: 4,
      thresholds: thresholdsFrom([1, 'red']),
      queries: [promqlInstant('sum(increase(ledger_spans_rejected_total[1h])) or vector(0)', 'refused')],
    }),
  )
  .withRow(new RowBuilder('Way in'))
  .withPanel(
    lines({
      title: 'Records accepted by the collector',
      description: 'Spans, metric points and log records per second that senders got a 2xx for.',
      unit: 'cps',
      ...half,
      queries: [
        promql('sum(rate(otelcol_receiver_accepted_spans[$__rate_interval]))', 'spans'),
        promql('sum(rate(otelcol_receiver_accepted_metric_points[$__rate_interval]))', 'metric points'),
        promql('sum(rate(otelcol_receiver_accepted_log_records[$__rate_interval]))', 'log records'),
      ],
    }),
  )
  .withPanel(
    lines({
      title: 'Records refused by the collector',
      description: 'Back-pressure: the disk bound is reached and senders are told to retry. Should be zero.',
      unit: 'cps',
      ...half,
      emptyText: 'Nothing was refused',
      queries: [
        ...SIGNALS.map((signal) =>
          promql(
            `sum by (receiver) (rate(otelcol_receiver_refused_${signal}[$__rate_interval]))`,
            `{{receiver}} ${signal}`,
          ),
        ),
      ],
    }),
  )
  .withRow(new RowBuilder('Fan-out'))
  .withPanel(
    lines({
      title: 'Queue on disk by branch',
      description: 'Bytes waiting for a backend. A branch that grows has a backend that is down or slow.',
      unit: 'bytes',
      ...half,
      queries: [promql('sum by (exporter) (otelcol_exporter_queue_size)', '{{exporter}}')],
    }),
  )
  .withPanel(
    lines({
      title: 'Failed sends by branch',
      description: 'Sends that failed for good, per second: records lost. Should be zero.',
      unit: 'cps',
      ...half,
      emptyText: 'No send failed',
      queries: [
        ...SIGNALS.map((signal) =>
          promql(
            `sum by (exporter) (rate(otelcol_exporter_send_failed_${signal}[$__rate_interval]))`,
            `{{exporter}} ${signal}`,
          ),
        ),
      ],
    }),
  )
  .withRow(new RowBuilder('Ledger'))
  .withPanel(
    lines({
      title: 'Spans received and rows booked',
      description: 'Spans the ledger received per second beside the rows it committed, by kind of row.',
      unit: 'cps',
      ...half,
      queries: [
        promql('sum(rate(ledger_spans_received_total[$__rate_interval]))', 'spans received'),
        promql('sum by (kind) (rate(ledger_rows_booked_total[$__rate_interval]))', '{{kind}} booked'),
      ],
    }),
  )
  .withPanel(
    lines({
      title: 'Commit time',
      description: 'Time from a group of requests being taken up to COMMIT, p50 and p99.',
      unit: 's',
      ...half,
      emptyText: 'Nothing was written',
      queries: [
        promql(
          'histogram_quantile(0.5, sum by (le) (rate(ledger_write_duration_seconds_bucket[$__rate_interval])))',
          'p50',
        ),
        promql(
          'histogram_quantile(0.99, sum by (le) (rate(ledger_write_duration_seconds_bucket[$__rate_interval])))',
          'p99',
        ),
      ],
    }),
  )
  .withPanel(
    lines({
      title: 'Unpriced calls',
      description: 'Calls per second whose model has no price, by organisation and model.',
      unit: 'cps',
      ...half,
      emptyText: 'Every call has a price',
      queries: [
        promql(
          'sum by (org_id, provider, model) (rate(ledger_unpriced_calls_total{org_id=~"$org_id"}[$__rate_interval]))',
          '{{org_id}} {{provider}} {{model}}',
        ),
      ],
    }),
  )
  .withPanel(
    lines({
      title: 'Neo4j ping',
      description: 'Time of the Bolt probe. A gap means that the probe failed.',
      unit: 's',
      ...half,
      emptyText: 'The probe has not succeeded yet',
      queries: [promql('neo4j_ping_seconds', 'ping')],
    }),
  )
