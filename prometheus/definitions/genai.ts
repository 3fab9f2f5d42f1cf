// Alerts on model calls, from the applications' own metrics and, for the cache, span metrics. In: the config table.
// Out: a rule group. Calls the user broke off (`aborted`) are no failures.
import {
  type AlertRule,
  GENAI,
  GENAI_PROVIDER,
  grown,
  increase,
  observed,
  percent,
  quantile,
  type RuleGroup,
} from '../alert-rule.ts'
import type { AlertsConfig } from '../alerts.config.ts'

const CALLS = 'gen_ai_client_operation_duration_seconds'
const FIRST_CHUNK = 'gen_ai_client_operation_time_to_first_chunk_seconds'
const LOOKUPS = 'traces_span_metrics_calls_total{spanledger_cache_hit=~"true|false"}'
const MISSES = 'traces_span_metrics_calls_total{spanledger_cache_hit="false"}'
// By what the outcome says of the provider: these, that it is not there; and these, that it is: success (no error) and every
// refusal, of too many calls, of a wrong key, of a model it does not know. A user who left and a bug of ours say nothing.
const UNAVAILABLE = `${CALLS}{error_type=~"timeout|connection_error|5.."}`
const ANSWERED = `${CALLS}{error_type=~"|rate_limited|4.."}`
const ORG_PROVIDER = ['org_id', 'gen_ai_provider_name']
const PROVIDER = ['gen_ai_provider_name']

export function createGenAIRules({ genai }: AlertsConfig): RuleGroup {
  const enough = (by: readonly string[]) => `${observed(CALLS, genai.window, by)} >= ${genai.minCalls}`
  const slow = (q: number, histogram: string, seconds: number, by: readonly string[]) =>
    `${quantile(q, histogram, genai.window, by)} > ${seconds} and ${enough(by)}`
  const failedShare = (window: string) =>
    `${observed(`${CALLS}{error_type!="",error_type!="aborted"}`, window, ORG_PROVIDER)} / ${observed(CALLS, window, ORG_PROVIDER)} > ${genai.errorRate.ratio}`
  const unavailable = (window: string) =>
    `(${grown(UNAVAILABLE, window, PROVIDER)} >= ${genai.providerDown.failures} unless on (${PROVIDER}) ${grown(ANSWERED, window, PROVIDER)} > 0)`
  const down = `${unavailable(genai.providerDown.recent)} or ${unavailable(genai.window)}`
  const who = '{{ $labels.org_id }} ({{ $labels.gen_ai_provider_name }})'
  const seconds = '{{ printf "%.1f" $value }} s'
  const providerAtFault = { alert: 'GenAIProviderDown', equal: PROVIDER }

  const alerts: AlertRule[] = [
    {
      name: 'GenAIErrorRateHigh',
      topic: 'errors',
      severity: 'critical',
      expr: `${failedShare(genai.window)} and ${failedShare(genai.errorRate.recent)} and ${enough(ORG_PROVIDER)}`,
      for: genai.errorRate.for,
      keepFiringFor: genai.errorRate.keepFiringFor,
      summary: `Model calls of ${who} fail: {{ $value | humanizePercentage }}`,
      description: `{{ $value | humanizePercentage }} of the model calls of ${who} failed in the last ${genai.window}; the limit is ${percent(genai.errorRate.ratio)}.`,
      value: '{{ $value | humanizePercentage }}',
      action: 'See which model and error type fail; switch to the fallback model if the provider has trouble.',
      dashboard: GENAI_PROVIDER,
      causes: [providerAtFault],
    },
    {
      name: 'GenAILatencyP95High',
      topic: 'latency',
      severity: 'critical',
      expr: slow(0.95, CALLS, genai.p95.seconds, ORG_PROVIDER),
      for: genai.p95.for,
      keepFiringFor: genai.p95.keepFiringFor,
      summary: `Model calls of ${who} are slow: p95 ${seconds}`,
      description: `p95 of the model calls of ${who} is ${seconds}, over ${genai.p95.seconds} s for ${genai.p95.for}.`,
      value: seconds,
      action:
        'Open one slow trace from the panel’s exemplars and see whether the queue, the prompt or the provider is slow.',
      dashboard: GENAI_PROVIDER,
      causes: [providerAtFault],
    },
    {
      name: 'GenAILatencyP99High',
      topic: 'latency',
      severity: 'warning',
      expr: slow(0.99, CALLS, genai.p99.seconds, ORG_PROVIDER),
      for: genai.p99.for,
      summary: `The slowest model calls of ${who}: p99 ${seconds}`,
      description: `p99 of the model calls of ${who} is ${seconds}, over ${genai.p99.seconds} s for ${genai.p99.for}.`,
      value: seconds,
      action: 'Look at the slowest traces: long prompts and long answers are the usual reason.',
      dashboard: GENAI_PROVIDER,
      causes: [providerAtFault, { alert: 'GenAIProviderSlow', equal: PROVIDER }],
    },
    {
      name: 'GenAITimeToFirstChunkHigh',
      topic: 'first_chunk',
      severity: 'warning',
      expr: slow(genai.firstChunk.quantile, FIRST_CHUNK, genai.firstChunk.seconds, ORG_PROVIDER),
      for: genai.firstChunk.for,
      summary: `Answers for ${who} start late: p95 ${seconds}`,
      description: `p95 of the time to the first chunk for ${who} is ${seconds}, over ${genai.firstChunk.seconds} s for ${genai.firstChunk.for}.`,
      value: seconds,
      action: 'Compare prompt sizes with yesterday’s, then the provider’s status page.',
      dashboard: GENAI_PROVIDER,
      causes: [
        providerAtFault,
        { alert: 'GenAIProviderSlow', equal: PROVIDER },
        { alert: 'GenAILatencyP95High', equal: ORG_PROVIDER },
      ],
    },
    {
      name: 'GenAIProviderDown',
      topic: 'provider',
      severity: 'critical',
      expr: down,
      keepFiringFor: genai.providerDown.keepFiringFor,
      summary: 'Model provider {{ $labels.gen_ai_provider_name }} does not answer',
      description: `The last {{ printf "%.0f" $value }} calls to {{ $labels.gen_ai_provider_name }} failed one after the other; ${genai.providerDown.failures} in a row count as down.`,
      value: '{{ printf "%.0f" $value }} failures, no success',
      action: 'Check the provider’s status page and the API key; switch to the fallback provider.',
      dashboard: { uid: 'genai-health', variables: { provider: 'gen_ai_provider_name' } },
    },
    {
      // For the admins of each organisation that calls it; the operators have GenAIProviderDown (alertmanager.yml).
      name: 'GenAIProviderDownForOrganisation',
      topic: 'provider',
      severity: 'critical',
      expr: `${grown(UNAVAILABLE, genai.window, ORG_PROVIDER)} > 0 and on (${PROVIDER}) (${down})`,
      keepFiringFor: genai.providerDown.keepFiringFor,
      summary: 'Model provider {{ $labels.gen_ai_provider_name }} does not answer {{ $labels.org_id }}',
      description: `{{ printf "%.0f" $value }} calls of {{ $labels.org_id }} to {{ $labels.gen_ai_provider_name }} failed in the last ${genai.window}; nobody’s calls to it succeed.`,
      value: '{{ printf "%.0f" $value }} failures, no success',
      action: 'Switch to the fallback provider; the operators of the platform know.',
      dashboard: GENAI_PROVIDER,
    },
    {
      name: 'GenAIProviderSlow',
      topic: 'provider',
      severity: 'warning',
      expr: slow(0.99, CALLS, genai.providerSlow.seconds, PROVIDER),
      for: genai.providerSlow.for,
      keepFiringFor: genai.providerSlow.keepFiringFor,
      summary: `Model provider {{ $labels.gen_ai_provider_name }} is slow: p99 ${seconds}`,
      description: `p99 of the calls to {{ $labels.gen_ai_provider_name }} over all organisations is ${seconds}, over ${genai.providerSlow.seconds} s for ${genai.providerSlow.for}.`,
      value: seconds,
      action: 'Check the provider’s status page; consider routing part of the calls elsewhere.',
      dashboard: { uid: 'genai-health', variables: { provider: 'gen_ai_provider_name' } },
      causes: [{ alert: 'GenAILatencyP95High', equal: PROVIDER }],
    },
    {
      name: 'GenAIRateLimitUseHigh',
      topic: 'rate_limit',
      severity: 'warning',
      expr: `max by (org_id, gen_ai_provider_name, gen_ai_request_model) (spanledger_provider_rate_limit_used_ratio) > ${genai.rateLimit.ratio}`,
      for: genai.rateLimit.for,
      summary: `${who} uses {{ $value | humanizePercentage }} of its rate limit for {{ $labels.gen_ai_request_model }}`,
      description: `{{ $value | humanizePercentage }} of the provider’s rate limit for {{ $labels.gen_ai_request_model }} is used by ${who}, over ${percent(genai.rateLimit.ratio)} for ${genai.rateLimit.for}.`,
      value: '{{ $value | humanizePercentage }}',
      action: 'Ask the provider for a higher limit or spread the load, before calls are refused.',
      dashboard: GENAI_PROVIDER,
      // Calls are refused already: that mail names the errors.
      causes: [{ alert: 'GenAIErrorRateHigh', equal: ORG_PROVIDER }],
    },
    {
      name: 'GenAICacheHitRateLow',
      topic: 'cache',
      severity: 'warning',
      // From misses: with no hit at all there is no series of hits to divide.
      expr: `1 - ${increase(MISSES, genai.cacheHits.window, ['org_id'])} / ${increase(LOOKUPS, genai.cacheHits.window, ['org_id'])} < ${genai.cacheHits.ratio} and ${increase(LOOKUPS, genai.cacheHits.window, ['org_id'])} >= ${genai.cacheHits.minLookups}`,
      summary: 'The cache of {{ $labels.org_id }} rarely hits: {{ $value | humanizePercentage }}',
      description: `{{ $value | humanizePercentage }} of the cache look-ups of {{ $labels.org_id }} hit in the last ${genai.cacheHits.window}; the limit is ${percent(genai.cacheHits.ratio)}.`,
      value: '{{ $value | humanizePercentage }}',
      action: 'Check whether the cache was emptied, is too small, or its key changed with the last release.',
      dashboard: GENAI,
    },
  ]
  return { name: 'genai', alerts }
}
