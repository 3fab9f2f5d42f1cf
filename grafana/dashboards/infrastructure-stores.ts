// Panels of "Infrastructure" on disk and on the stores behind applications. In: the dashboard. Out: the same.
import { type DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { ALERTS_CONFIG } from '../../prometheus/alerts.config.ts'
import { siblingUrl } from '../kit/links.ts'
import { lines, linesWithLimit, type PanelSpec } from '../kit/panels.ts'
import { promql } from '../kit/queries.ts'

const { genai } = ALERTS_CONFIG
const half = { width: 12, height: 8 } as const

/** Calls of applications to a store a second, and their p95, from the spans of all organisations chosen. */
const store = (spec: Omit<PanelSpec, 'queries' | 'unit' | 'width' | 'height'>, match: string) => {
  const of = `{org_id=~"$org_id|", ${match}}`
  return lines({
    ...spec,
    unit: 'short',
    ...half,
    queries: [
      promql(
        `sum by (service_name) (rate(traces_span_metrics_calls_total${of}[$__rate_interval]))`,
        '{{service_name}} per second',
      ),
      promql(
        `1000 * histogram_quantile(0.95, sum by (service_name) (rate(traces_span_metrics_duration_seconds${of}[$__rate_interval])))`,
        '{{service_name}} p95 in ms',
      ),
    ],
  }).min(0)
}

export const withStorePanels = (dashboard: DashboardBuilder): DashboardBuilder =>
  dashboard
    .withRow(new RowBuilder('Disk'))
    .withPanel(
      lines({
        title: 'Prometheus on disk',
        description:
          'Blocks, the log of what is not in a block yet, and the open chunks. Its retention bounds the blocks.',
        unit: 'bytes',
        ...half,
        emptyText: 'Prometheus is not scraped',
        queries: [
          promql('sum(prometheus_tsdb_storage_blocks_bytes)', 'blocks'),
          promql('sum(prometheus_tsdb_wal_storage_size_bytes)', 'log'),
          promql('sum(prometheus_tsdb_head_chunks_storage_size_bytes)', 'open chunks'),
        ],
      }).min(0),
    )
    .withPanel(
      lines({
        title: 'Collector’s queue on disk',
        description:
          'Bytes that wait for a backend, by branch. It grows while one is down, and shrinks when it is back.',
        unit: 'bytes',
        ...half,
        emptyText: 'The collector is not scraped',
        link: { title: 'Pipeline health', url: siblingUrl('pipeline-health') },
        queries: [promql('sum by (exporter) (otelcol_exporter_queue_size)', '{{exporter}}')],
      }).min(0),
    )
    .withPanel(
      lines({
        title: 'Series in Prometheus',
        description:
          'Series in its memory, of all jobs. Each takes some KiB; a jump means that a label got new values.',
        unit: 'short',
        ...half,
        emptyText: 'Prometheus is not scraped',
        queries: [promql('sum(prometheus_tsdb_head_series)', 'series')],
      }).min(0),
    )
    .withPanel(
      lines({
        title: 'Samples taken in by Prometheus',
        description: 'Samples per second, floats and histograms.',
        unit: 'cps',
        ...half,
        emptyText: 'Prometheus is not scraped',
        queries: [
          promql('sum by (type) (rate(prometheus_tsdb_head_samples_appended_total[$__rate_interval]))', '{{type}}'),
        ],
      }).min(0),
    )
    .withRow(new RowBuilder('What applications use'))
    .withPanel(
      store(
        {
          title: 'Vector searches',
          description: 'Searches per second, and the milliseconds that 95 % of them stay below, by service.',
          emptyText: 'No application searches',
          link: { title: 'Query metrics', url: siblingUrl('query-metrics') },
        },
        'spanledger_rag_step="vector_search"',
      ),
    )
    .withPanel(
      store(
        {
          title: 'Redis',
          description: 'Calls per second, and the milliseconds that 95 % of them stay below, by service.',
          emptyText: 'No application calls Redis',
          link: { title: 'Pipeline health', url: siblingUrl('pipeline-health') },
        },
        'db_system_name="redis"',
      ),
    )
    .withPanel(
      lines({
        title: 'Neo4j',
        description: 'Open Bolt connections by client, and transactions under way.',
        unit: 'short',
        ...half,
        emptyText: 'The api has not probed Neo4j yet',
        link: { title: 'Neo4j health', url: siblingUrl('neo4j-health') },
        queries: [
          promql('sum by (client) (neo4j_connections)', '{{client}}'),
          promql('sum(neo4j_transactions)', 'transactions'),
        ],
      }).min(0),
    )
    .withPanel(
      linesWithLimit(
        {
          title: 'Rate limits of providers',
          description: 'Share of the tightest limit in use, as the answers of providers report it.',
          unit: 'percentunit',
          ...half,
          emptyText: 'No provider reports its rate limit',
          link: { title: 'GenAI health', url: siblingUrl('genai-health') },
          queries: [
            promql(
              'max by (org_id, gen_ai_provider_name) (spanledger_provider_rate_limit_used_ratio{org_id=~"$org_id"})',
              '{{org_id}} {{gen_ai_provider_name}}',
            ),
          ],
        },
        [genai.rateLimit.ratio, 'orange'],
      ).min(0),
    )
