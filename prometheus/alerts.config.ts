// Every threshold and window of the alerts, in one table. In: nothing. Out: the table the rules are generated from
// (`node prometheus/generate.ts` after a change). Ratios are 0–1, durations Prometheus durations, money USD.
// `minCalls` are floors: below them a ratio or quantile says nothing, so one failure at night wakes nobody.

import type { Severity } from './alert-rule.ts'

/** The table's shape; any duration and number may stand in it. */
type Values<T> = T extends Severity
  ? Severity
  : T extends string
    ? string
    : T extends number
      ? number
      : T extends readonly number[]
        ? readonly number[]
        : { readonly [K in keyof T]: Values<T[K]> }

export type AlertsConfig = Values<typeof ALERTS_CONFIG>

export const ALERTS_CONFIG = {
  genai: {
    window: '5m',
    minCalls: 20,
    // A cause is told before its symptoms and ends after them: their `for` is longer, its `keepFiringFor` covers theirs.
    errorRate: { ratio: 0.05, recent: '2m', for: '1m', keepFiringFor: '2m' },
    p95: { seconds: 10, for: '5m', keepFiringFor: '2m' },
    p99: { seconds: 5, for: '7m' },
    firstChunk: { quantile: 0.95, seconds: 3, for: '7m' },
    /** So many failures and no success within the recent minute, or within the window where calls are rare. */
    providerDown: { failures: 3, recent: '1m', keepFiringFor: '6m' },
    providerSlow: { seconds: 10, for: '6m', keepFiringFor: '1m' },
    rateLimit: { ratio: 0.8, for: '5m' },
    cacheHits: { ratio: 0.5, window: '1h', minLookups: 50 },
  },
  slo: {
    /** Share of feature runs that may fail, and that may take longer than `slowSeconds` (p90 < 2 s). */
    errors: { budget: 0.02, fastBurn: 14.4, slowBurn: 6 },
    latency: { budget: 0.1, slowSeconds: 2, fastBurn: 6, slowBurn: 3 },
    fast: { short: '5m', long: '1h', severity: 'critical' },
    slow: { short: '30m', long: '6h', severity: 'warning' },
    minRuns: 50,
  },
  dependencies: {
    serviceDown: { for: '2m', keepFiringFor: '3m' },
    poolExhaustedFor: '1m',
    slowQueries: { quantile: 0.95, seconds: 1, for: '5m', minCalls: 20 },
    redisErrors: { count: 10, window: '5m' },
    vectorStoreErrors: { count: 10, window: '5m' },
    /** `bridge`: an api that restarts has not asked yet, which is no end. */
    neo4j: { downFor: '30s', bridge: '2m', slowSeconds: 0.5, slowFor: '5m' },
  },
  cost: {
    hourlyUsd: 50,
    /** The average is of so many whole days, fewer for an organisation that is younger. */
    aboveAverage: { factor: 2, minUsd: 1, days: 7 },
    /** Percent of a budget that names none of its own; table budgets fills them in (a test compares). */
    budgetThresholds: { day: [80, 100], week: [80, 100], month: [50, 80, 100] },
    /** Bridges a restart of the api, so that a budget mail is neither repeated nor followed by a false resolution. */
    keepFiringFor: '15m',
  },
  pipeline: {
    collectorDown: { for: '1m', keepFiringFor: '3m' },
    /** How long what an outage of the collector or the api explains is not told by itself after the outage. */
    explainedFor: '6m',
    ingestStalled: { window: '5m', for: '3m', keepFiringFor: '1m' },
    queueNearFull: { ratio: 0.8, for: '1m' },
    lossWindow: '5m',
    /** A queue that fills within a minute is told first, as the cause. */
    fullFor: '2m',
    /** TAIL_SAMPLING_TRACES of collector.yaml: from so many on the sampler forgets the oldest unjudged. */
    sampler: { traces: 50_000, ratio: 0.98 },
    overflowWindow: '5m',
    rejectedWindow: '15m',
    conflictWindow: '15m',
    /** Told before LedgerWritesFailing, which every refused request trips as well. */
    schemaMismatch: { window: '2m', for: '30s', keepFiringFor: '3m' },
    writesFailing: { window: '2m', for: '1m', keepFiringFor: '3m' },
    writesSlow: { quantile: 0.95, seconds: 1, for: '5m' },
    unpricedWindow: '1h',
    priceBookMaxAgeDays: 30,
    series: { budget: 20_000, ratio: 0.8, for: '5m' },
    tenantSilent: {
      silentFor: '10m',
      before: '1h',
      minCalls: 100,
      for: '2m',
      /** Whoever made fewer calls in the hour from now on yesterday has gone home. */
      yesterday: { window: '1h', offset: '23h', minCalls: 10 },
    },
  },
  alerting: {
    failureWindow: '5m',
    failureFor: '2m',
    /** Ages are remembered over restarts; a night in which nothing ran is no age: the api must have been seen lately. */
    jobStale: { after: '15m', for: '1m', memory: '2d', seenWithin: '30m' },
    watchdogTimeout: '10m',
  },
} as const
