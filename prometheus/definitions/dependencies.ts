// Alerts on what the services stand on: each other, Postgres, Redis, the vector store, Neo4j. In: the config table.
// Out: a rule group. Applications' databases are seen through their spans (`db.system.name`), our own through pool gauges.
import { type AlertRule, increase, NEO4J, PIPELINE, quantile, type RuleGroup } from '../alert-rule.ts'
import type { AlertsConfig } from '../alerts.config.ts'

const DB_CALLS = 'traces_span_metrics_calls_total'
const DB_DURATION = 'traces_span_metrics_duration_seconds'
const FAILED = 'status_code="STATUS_CODE_ERROR"'
const SERVICE = ['service_name']

export function createDependencyRules({ dependencies: config }: AlertsConfig): RuleGroup {
  const { slowQueries, redisErrors, vectorStoreErrors, neo4j } = config
  const postgres = '{db_system_name="postgresql"}'
  const count = '{{ printf "%.0f" $value }}'
  const alerts: AlertRule[] = [
    {
      name: 'ServiceDown',
      topic: 'service',
      severity: 'critical',
      expr: 'up{job=~"ledger|api|demo|alertmanager"} == 0',
      for: config.serviceDown.for,
      keepFiringFor: config.serviceDown.keepFiringFor,
      summary: 'Service {{ $labels.job }} is down',
      description: `Prometheus has not reached {{ $labels.job }} at {{ $labels.instance }} for ${config.serviceDown.for} (up is {{ $value }}).`,
      value: 'up = {{ $value }}',
      action: 'Look at the service’s log for its last lines, then restart it.',
      dashboard: PIPELINE,
    },
    {
      name: 'PostgresPoolExhausted',
      topic: 'postgres_pool',
      severity: 'critical',
      expr: 'sum by (job) (pg_pool_waiting_requests) > 0 and sum by (job) (pg_pool_connections{state="idle"}) == 0',
      for: config.poolExhaustedFor,
      summary: 'All Postgres connections of {{ $labels.job }} are in use',
      description: `${count} requests of {{ $labels.job }} have waited for a Postgres connection for ${config.poolExhaustedFor}; none is idle.`,
      value: `${count} waiting`,
      action: 'Look for long-running statements in pg_stat_activity; end the one that holds the others up.',
      dashboard: PIPELINE,
    },
    {
      name: 'PostgresQueriesSlow',
      topic: 'postgres_queries',
      severity: 'warning',
      expr: `${quantile(slowQueries.quantile, `${DB_DURATION}${postgres}`, slowQueries.for, SERVICE)} > ${slowQueries.seconds} and ${increase(`${DB_CALLS}${postgres}`, slowQueries.for, SERVICE)} >= ${slowQueries.minCalls}`,
      for: slowQueries.for,
      summary: 'Postgres queries of {{ $labels.service_name }} are slow: p95 {{ printf "%.1f" $value }} s',
      description: `p95 of the Postgres queries of {{ $labels.service_name }} is {{ printf "%.1f" $value }} s, over ${slowQueries.seconds} s for ${slowQueries.for}.`,
      value: '{{ printf "%.1f" $value }} s',
      action: 'Find the query in the slowest traces and explain it.',
      dashboard: PIPELINE,
    },
    {
      name: 'RedisErrorsHigh',
      topic: 'redis',
      severity: 'warning',
      expr: `${increase(`${DB_CALLS}{db_system_name="redis",${FAILED}}`, redisErrors.window, SERVICE)} > ${redisErrors.count}`,
      summary: 'Redis calls of {{ $labels.service_name }} fail',
      description: `${count} Redis calls of {{ $labels.service_name }} failed in the last ${redisErrors.window}; the limit is ${redisErrors.count}.`,
      value: `${count} errors in ${redisErrors.window}`,
      action: 'Check that Redis answers PING and has memory left.',
      dashboard: PIPELINE,
    },
    {
      name: 'VectorStoreErrorsHigh',
      topic: 'vector_store',
      severity: 'warning',
      expr: `${increase(`${DB_CALLS}{spanledger_rag_step="vector_search",${FAILED}}`, vectorStoreErrors.window, SERVICE)} > ${vectorStoreErrors.count}`,
      summary: 'Vector searches of {{ $labels.service_name }} fail',
      description: `${count} vector searches of {{ $labels.service_name }} failed in the last ${vectorStoreErrors.window}; the limit is ${vectorStoreErrors.count}.`,
      value: `${count} errors in ${vectorStoreErrors.window}`,
      action: 'Check that the vector store is up and its index loaded.',
      dashboard: PIPELINE,
    },
    {
      name: 'Neo4jDown',
      topic: 'neo4j',
      severity: 'critical',
      expr: `last_over_time(neo4j_up{job="api"}[${neo4j.bridge}]) == 0`,
      for: neo4j.downFor,
      summary: 'Neo4j does not answer',
      description: `The Bolt probe of the api has failed for ${neo4j.downFor} (neo4j_up is {{ $value }}). Chats are answered without the graph.`,
      value: 'neo4j_up = {{ $value }}',
      action: 'Check that the Neo4j process runs and its disk is not full, then restart it.',
      dashboard: NEO4J,
    },
    {
      name: 'Neo4jSlow',
      topic: 'neo4j',
      severity: 'warning',
      expr: `neo4j_ping_seconds{job="api"} > ${neo4j.slowSeconds}`,
      for: neo4j.slowFor,
      summary: 'Neo4j answers slowly: {{ printf "%.2f" $value }} s',
      description: `The Bolt ping takes {{ printf "%.2f" $value }} s, over ${neo4j.slowSeconds} s for ${neo4j.slowFor}.`,
      value: '{{ printf "%.2f" $value }} s',
      action: 'Look for long-running Cypher queries and for garbage collection pauses.',
      dashboard: NEO4J,
    },
  ]
  return { name: 'dependencies', alerts }
}
