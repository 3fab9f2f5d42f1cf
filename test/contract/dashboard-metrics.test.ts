// Every metric that a dashboard asks Prometheus for is told by something that runs here: a misspelt name is an empty panel.
import { readFileSync } from 'node:fs'
import { Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { DASHBOARDS } from '../../grafana/dashboards/index.ts'
import { buildDashboard } from '../../grafana/kit/dashboard.ts'
import { METRICS_USED } from '../../prometheus/metrics-used.ts'
import { createRuleGroups } from '../../prometheus/rule-groups.ts'
import { createMetrics as createApiMetrics } from '../../src/api/metrics.ts'
import { createNeo4jMetrics } from '../../src/api/neo4j/neo4j-metrics.ts'
import { createMetrics as createLedgerMetrics } from '../../src/ledger/metrics.ts'
import { registerPoolMetrics } from '../../src/shared/pool-metrics.ts'
import { componentPath } from '../../stack/components.ts'
import { readSelectors } from '../support/promql.ts'

const asked = new Map<string, Set<string>>()
for (const builder of DASHBOARDS) {
  const dashboard = buildDashboard(builder)
  const exprs = [...JSON.stringify(dashboard).matchAll(/"expr":("(?:[^"\\]|\\.)*")/g)].map(([, text]) =>
    // The viewer and Grafana fill these in.
    (JSON.parse(text ?? '""') as string).replaceAll(/\$__\w+/g, '5m'),
  )
  for (const { metric } of exprs.flatMap(readSelectors))
    asked.set(metric, (asked.get(metric) ?? new Set()).add(String(dashboard.uid)))
}

const registry = new Registry()
createApiMetrics(registry)
createNeo4jMetrics(registry)
registerPoolMetrics({ totalCount: 0, idleCount: 0, waitingCount: 0 }, registry)
const ours = new Set(
  [registry, createLedgerMetrics().registry].flatMap((one) => one.getMetricsAsArray().map(({ name }) => name)),
)
const declared = new Set([
  ...Object.keys(METRICS_USED),
  ...createRuleGroups().flatMap(({ recording = [] }) => recording.map(({ record }) => record)),
])
const textOf = (program: 'otelcol' | 'prometheus' | 'alertmanager') => readFileSync(componentPath(program))
/** Prometheus and Alertmanager put their names together from parts. */
const PROGRAMS = [
  { prefix: 'otelcol_', program: 'otelcol', part: (name: string) => name },
  {
    prefix: 'prometheus_tsdb_',
    program: 'prometheus',
    part: (name: string) => name.replace(/^prometheus_tsdb_wal_/, ''),
  },
  { prefix: 'alertmanager_', program: 'alertmanager', part: (name: string) => name.slice('alertmanager_'.length) },
] as const

describe('metrics of dashboards', () => {
  it('are found in their queries (control)', () => {
    expect(asked.size).toBeGreaterThan(30)
    expect(asked.get('neo4j_up')).toEqual(new Set(['pipeline-health', 'neo4j-health']))
  })

  it.each([...asked])('%s is told by something', (metric) => {
    if (declared.has(metric) || ours.has(metric)) return
    const told = PROGRAMS.find(({ prefix }) => metric.startsWith(prefix))
    expect(told, `${metric} is nobody’s`).toBeDefined()
    if (told) expect(textOf(told.program).includes(told.part(metric)), metric).toBe(true)
  })

  it('of no program have a name that nobody wrote (control)', () => {
    for (const { prefix, program } of PROGRAMS) expect(textOf(program).includes(`${prefix}no_such_metric`)).toBe(false)
  })
})

describe('the dashboard of the infrastructure', () => {
  const uid = 'infrastructure'
  it.each([
    ['processor', ['process_cpu_seconds_total', 'api_process_cpu_seconds_total', 'otelcol_process_cpu_seconds']],
    ['memory', ['process_resident_memory_bytes', 'api_process_resident_memory_bytes', 'otelcol_process_memory_rss']],
    ['event loops', ['nodejs_eventloop_lag_p99_seconds', 'api_nodejs_eventloop_lag_p99_seconds']],
    ['Postgres pools', ['pg_pool_connections', 'pg_pool_waiting_requests']],
    ['queues and disk', ['otelcol_exporter_queue_size', 'prometheus_tsdb_storage_blocks_bytes']],
    ['vector store and Redis', ['traces_span_metrics_calls_total', 'traces_span_metrics_duration_seconds']],
    ['Neo4j', ['neo4j_connections', 'neo4j_transactions']],
    ['limits of providers', ['spanledger_provider_rate_limit_used_ratio']],
  ])('shows %s', (_, metrics) => {
    for (const metric of metrics) expect(asked.get(metric), metric).toContain(uid)
  })
})
