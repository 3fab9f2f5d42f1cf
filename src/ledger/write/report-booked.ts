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
    for (const sum of sumLines(booked.lines).values()) count(sum, bound(sum.labels), metrics)
  }
}

/** Lines of one transaction that agree in their labels are counted at once: a look-up of labels costs more than a sum. */
interface LineSum {
  labels: CallLabels
  calls: number
  costUsd: number
  unpricedCalls: number
  reversedCalls: number
  reversedCostUsd: number
}

function sumLines(lines: readonly UsageLine[]): Map<string, LineSum> {
  const sums = new Map<string, LineSum>()
  for (const line of lines) {
    const { feature, provider, model } = line.content
    const key = `${line.orgId}\0${feature}\0${provider}\0${model}`
    let sum = sums.get(key)
    if (!sum) {
      const labels = { org_id: line.orgId, feature, provider, model }
      sum = { labels, calls: 0, costUsd: 0, unpricedCalls: 0, reversedCalls: 0, reversedCostUsd: 0 }
      sums.set(key, sum)
    }
    const costUsd = Number(line.price.costPicoUsd ?? 0n) / PICO_PER_USD
    if (line.calls < 0) {
      sum.reversedCalls += 1
      sum.reversedCostUsd -= costUsd
    } else {
      sum.calls += 1
      sum.costUsd += costUsd
      if (line.unpricedCalls > 0) sum.unpricedCalls += 1
    }
  }
  return sums
}

function count(sum: LineSum, labels: CallLabels, metrics: LedgerMetrics): void {
  if (sum.reversedCalls > 0) {
    metrics.reversedCalls.inc(labels, sum.reversedCalls)
    metrics.reversedCost.inc(labels, sum.reversedCostUsd)
  }
  if (sum.calls === 0) return
  metrics.calls.inc(labels, sum.calls)
  metrics.cost.inc(labels, sum.costUsd)
  const { org_id, provider, model } = labels
  if (sum.unpricedCalls > 0) metrics.unpricedCalls.inc({ org_id, provider, model }, sum.unpricedCalls)
}
