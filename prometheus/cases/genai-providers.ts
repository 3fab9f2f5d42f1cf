// Cases of the alerts on model providers: down, down for an organisation, slow.
import type { AlertCase } from './alert-case.ts'
import { ACME, calls, DURATION, histogram, LABELS, OPENAI } from './model-calls.ts'
import { quick } from './native-histogram.ts'

export const GENAI_PROVIDER_CASES: readonly AlertCase[] = [
  {
    alert: 'GenAIProviderDown',
    fires: {
      series: calls(',error_type="timeout"', '0 1 2 3x40'),
      at: '1m15s',
      notYetAt: '30s',
      labels: { gen_ai_provider_name: 'openai' },
      dashboard: `genai-health?${OPENAI}`,
    },
    silent: [
      { why: 'two failures', series: calls(',error_type="timeout"', '0 1 2x40'), at: ['1m15s', '4m'] },
      {
        why: 'a success now and then among many failures',
        series: { ...calls(',error_type="timeout"', '0+5x40'), ...calls('', '0+0.34x40') },
        at: ['4m', '6m'],
      },
      { why: 'rate limits: the provider answers', series: calls(',error_type="rate_limited"', '0+5x40'), at: ['4m'] },
      { why: 'malformed calls: the provider answers', series: calls(',error_type="400"', '0+5x40'), at: ['4m'] },
      {
        why: 'a model it does not know: it answers',
        series: calls(',error_type="404"', '0 1 2 3x40'),
        at: ['1m15s', '4m'],
      },
      { why: 'a wrong key: it answers', series: calls(',error_type="401"', '0+5x40'), at: ['4m'] },
      { why: 'a bug of the application', series: calls(',error_type="_OTHER"', '0+5x40'), at: ['4m'] },
      { why: 'users who left, nothing else', series: calls(',error_type="aborted"', '0+5x40'), at: ['4m'] },
      {
        why: 'two scripts that failed once and ended',
        series: {
          ...calls(',instance="a",error_type="timeout"', '_x4 0 1 _x40'),
          ...calls(',instance="b",error_type="timeout"', '_x6 0 1 _x40'),
        },
        at: ['1m45s', '2m', '4m'],
      },
      {
        why: 'a refusal among failures: the provider answers',
        series: { ...calls(',error_type="503"', '0+5x40'), ...calls(',error_type="422"', '0+1x40') },
        at: ['4m'],
      },
      {
        why: 'counter reset',
        series: { ...calls(',error_type="timeout"', '90x10 0x30'), ...calls('', '500x40') },
        at: ['4m'],
      },
      { why: 'no data', series: calls(',error_type="timeout"', '0 1 2 3 _x120'), at: ['15m'] },
    ],
  },
  {
    alert: 'GenAIProviderDownForOrganisation',
    fires: {
      series: {
        ...calls(',error_type="timeout"', '0 1 2 3x40'),
        // Another organisation, which calls another provider: not told.
        [`${DURATION}{org_id="globex",gen_ai_provider_name="anthropic"}`]: quick('0+5x40'),
      },
      at: '1m15s',
      notYetAt: '30s',
      labels: LABELS,
      dashboard: `${ACME}&${OPENAI}`,
    },
    silent: [
      {
        why: 'the provider answers others',
        series: {
          ...calls(',error_type="timeout"', '0+5x40'),
          [`${DURATION}{org_id="globex",gen_ai_provider_name="openai"}`]: quick('0+5x40'),
        },
        at: ['4m'],
      },
      { why: 'two failures', series: calls(',error_type="timeout"', '0 1 2x40'), at: ['1m15s', '4m'] },
    ],
  },
  {
    alert: 'GenAIProviderSlow',
    fires: {
      series: histogram(DURATION, { '10.24': 0, '20.48': 10, '+Inf': 10 }),
      at: '7m',
      notYetAt: '6m',
      labels: { gen_ai_provider_name: 'openai' },
      dashboard: `genai-health?${OPENAI}`,
    },
    silent: [
      {
        why: 'most calls quick, p99 7.7 s',
        series: histogram(DURATION, { '5.12': 98, '10.24': 100, '+Inf': 100 }),
        at: ['12m', '19m'],
      },
      {
        why: 'fewer calls than the floor',
        series: histogram(DURATION, { '10.24': 0, '20.48': 0.9, '+Inf': 0.9 }),
        at: ['12m'],
      },
    ],
  },
]
