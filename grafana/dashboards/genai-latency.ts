// Panels of "GenAI health" on how long calls take, with their exemplars. In: the dashboard. Out: the same.
import { type DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { ALERTS_CONFIG } from '../../prometheus/alerts.config.ts'
import { lines, linesWithLimit } from '../kit/panels.ts'
import { exemplars, promql } from '../kit/queries.ts'
import { CALLS_SEEN, CLICK, DURATION, FIRST_CHUNK, NO_CALLS, quantile, WHO, WHO_LEGEND } from './genai-queries.ts'

const { genai } = ALERTS_CONFIG
const half = { width: 12, height: 10 } as const

export const withLatencyPanels = (dashboard: DashboardBuilder): DashboardBuilder =>
  dashboard
    .withRow(new RowBuilder('Slow?'))
    .withPanel(
      linesWithLimit(
        {
          title: 'p95 by organisation and provider',
          description: `Duration of calls that 95 % stay below, over ${genai.window}. ${CLICK}`,
          unit: 's',
          ...half,
          emptyText: NO_CALLS,
          alerts: ['GenAILatencyP95High'],
          queries: [promql(quantile(0.95, DURATION, WHO), WHO_LEGEND), exemplars(CALLS_SEEN)],
        },
        [genai.p95.seconds, 'red'],
      ),
    )
    .withPanel(
      linesWithLimit(
        {
          title: 'p99 by organisation and provider',
          description: `The slowest calls: duration that 99 % stay below, over ${genai.window}. ${CLICK}`,
          unit: 's',
          ...half,
          emptyText: NO_CALLS,
          alerts: ['GenAILatencyP99High', 'GenAIProviderSlow'],
          queries: [
            promql(quantile(0.99, DURATION, WHO), WHO_LEGEND),
            promql(quantile(0.99, DURATION, 'gen_ai_provider_name'), '{{gen_ai_provider_name}}, all chosen'),
            exemplars(CALLS_SEEN),
          ],
        },
        [genai.p99.seconds, 'orange'],
        [genai.providerSlow.seconds, 'red'],
      ),
    )
    .withPanel(
      linesWithLimit(
        {
          title: 'Time to the first chunk, p95',
          description: `How long people wait until a streamed answer begins, over ${genai.window}.`,
          unit: 's',
          ...half,
          emptyText: 'No streamed call in this range',
          alerts: ['GenAITimeToFirstChunkHigh'],
          queries: [promql(quantile(0.95, FIRST_CHUNK, WHO), WHO_LEGEND)],
        },
        [genai.firstChunk.seconds, 'orange'],
      ),
    )
    .withPanel(
      lines({
        title: 'Cache hits',
        description: `Share of cache look-ups that hit, over ${genai.cacheHits.window}. Misses cost money and time.`,
        unit: 'percentunit',
        ...half,
        emptyText: 'No cache look-up in this range',
        alerts: ['GenAICacheHitRateLow'],
        queries: [
          promql(
            `1 - sum by (org_id) (increase(traces_span_metrics_calls_total{org_id=~"$org_id", spanledger_cache_hit="false"}[${genai.cacheHits.window}])) / sum by (org_id) (increase(traces_span_metrics_calls_total{org_id=~"$org_id", spanledger_cache_hit=~"true|false"}[${genai.cacheHits.window}]))`,
            '{{org_id}}',
          ),
        ],
      }).min(0),
    )
