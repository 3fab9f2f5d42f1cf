// Metrics of what a transaction committed. In: the committed changes. Out: counters; money becomes a floating point
// copy here and nowhere else, for alerting only.
import { type CallLabels, createLabelBound, type LedgerMetrics } from '../metrics.ts'
import type { Booked } from './book-chunk.ts'
import type { UsageLine } from './usage-line.ts'

const PICO_PER_USD = 1e12

export function reportBooked(metrics: LedgerMetrics): (booked: Booked) => void {
  const bound = createLabelBound(metrics)
  return (booked) => {
    for (const [kind, rows] of Object.entries(booked.rows)) metrics.rowsBooked.inc({ kind }, rows)
    if (booked.duplicateSpans > 0) metrics.duplicates.inc({ kind: 'trace_spans' }, booked.duplicateSpans)
    if (booked.duplicateLogs > 0) metrics.duplicates.inc({ kind: 'structured_logs' }, booked.duplicateLogs)
    if (booked.conflicts > 0) metrics.conflicts.inc(booked.conflicts)
    for (const line of booked.lines) countLine(line, bound(labelsOf(line)), metrics)
  }
}

function countLine(line: UsageLine, labels: CallLabels, metrics: LedgerMetrics): void {
  const costUsd = Number(line.price.costPicoUsd ?? 0n) / PICO_PER_USD
  if (line.calls < 0) {
    metrics.reversedCalls.inc(labels)
    metrics.reversedCost.inc(labels, -costUsd)
    return
  }
  metrics.calls.inc(labels)
  metrics.cost.inc(labels, costUsd)
  const { org_id, provider, model } = labels
  if (line.unpricedCalls > 0) metrics.unpricedCalls.inc({ org_id, provider, model })
}

const labelsOf = ({ orgId, content }: UsageLine): CallLabels => ({
  org_id: orgId,
  feature: content.feature,
  provider: content.provider,
  model: content.model,
})
