// "GenAI health": are model calls failing or slow, for whom, and whose fault is it?
import { RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { ALERTS_CONFIG } from '../../prometheus/alerts.config.ts'
import { SECONDS } from '../kit/column.ts'
import { createDashboard } from '../kit/dashboard.ts'
import { FAILED_LIMITS } from '../kit/limits.ts'
import { lines, linesWithLimit, stackedBars, stat, thresholdsFrom } from '../kit/panels.ts'
import { promql, promqlInstant } from '../kit/queries.ts'
import { ALL_LABELS, withUsageFilters } from '../kit/usage.ts'
import { withFeaturePromises } from './feature-promises.ts'
import { withLatencyPanels } from './genai-latency.ts'
import {
  CHOSEN,
  calls,
  DURATION,
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
  withLatencyPanels(
    withUsageFilters(
      createDashboard({
        uid: 'genai-health',
        title: 'GenAI health',
        question: 'Are model calls failing or slow, for whom, and is it the provider?',
        from: 'now-3h',
        refresh: '30s',
      }),
      ['department', 'environment', 'agent_id', 'provider'],
      ALL_LABELS,
    )
      .withRow(new RowBuilder(`The last ${genai.window} of the range`))
      .withPanel(
        stat({
          title: 'Failed calls',
          description: 'Share of model calls that failed. Calls the person broke off are no failures.',
          unit: 'percentunit',
          ...small,
          decimals: 1,
          thresholds: FAILED_LIMITS,
          queries: [promqlInstant(failedRatio(''), 'failed')],
        }),
      )
      .withPanel(
        stat({
          title: 'p95 of a call',
          description: 'Duration that 95 % of the model calls stay below.',
          unit: SECONDS,
          ...small,
          decimals: 2,
          thresholds: thresholdsFrom([genai.p95.seconds / 2, 'orange'], [genai.p95.seconds, 'red']),
          queries: [promqlInstant(quantile(0.95, DURATION, ''), 'p95')],
        }),
      )
      .withPanel(
        stat({
          title: 'p95 to the first chunk',
          description: 'Time until an answer begins to show, for streamed calls.',
          unit: SECONDS,
          ...small,
          decimals: 2,
          emptyText: 'No streamed call in this range',
          thresholds: thresholdsFrom([genai.firstChunk.seconds / 2, 'orange'], [genai.firstChunk.seconds, 'red']),
          queries: [promqlInstant(quantile(0.95, FIRST_CHUNK, ''), 'p95')],
        }),
      )
      .withPanel(
        stat({
          title: 'Calls a minute',
          description: `Model calls per minute, over ${genai.window}.`,
          unit: 'cpm',
          ...small,
          decimals: 1,
          queries: [promqlInstant(`60 * sum(histogram_count(rate(${DURATION}{${CHOSEN}}[${genai.window}])))`, 'calls')],
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
          queries: [
            promql(calls('gen_ai_provider_name, error_type', FAILED), '{{gen_ai_provider_name}} {{error_type}}'),
          ],
        }),
      )
      .withPanel(
        lines({
          title: 'Providers: calls answered and failed',
          description: `Calls within ${genai.window} by provider; a refusal is an answer. A provider with failures and no answer counts as down.`,
          unit: 'short',
          ...half,
          emptyText: NO_CALLS,
          alerts: ['GenAIProviderDown', 'GenAIProviderDownForOrganisation'],
          queries: [
            promql(
              calls('gen_ai_provider_name', 'error_type=~"|rate_limited|4.."'),
              '{{gen_ai_provider_name}} answered',
            ),
            promql(
              `${calls('gen_ai_provider_name', 'error_type=~"timeout|connection_error|5.."')} or 0 * ${calls('gen_ai_provider_name')}`,
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
      ),
  ),
)
