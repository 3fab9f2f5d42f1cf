// The ledger's own metrics, in Prometheus' words. README.md says what each one means.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export type LedgerMetrics = ReturnType<typeof createMetrics>

export function createMetrics() {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Counter({ name, help, labelNames, registers })
  const call = ['org_id', 'feature', 'provider', 'model'] as const

  return {
    registry,
    requests: counter('ledger_requests_total', 'OTLP requests answered, by signal and HTTP status', [
      'signal',
      'status',
    ]),
    spansReceived: counter('ledger_spans_received_total', 'Spans of requests that were committed'),
    logsReceived: counter('ledger_logs_received_total', 'Log records of requests that were committed'),
    spansRejected: counter('ledger_spans_rejected_total', 'Spans that can never be booked', ['reason']),
    logsRejected: counter('ledger_logs_rejected_total', 'Log records that can never be booked', ['reason']),
    spansAhead: counter('ledger_spans_ahead_total', 'Spans booked that start over a minute from now'),
    valuesCleaned: counter('ledger_values_cleaned_total', 'Values repaired in records that were kept', ['reason']),
    rowsBooked: counter('ledger_rows_booked_total', 'Rows committed, by table', ['kind']),
    duplicates: counter('ledger_duplicates_total', 'Records that were booked before and changed nothing', ['kind']),
    conflicts: counter('ledger_conflicts_total', 'Spans whose id is booked with other content; the first stays'),
    cost: counter('ledger_cost_usd_total', 'Cost of the model calls booked; a copy for alerting', call),
    calls: counter('ledger_calls_total', 'Model calls booked', call),
    reversedCost: counter('ledger_reversed_cost_usd_total', 'Cost taken back by reversing lines', call),
    reversedCalls: counter('ledger_reversed_calls_total', 'Model calls taken back by reversing lines', call),
    unpricedCalls: counter('ledger_unpriced_calls_total', 'Model calls booked without a price', [
      'org_id',
      'provider',
      'model',
    ]),
    foldedSeries: counter('ledger_series_folded_total', 'Label sets counted as _other to bound the number of series'),
    groupFallbacks: counter('ledger_group_fallbacks_total', 'Groups redone on the slower road, by cause', ['cause']),
    writeErrors: counter('ledger_write_errors_total', 'Transactions that failed and were answered with 503', ['code']),
    systemMissed: counter('ledger_system_minutes_missed_total', 'Minutes of the ledger’s own figures not recorded'),
    writeDuration: new Histogram({
      name: 'ledger_write_duration_seconds',
      help: 'Time from the start of a transaction to its COMMIT',
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    queueSpans: new Gauge({
      name: 'ledger_queue_spans',
      help: 'Spans and log records waiting for a transaction',
      registers,
    }),
    priceBookRecorded: lateGauge(
      registry,
      'ledger_price_book_recorded_timestamp_seconds',
      'When the newest entry of the price book was recorded',
    ),
    priceVersionsUnreadable: new Gauge({
      name: 'ledger_price_versions_unreadable',
      help: 'Price versions that nobody can read and that price nothing',
      registers,
    }),
    inFlightBytes: new Gauge({
      name: 'ledger_in_flight_bytes',
      help: 'Memory that requests hold until their answer: bodies and what they are decoded to, estimated',
      registers,
    }),
  }
}

/** A gauge without a value until it is set: 0 would be an age of half a century. */
function lateGauge(registry: Registry, name: string, help: string): Gauge {
  const gauge = new Gauge({ name, help, registers: [registry] })
  gauge.remove()
  return gauge
}

/** Label sets each counter may have before further ones are folded into `_other`. */
const MAX_LABEL_SETS = 5_000

export type CallLabels = { org_id: string; feature: string; provider: string; model: string }

/** Keeps the number of series bounded: senders choose these labels. */
export function createLabelBound(metrics: LedgerMetrics, max = MAX_LABEL_SETS): (labels: CallLabels) => CallLabels {
  const known = new Set<string>()
  return (labels) => {
    const key = `${labels.org_id}\0${labels.feature}\0${labels.provider}\0${labels.model}`
    if (known.has(key)) return labels
    if (known.size < max) {
      known.add(key)
      return labels
    }
    metrics.foldedSeries.inc()
    return { org_id: '_other', feature: '_other', provider: '_other', model: '_other' }
  }
}
