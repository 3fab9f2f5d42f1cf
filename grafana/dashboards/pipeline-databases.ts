// Panels of "Pipeline health" on the databases that applications use. In: the dashboard. Out: the same.
import { type DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { ALERTS_CONFIG } from '../../prometheus/alerts.config.ts'
import { lines, linesWithLimit } from '../kit/panels.ts'
import { promql } from '../kit/queries.ts'

const { dependencies } = ALERTS_CONFIG
const half = { width: 12, height: 8 } as const
const DATABASE_DURATION = 'traces_span_metrics_duration_seconds'
const DATABASE_CALLS = 'traces_span_metrics_calls_total'

const failedCalls = (title: string, what: string, alert: string, match: string, count: number) =>
  linesWithLimit(
    {
      title,
      description: `${what} of applications that failed within five minutes, by service. The limit is ${count}.`,
      unit: 'short',
      ...half,
      emptyText: 'None failed, or no application makes any',
      alerts: [alert],
      queries: [
        promql(
          `sum by (service_name) (increase(${DATABASE_CALLS}{org_id=~"$org_id|", ${match}, status_code="STATUS_CODE_ERROR"}[5m]))`,
          '{{service_name}}',
        ),
      ],
    },
    [count, 'orange'],
  ).min(0)

export const withDatabasePanels = (dashboard: DashboardBuilder): DashboardBuilder =>
  dashboard
    .withRow(new RowBuilder('Databases behind'))
    .withPanel(
      lines({
        title: 'Postgres connections',
        description:
          'Connections of our services’ pools by state, and requests that wait for one. Waiting with none idle: exhausted.',
        unit: 'short',
        ...half,
        emptyText: 'No service is scraped',
        alerts: ['PostgresPoolExhausted'],
        queries: [
          promql('sum by (job) (pg_pool_waiting_requests)', '{{job}} waiting'),
          promql('sum by (job, state) (pg_pool_connections)', '{{job}} {{state}}'),
        ],
      }),
    )
    .withPanel(
      linesWithLimit(
        {
          title: 'Postgres queries of applications, p95',
          description: 'Duration that 95 % of the queries stay below, over five minutes, by service.',
          unit: 's',
          ...half,
          emptyText: 'No application queries Postgres',
          alerts: ['PostgresQueriesSlow'],
          queries: [
            promql(
              `histogram_quantile(0.95, sum by (service_name) (rate(${DATABASE_DURATION}{org_id=~"$org_id|", db_system_name="postgresql"}[5m])))`,
              '{{service_name}}',
            ),
          ],
        },
        [dependencies.slowQueries.seconds, 'orange'],
      ),
    )
    .withPanel(
      failedCalls(
        'Redis errors',
        'Redis calls',
        'RedisErrorsHigh',
        'db_system_name="redis"',
        dependencies.redisErrors.count,
      ),
    )
    .withPanel(
      failedCalls(
        'Vector search errors',
        'Vector searches',
        'VectorStoreErrorsHigh',
        'spanledger_rag_step="vector_search"',
        dependencies.vectorStoreErrors.count,
      ),
    )
