// Alerts on booking: ingest, writes, rejects, prices, tenants, and on the alerting itself. In: the config table.
// Out: a rule group.
import { type AlertRule, anyGrew, grew, increase, PIPELINE, percent, quantile, type RuleGroup } from '../alert-rule.ts'
import type { AlertsConfig } from '../alerts.config.ts'

const rejected = (match: string) => ({
  spans: `ledger_spans_rejected_total{${match}}`,
  logs: `ledger_logs_rejected_total{${match}}`,
})
const COLLECTOR_DOWN = { alert: 'CollectorDown' }
const SCHEMA_MISMATCH = { alert: 'LedgerSchemaMismatch' }
const INGEST_STALLED = { alert: 'LedgerIngestStalled' }
const LEDGER_DOWN = { alert: 'ServiceDown', match: { job: 'ledger' } }

export function createLedgerRules({ pipeline: config }: AlertsConfig): RuleGroup {
  const { ingestStalled, rejectedWindow, tenantSilent, schemaMismatch, series, writesFailing, writesSlow } = config
  const { yesterday } = tenantSilent
  const count = '{{ printf "%.0f" $value }}'
  const received = (signal: string) => `sum(increase(ledger_${signal}_received_total[${ingestStalled.window}]))`
  const answered = (status: string) =>
    increase(`ledger_requests_total{status="${status}"}`, writesFailing.window, ['job'])
  const calls = (window: string) => increase('ledger_calls_total', window, ['org_id'])
  const alerts: AlertRule[] = [
    {
      name: 'LedgerIngestStalled',
      topic: 'ingest',
      severity: 'critical',
      expr: `sum(otelcol_exporter_queue_size{exporter="otlp_http/ledger"}) > 0 unless (${received('spans')} > 0 or ${received('logs')} > 0)`,
      for: ingestStalled.for,
      keepFiringFor: ingestStalled.keepFiringFor,
      summary: 'The ledger takes nothing in',
      description: `${count} bytes wait in the collector for the ledger, and the ledger has received nothing for ${ingestStalled.window}. Nothing is lost while the queue has room.`,
      value: `${count} bytes waiting`,
      action: 'Check the ledger’s /readyz: it names what is missing, most often Postgres.',
      dashboard: PIPELINE,
      causes: [COLLECTOR_DOWN, LEDGER_DOWN, SCHEMA_MISMATCH, { alert: 'LedgerWritesFailing' }],
    },
    {
      name: 'LedgerSchemaMismatch',
      topic: 'ledger_writes',
      severity: 'critical',
      expr: grew('ledger_write_errors_total{code="schema"}', schemaMismatch.window, ['job']),
      for: schemaMismatch.for,
      keepFiringFor: schemaMismatch.keepFiringFor,
      summary: 'The ledger books nothing: its database is of another release',
      description: `${count} groups of requests were refused with 503 in the last ${schemaMismatch.window}, because the database’s schema is not the one this ledger was built for; the collector repeats them.`,
      value: `${count} refusals in ${schemaMismatch.window}`,
      action: 'Run `spanledger migrate status`: bring the schema forward, or start the release it belongs to.',
      dashboard: PIPELINE,
    },
    {
      name: 'LedgerWritesFailing',
      topic: 'ledger_writes',
      severity: 'critical',
      // Without Postgres the ledger cannot even look a sender's token up: then nothing is written, and all is answered 503.
      expr: `${grew('ledger_write_errors_total{code!="schema"}', writesFailing.window, ['job'])} or (${answered('503')} > 0 unless on (job) ${answered('200')} > 0)`,
      for: writesFailing.for,
      keepFiringFor: writesFailing.keepFiringFor,
      summary: 'The ledger cannot write to Postgres',
      description: `${count} writes of the ledger failed in the last ${writesFailing.window} and were answered with 503; the collector repeats them.`,
      value: `${count} failures in ${writesFailing.window}`,
      action: 'Check that Postgres is up, has disk space and accepts the ledger’s login.',
      dashboard: PIPELINE,
      causes: [SCHEMA_MISMATCH],
    },
    {
      name: 'LedgerWritesSlow',
      topic: 'ledger_writes',
      severity: 'warning',
      expr: `${quantile(writesSlow.quantile, 'ledger_write_duration_seconds', writesSlow.for, ['job'])} > ${writesSlow.seconds}`,
      for: writesSlow.for,
      summary: 'Booking is slow: p95 {{ printf "%.1f" $value }} s',
      description: `p95 of the ledger’s transactions is {{ printf "%.1f" $value }} s, over ${writesSlow.seconds} s for ${writesSlow.for}.`,
      value: '{{ printf "%.1f" $value }} s',
      action: 'Look for lock waits and checkpoints in Postgres, and for a full disk queue.',
      dashboard: PIPELINE,
    },
    {
      name: 'LedgerRecordsRejected',
      topic: 'rejects',
      severity: 'warning',
      expr: anyGrew(rejected('reason!="timestamp_out_of_range"'), rejectedWindow, ['reason']),
      summary: 'The ledger rejects records: {{ $labels.reason }}',
      description: `${count} {{ $labels.signal }} were rejected for good in the last ${rejectedWindow}, reason {{ $labels.reason }}.`,
      value: `${count} records`,
      action: 'The ledger’s log names service and scope of one such record; fix the sender.',
      dashboard: PIPELINE,
    },
    {
      name: 'LedgerSpanConflicts',
      topic: 'conflicts',
      severity: 'warning',
      expr: grew('ledger_conflicts_total', config.conflictWindow, ['job']),
      summary: 'A sender reuses span ids',
      description: `${count} spans in the last ${config.conflictWindow} had the ids and start of a span that is booked, but another content. The first stays; what the others said is not booked.`,
      value: `${count} spans`,
      action: 'Find who sends a span twice with different content: a second exporter, or a proxy that changes spans.',
      dashboard: PIPELINE,
    },
    {
      name: 'ClockSkew',
      topic: 'clock',
      severity: 'warning',
      expr: anyGrew(
        { ...rejected('reason="timestamp_out_of_range"'), ahead: 'ledger_spans_ahead_total' },
        rejectedWindow,
        ['job'],
      ),
      summary: 'A sender’s clock is wrong',
      description: `In the last ${rejectedWindow} {{ if eq $labels.signal "ahead" }}${count} spans were booked that start over a minute from now{{ else }}${count} {{ $labels.signal }} were rejected because their time lies too far ahead or back{{ end }}.`,
      value: `${count} records`,
      action: 'Find the service (the runbook has a query) and check its host’s time synchronisation.',
      dashboard: PIPELINE,
    },
    {
      name: 'UnpricedModel',
      topic: 'unpriced',
      severity: 'warning',
      expr: grew('ledger_unpriced_calls_total', config.unpricedWindow, ['org_id', 'provider', 'model']),
      summary: 'No price for {{ $labels.provider }} {{ $labels.model }}, used by {{ $labels.org_id }}',
      description: `${count} calls of {{ $labels.org_id }} to {{ $labels.model }} ({{ $labels.provider }}) were booked without a price in the last ${config.unpricedWindow}. Their cost is unknown, not zero.`,
      value: `${count} calls`,
      action: 'Enter the price, then run reprice: the booked calls get their cost.',
      dashboard: { ...PIPELINE, variables: { org_id: 'org_id' } },
    },
    {
      name: 'PriceBookStale',
      topic: 'prices',
      severity: 'warning',
      expr: `(time() - max(ledger_price_book_recorded_timestamp_seconds)) / 86400 > ${config.priceBookMaxAgeDays}`,
      summary: 'The price book is {{ printf "%.0f" $value }} days old',
      description: `Nothing was recorded in the price book for {{ printf "%.0f" $value }} days; the limit is ${config.priceBookMaxAgeDays}. Providers change prices more often.`,
      value: '{{ printf "%.0f" $value }} days',
      action: 'Update the price catalogue and compare it with the providers’ pages.',
      dashboard: PIPELINE,
    },
    {
      name: 'TenantSilent',
      topic: 'silence',
      severity: 'warning',
      expr: `sum by (org_id) (increase(ledger_calls_total[${tenantSilent.before}] offset ${tenantSilent.silentFor})) >= ${tenantSilent.minCalls} unless on (org_id) ${calls(tenantSilent.silentFor)} > 0 unless on (org_id) sum by (org_id) (increase(ledger_calls_total[${yesterday.window}] offset ${yesterday.offset})) < ${yesterday.minCalls}`,
      for: tenantSilent.for,
      summary: '{{ $labels.org_id }} fell silent',
      description: `No model call of {{ $labels.org_id }} was booked for ${tenantSilent.silentFor}, after ${count} in the ${tenantSilent.before} before.`,
      value: `0 calls, ${count} before`,
      action: 'Ask whether the application is down or its telemetry is refused (token, network).',
      dashboard: { ...PIPELINE, variables: { org_id: 'org_id' } },
      causes: [COLLECTOR_DOWN, LEDGER_DOWN, INGEST_STALLED, SCHEMA_MISMATCH, { alert: 'LedgerWritesFailing' }],
    },
    {
      name: 'SeriesBudgetNearLimit',
      topic: 'series',
      severity: 'warning',
      expr: `app:series:count / ${series.budget} > ${series.ratio}`,
      for: series.for,
      summary: 'Application metrics use {{ $value | humanizePercentage }} of the series budget',
      description: `{{ $value | humanizePercentage }} of the budget of ${series.budget} series is used, over ${percent(series.ratio)} for ${series.for}.`,
      value: '{{ $value | humanizePercentage }}',
      action: 'Find the metric and label with the most values and bound it.',
      dashboard: PIPELINE,
    },
  ]
  const recording = [
    { record: 'app:series:count', expr: 'count({__name__=~"(gen_ai|spanledger|traces_span_metrics|ledger)_.+"})' },
  ]
  return { name: 'ledger', recording, alerts }
}
