// "Neo4j health": does the graph answer, how fast, and what do features lose when it does not?
import { RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { column } from '../kit/column.ts'
import { createDashboard } from '../kit/dashboard.ts'
import { TRACE_LINK, TRACE_PAGE } from '../kit/links.ts'
import { lines, linesWithLimit, stackedBars, stat, table } from '../kit/panels.ts'
import { promql, promqlInstant, sqlSeries, sqlTable } from '../kit/queries.ts'
import { timeBucket } from '../kit/ranges.ts'
import { OF_RETRIEVALS, RETRIEVAL_FILTERS, withUsageFilters } from '../kit/usage.ts'

const half = { width: 12, height: 8 } as const
const third = { width: 8, height: 8 } as const
const small = { width: 6, height: 4 } as const
const NO_PROBE = 'The api has not probed Neo4j yet'
const NO_GRAPH = 'No graph query in this range'
// Neo4j itself knows no tenants: the filters are for what features lose.
const GRAPH = `$__timeFilter(created_at) and ${OF_RETRIEVALS} and step = 'graph_query'`

export const neo4jHealth = withUsageFilters(
  createDashboard({
    uid: 'neo4j-health',
    title: 'Neo4j health',
    question: 'Does Neo4j answer, how fast, and what do features lose when it does not?',
    from: 'now-3h',
    refresh: '30s',
  }),
  RETRIEVAL_FILTERS,
)
  .withRow(new RowBuilder('Does it answer?'))
  .withPanel(
    stat({
      title: 'Neo4j',
      description: 'Result of the latest Bolt probe by the api.',
      unit: 'none',
      ...small,
      emptyText: NO_PROBE,
      mappings: { 0: { text: 'down' }, 1: { text: 'up' } },
      thresholds: [
        { value: null, color: 'red' },
        { value: 1, color: 'green' },
      ],
      queries: [promqlInstant('max(neo4j_up{job="api"})', 'Neo4j')],
    }),
  )
  .withPanel(
    stat({
      title: 'Up in this range',
      description: 'Share of the minutes of the range with a probe that Neo4j answered in time.',
      unit: 'percentunit',
      ...small,
      decimals: 2,
      emptyText: NO_PROBE,
      queries: [promqlInstant('avg_over_time(max(neo4j_up{job="api"})[$__range:1m])', 'up')],
    }),
  )
  .withPanel(
    stat({
      title: 'Nodes',
      description: 'Nodes in the store now.',
      unit: 'short',
      ...small,
      emptyText: NO_PROBE,
      queries: [promqlInstant('neo4j_store_nodes', 'nodes')],
    }),
  )
  .withPanel(
    stat({
      title: 'Relationships',
      description: 'Relationships in the store now.',
      unit: 'short',
      ...small,
      emptyText: NO_PROBE,
      queries: [promqlInstant('neo4j_store_relationships', 'relationships')],
    }),
  )
  .withPanel(
    lines({
      title: 'Up over time',
      description: '1 while the Bolt probe succeeds, 0 while it fails.',
      unit: 'short',
      ...half,
      emptyText: NO_PROBE,
      alerts: ['Neo4jDown'],
      queries: [promql('max(neo4j_up{job="api"})', 'up')],
    }).min(0),
  )
  .withPanel(
    linesWithLimit(
      {
        title: 'Ping and test query',
        description: 'Time of the Bolt ping, and p95 of the probe’s test query. A gap means that the probe failed.',
        unit: 's',
        ...half,
        emptyText: NO_PROBE,
        alerts: ['Neo4jSlow'],
        queries: [
          promql('neo4j_ping_seconds{job="api"}', 'ping'),
          promql('histogram_quantile(0.95, sum(rate(neo4j_query_seconds[$__rate_interval])))', 'test query p95'),
        ],
      },
      [0.5, 'orange'],
    ),
  )
  .withRow(new RowBuilder('Why'))
  .withPanel(
    lines({
      title: 'Probes by outcome',
      description: 'Probes per minute by outcome: ok, unreachable, timed out, refused.',
      unit: 'cpm',
      ...third,
      emptyText: NO_PROBE,
      queries: [promql('60 * sum by (outcome) (rate(neo4j_probes_total[$__rate_interval]))', '{{outcome}}')],
    }),
  )
  .withPanel(
    lines({
      title: 'Connections and transactions',
      description: 'Open Bolt connections by client, and transactions under way.',
      unit: 'short',
      ...third,
      emptyText: NO_PROBE,
      queries: [
        promql('sum by (client) (neo4j_connections)', '{{client}}'),
        promql('sum(neo4j_transactions)', 'transactions'),
      ],
    }),
  )
  .withPanel(
    lines({
      title: 'Store over time',
      description: 'Nodes and relationships in the store. A sudden fall is lost data.',
      unit: 'short',
      ...third,
      emptyText: NO_PROBE,
      queries: [promql('max(neo4j_store_nodes)', 'nodes'), promql('max(neo4j_store_relationships)', 'relationships')],
    }).min(0),
  )
  .withRow(new RowBuilder('What features lose'))
  .withPanel(
    stackedBars({
      title: 'Graph queries by result',
      description:
        'Graph queries of features per minute, hour or day, by the range: those that failed were answered without the graph.',
      unit: 'short',
      width: 24,
      height: 8,
      emptyText: NO_GRAPH,
      queries: [
        sqlSeries(`
          select ${timeBucket('created_at')} as time, status as metric, count(*) as queries
          from rag_metrics where ${GRAPH}
          group by 1, 2
          order by 1, 2`),
      ],
    })
      .overrideByName('success', [column.color('green')])
      .overrideByName('error', [column.color('red')]),
  )
  .withPanel(
    table({
      title: 'Failed graph queries',
      description: 'The latest graph queries that failed. Click a trace to see what the person got.',
      unit: 'none',
      width: 24,
      height: 8,
      emptyText: 'No graph query failed in this range',
      columns: {
        time: [column.width(165)],
        organisation: [column.width(110)],
        feature: [column.width(150)],
        duration: [...column.ms(), column.width(90)],
        trace: [TRACE_LINK, column.width(285)],
        page: TRACE_PAGE,
      },
      queries: [
        sqlTable(`
          select created_at as "time", org_id as organisation, feature, error_message as error, duration_ms as duration, trace_id as trace, trace_id as page
          from rag_metrics where ${GRAPH} and status <> 'success'
          order by created_at desc
          limit 100`),
      ],
    }),
  )
