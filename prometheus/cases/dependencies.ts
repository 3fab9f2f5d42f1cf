// Cases of the alerts on services and stores.
import type { AlertCase, Series } from './alert-case.ts'
import { growing } from './native-histogram.ts'

const PIPELINE = 'pipeline-health'
const up = (job: string, values: string): Series => ({ [`up{job="${job}",instance="${job}:1"}`]: values })
const pool = (waiting: string, idle: string): Series => ({
  'pg_pool_waiting_requests{job="api"}': waiting,
  'pg_pool_connections{job="api",state="idle"}': idle,
  'pg_pool_connections{job="api",state="used"}': '10x80',
})
const SHOP = { service_name: 'shop' }
const failures = (labels: string, values: string): Series => ({
  [`traces_span_metrics_calls_total{service_name="shop",status_code="STATUS_CODE_ERROR",${labels}}`]: values,
})
const queries = (perStep: Readonly<Record<string, number>>, steps = 80): Series => {
  const labels = 'service_name="shop",db_system_name="postgresql"'
  return {
    [`traces_span_metrics_duration_seconds{${labels}}`]: growing(perStep, steps),
    [`traces_span_metrics_calls_total{${labels}}`]: `0+${perStep['+Inf']}x${steps}`,
  }
}
const neo4j = (metric: string, values: string, labels = 'job="api"'): Series => ({ [`${metric}{${labels}}`]: values })

export const DEPENDENCY_CASES: readonly AlertCase[] = [
  {
    alert: 'ServiceDown',
    fires: {
      series: up('ledger', '1x4 0x40'),
      at: '3m15s',
      notYetAt: '3m',
      labels: { job: 'ledger', instance: 'ledger:1' },
      dashboard: PIPELINE,
    },
    silent: [
      { why: 'a restart', series: up('api', '1x4 0x6 1x40'), at: ['2m30s', '5m'] },
      { why: 'the collector has an alert of its own', series: up('collector', '0x40'), at: ['5m'] },
      { why: 'appearing up', series: up('demo', '_x10 1x30'), at: ['5m'] },
    ],
  },
  {
    alert: 'PostgresPoolExhausted',
    fires: { series: pool('3x40', '0x40'), at: '1m', notYetAt: '45s', labels: { job: 'api' }, dashboard: PIPELINE },
    silent: [
      { why: 'nobody waits', series: pool('0x40', '0x40'), at: ['5m'] },
      { why: 'a connection is idle', series: pool('1x40', '1x40'), at: ['5m'] },
      { why: 'no data', series: {}, at: ['5m'] },
    ],
  },
  {
    alert: 'PostgresQueriesSlow',
    fires: {
      series: queries({ '1': 0, '2': 10, '+Inf': 10 }),
      at: '6m',
      notYetAt: '5m',
      labels: SHOP,
      dashboard: PIPELINE,
    },
    silent: [
      { why: 'p95 0.96 s', series: queries({ '0.25': 0, '1': 10, '+Inf': 10 }), at: ['12m', '19m'] },
      { why: 'fewer queries than the floor', series: queries({ '1': 0, '2': 0.9, '+Inf': 0.9 }), at: ['12m'] },
    ],
  },
  {
    alert: 'RedisErrorsHigh',
    fires: { series: failures('db_system_name="redis"', '0+0.6x40'), at: '6m', labels: SHOP, dashboard: PIPELINE },
    silent: [
      { why: 'exactly 10 in 5 minutes', series: failures('db_system_name="redis"', '0+0.5x40'), at: ['6m', '9m'] },
      { why: 'another store', series: failures('db_system_name="postgresql"', '0+5x40'), at: ['6m'] },
      { why: 'counter reset', series: failures('db_system_name="redis"', '500x20 0x20'), at: ['6m', '9m'] },
      { why: 'no data', series: failures('db_system_name="redis"', '0+5x4 _x40'), at: ['9m'] },
    ],
  },
  {
    alert: 'VectorStoreErrorsHigh',
    fires: {
      series: failures('spanledger_rag_step="vector_search"', '0+0.6x40'),
      at: '6m',
      labels: SHOP,
      dashboard: PIPELINE,
    },
    silent: [
      {
        why: 'exactly 10 in 5 minutes',
        series: failures('spanledger_rag_step="vector_search"', '0+0.5x40'),
        at: ['6m', '9m'],
      },
      { why: 'another step', series: failures('spanledger_rag_step="rerank"', '0+5x40'), at: ['6m'] },
      {
        why: 'counter reset',
        series: failures('spanledger_rag_step="vector_search"', '500x20 0x20'),
        at: ['6m', '9m'],
      },
    ],
  },
  {
    alert: 'Neo4jDown',
    fires: {
      // The api restarts at 7m15s.
      series: neo4j('neo4j_up', '1x7 0x20 _x5 0x40'),
      at: '8m15s',
      notYetAt: '2m15s',
      labels: { job: 'api' },
      dashboard: 'neo4j-health',
    },
    silent: [
      { why: 'healthy', series: neo4j('neo4j_up', '1x40'), at: ['5m'] },
      { why: 'one failed probe', series: neo4j('neo4j_up', '1x5 0 1x40'), at: ['1m45s', '5m'] },
      { why: 'no data', series: neo4j('neo4j_up', '1x5 _x40'), at: ['5m', '9m'] },
      { why: 'no api: ServiceDown speaks', series: neo4j('neo4j_up', '0x20 _x40'), at: ['7m15s', '9m'] },
      {
        why: 'sent by an application, not by our probe',
        series: neo4j('neo4j_up', '0x40', 'job="forged"'),
        at: ['5m'],
      },
    ],
  },
  {
    alert: 'Neo4jSlow',
    fires: {
      series: neo4j('neo4j_ping_seconds', '0.51x40'),
      at: '5m',
      notYetAt: '4m45s',
      labels: { job: 'api' },
      dashboard: 'neo4j-health',
    },
    silent: [
      { why: 'exactly the limit', series: neo4j('neo4j_ping_seconds', '0.5x40'), at: ['9m'] },
      { why: 'a short pause', series: neo4j('neo4j_ping_seconds', '0.01x10 3x10 0.01x20'), at: ['4m', '9m'] },
    ],
  },
]
