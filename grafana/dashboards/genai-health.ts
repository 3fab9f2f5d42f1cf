// "GenAI health": are model calls failing or slow, for whom, and whose fault is it?
import { RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { ALERTS_CONFIG } from '../../prometheus/alerts.config.ts'
import { createDashboard } from '../kit/dashboard.ts'
import { lines, linesWithLimit, stackedBars, stat, thresholdsFrom } from '../kit/panels.ts'
import { exemplars, promql, promqlInstant } from '../kit/queries.ts'
import { withUsageFilters } from '../kit/usage.ts'
import { withFeaturePromises } from './feature-promises.ts'
import {
  BUCKETS,
  CALLS_SEEN,
  CHOSEN,
  CLICK,
  COUNT,
  calls,
  FAILED,
  FIRST_CHUNK,
  failedRatio,
  NO_CALLS,
  quantile,
  WHO,
  WHO_LEGEND,
} from './genai-queries.ts'

const { genai } = ALERTS_CONFIG
const half = { width: 12, height: 8 } as const
const small = { width: 6, height: 4, emptyText: NO_CALLS } as const

export const genaiHealth = withFeaturePromises(
  withUsageFilters(
    createDashboard({
      uid: 'genai-health',
      title: 'GenAI health',
      question: 'Are model calls failing or slow, for whom, and is it the provider?',
      from: 'now-3h',
      refresh: '30s',
    }),
    ['department', 'environment', 'agent_id', 'provider'],
  )
    .withRow(new RowBuilder(`Now: the last ${genai.window}`))
    .withPanel(
      stat({
        title: 'Failed calls',
        description: 'Share of model calls that failed. Calls the person broke off are no failures.',
        unit: 'percentunit',
        ...small,
        decimals: 1,
        thresholds: thresholdsFrom([genai.errorRate.ratio / 2, 'orange'], [genai.errorRate.ratio, 'red']),
        queries: [promqlInstant(failedRatio(''), 'failed')],
      }),
    )
    .withPanel(
      stat({
        title: 'p95 of a call',
        description: 'Duration that 95 % of the model calls stay below.',
        unit: 's',
        ...small,
        thresholds: thresholdsFrom([genai.p95.seconds / 2, 'orange'], [genai.p95.seconds, 'red']),
        queries: [promqlInstant(quantile(0.95, BUCKETS, ''), 'p95')],
      }),
    )
    .withPanel(
      stat({
        title: 'p95 to the first chunk',
        description: 'Time until an answer begins to show, for streamed calls.',
        unit: 's',
        ...small,
        emptyText: 'No streamed call in this range',
        thresholds: thresholdsFrom([genai.firstChunk.seconds / 2, 'orange'], [genai.firstChunk.seconds, 'red']),
        queries: [promqlInstant(quantile(0.95, FIRST_CHUNK, ''), 'p95')],
      }),
    )
    .withPanel(
      stat({
        title: 'Calls a minute',
        description: 'Model calls per minute.',
        unit: 'cpm',
        ...small,
        sparkline: true,
        queries: [promql(`60 * sum(rate(${COUNT}{${CHOSEN}}[$__rate_interval]))`, 'calls')],
      }),
    )
    .withRow(new RowBuilder('Failing?'))
    .withPanel(
      linesWithLimit(
        {
          title: 'Failed calls by organisation and provider',
          description: `Share of calls that failed, over ${genai.window}.`,
          unit: 'percentunit',
          ...half,
          emptyText: NO_CALLS,
          alerts: ['GenAIErrorRateHigh'],
          queries: [promql(failedRatio(WHO), WHO_LEGEND)],
        },
        [genai.errorRate.ratio, 'red'],
      ).min(0),
    )
    .withPanel(
      stackedBars({
        title: 'Failed calls by error',
        description: `Calls that failed within ${genai.window}, by provider and kind of error.`,
        unit: 'short',
        ...half,
        emptyText: 'No call failed in this range',
        queries: [promql(calls('gen_ai_provider_name, error_type', FAILED), '{{gen_ai_provider_name}} {{error_type}}')],
      }),
    )
    .withPanel(
      lines({
        title: 'Providers: calls answered and failed',
        description: `Calls within ${genai.window} by provider. A provider with failures and no answer counts as down.`,
        unit: 'short',
        ...half,
        emptyText: NO_CALLS,
        alerts: ['GenAIProviderDown'],
        queries: [
          promql(calls('gen_ai_provider_name', 'error_type=""'), '{{gen_ai_provider_name}} answered'),
          promql(
            `${calls('gen_ai_provider_name', 'error_type!~"|aborted|rate_limited"')} or 0 * ${calls('gen_ai_provider_name')}`,
            '{{gen_ai_provider_name}} failed',
          ),
        ],
      }).min(0),
    )
    .withPanel(
      linesWithLimit(
        {
          title: 'Rate limit used',
          description: 'Share of the provider’s rate limit in use, as its answers report it.',
          unit: 'percentunit',
          ...half,
          emptyText: 'No provider reports its rate limit',
          alerts: ['GenAIRateLimitUseHigh'],
          queries: [
            promql(
              'max by (org_id, gen_ai_provider_name, gen_ai_request_model) (spanledger_provider_rate_limit_used_ratio{org_id=~"$org_id", gen_ai_provider_name=~"$provider"})',
              `${WHO_LEGEND} {{gen_ai_request_model}}`,
            ),
          ],
        },
        [genai.rateLimit.ratio, 'orange'],
      ).min(0),
    )
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
          queries: [promql(quantile(0.95, BUCKETS, WHO), WHO_LEGEND), exemplars(CALLS_SEEN)],
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
            promql(quantile(0.99, BUCKETS, WHO), WHO_LEGEND),
            promql(quantile(0.99, BUCKETS, 'gen_ai_provider_name'), '{{gen_ai_provider_name}}, all chosen'),
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
    ),
)
