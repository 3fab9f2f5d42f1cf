// Cases of the alerts on model calls.
import type { AlertCase, Series } from './alert-case.ts'
import { ACME, calls, DURATION, histogram, LABELS, OPENAI, WHO } from './model-calls.ts'

const FIRST_CHUNK = 'gen_ai_client_operation_time_to_first_chunk_seconds'
const lookups = (hit: boolean, values: string): Series => ({
  [`traces_span_metrics_calls_total{org_id="acme",spanledger_cache_hit="${hit}"}`]: values,
})
const rateLimit = (values: string): Series => ({
  [`spanledger_provider_rate_limit_used_ratio{${WHO},gen_ai_request_model="gpt-4o"}`]: values,
})

export const GENAI_CASES: readonly AlertCase[] = [
  {
    alert: 'GenAIErrorRateHigh',
    fires: {
      series: { ...calls('', '0+94x40'), ...calls(',error_type="timeout"', '0+6x40') },
      at: '6m',
      notYetAt: '1m',
      labels: LABELS,
      dashboard: `${ACME}&${OPENAI}`,
    },
    silent: [
      {
        why: 'exactly the limit of 5 %',
        series: { ...calls('', '0+95x40'), ...calls(',error_type="500"', '0+5x40') },
        at: ['6m', '9m'],
      },
      {
        why: 'fewer calls than the floor, all failed',
        series: calls(',error_type="500"', '0+0.9x40'),
        at: ['6m', '9m'],
      },
      {
        why: 'a burst of errors that is over',
        series: { ...calls('', '0+94x20 1900+100x40'), ...calls(',error_type="500"', '0x16 0+30x3 90x60') },
        at: ['5m', '6m', '8m'],
      },
      { why: 'only calls the user broke off', series: calls(',error_type="aborted"', '0+50x40'), at: ['6m'] },
      {
        why: 'counter reset of the errors',
        series: { ...calls('', '0+100x40'), ...calls(',error_type="500"', '900x20 0+1x20') },
        at: ['5m30s', '8m'],
      },
      {
        why: 'a few errors whose series appears',
        series: { ...calls('', '0+100x40'), ...calls(',error_type="500"', '_x20 0+1x20') },
        at: ['5m15s', '8m'],
      },
      {
        why: 'no data after the errors',
        series: { ...calls('', '0+94x10 _x60'), ...calls(',error_type="500"', '0+6x10 _x60') },
        at: ['15m'],
      },
    ],
  },
  {
    alert: 'GenAILatencyP95High',
    fires: {
      series: histogram(DURATION, { '10.24': 0, '20.48': 10, '+Inf': 10 }),
      at: '6m',
      notYetAt: '5m',
      labels: LABELS,
      dashboard: `${ACME}&${OPENAI}`,
    },
    silent: [
      { why: 'p95 9.98 s', series: histogram(DURATION, { '5.12': 0, '10.24': 10, '+Inf': 10 }), at: ['12m', '19m'] },
      {
        why: 'fewer calls than the floor',
        series: histogram(DURATION, { '10.24': 0, '20.48': 0.9, '+Inf': 0.9 }),
        at: ['12m', '19m'],
      },
      { why: 'no data', series: histogram(DURATION, { '10.24': 0, '20.48': 10, '+Inf': 10 }, 4), at: ['12m'] },
    ],
  },
  {
    alert: 'GenAILatencyP99High',
    fires: {
      series: histogram(DURATION, { '2.56': 0, '5.12': 10, '+Inf': 10 }),
      at: '8m',
      notYetAt: '7m',
      labels: LABELS,
      dashboard: `${ACME}&${OPENAI}`,
    },
    silent: [
      { why: 'p99 4.48 s', series: histogram(DURATION, { '2.56': 96, '5.12': 100, '+Inf': 100 }), at: ['12m', '19m'] },
      {
        why: 'fewer calls than the floor',
        series: histogram(DURATION, { '2.56': 0, '5.12': 0.9, '+Inf': 0.9 }),
        at: ['12m'],
      },
    ],
  },
  {
    alert: 'GenAITimeToFirstChunkHigh',
    fires: {
      series: histogram(FIRST_CHUNK, { '2.56': 0, '5.12': 10, '+Inf': 10 }),
      at: '8m',
      notYetAt: '7m',
      labels: LABELS,
      dashboard: `${ACME}&${OPENAI}`,
    },
    silent: [
      {
        why: 'p95 2.99 s',
        series: histogram(FIRST_CHUNK, { '2.56': 94, '5.12': 100, '+Inf': 100 }),
        at: ['12m', '19m'],
      },
      {
        why: 'fewer calls than the floor',
        series: histogram(FIRST_CHUNK, { '2.56': 0, '5.12': 0.9, '+Inf': 0.9 }),
        at: ['12m'],
      },
    ],
  },
  {
    alert: 'GenAIRateLimitUseHigh',
    fires: {
      series: rateLimit('0.81x40'),
      at: '5m',
      notYetAt: '4m45s',
      labels: { ...LABELS, gen_ai_request_model: 'gpt-4o' },
      dashboard: `${ACME}&${OPENAI}`,
    },
    silent: [
      { why: 'exactly 80 %', series: rateLimit('0.8x40'), at: ['9m'] },
      { why: 'a short peak', series: rateLimit('0.9x10 0.5x40'), at: ['4m', '9m'] },
    ],
  },
  {
    alert: 'GenAICacheHitRateLow',
    fires: {
      series: { ...lookups(true, '0+49x300'), ...lookups(false, '0+51x300') },
      at: '1h5m',
      labels: { org_id: 'acme' },
      dashboard: ACME,
    },
    silent: [
      { why: 'exactly half', series: { ...lookups(true, '0+50x300'), ...lookups(false, '0+50x300') }, at: ['1h5m'] },
      { why: 'fewer look-ups than the floor', series: lookups(false, '0+0.2x300'), at: ['1h5m'] },
      { why: 'only hits', series: lookups(true, '0+50x300'), at: ['1h5m'] },
      {
        why: 'counter reset of the misses',
        series: { ...lookups(true, '0+50x300'), ...lookups(false, '99999x200 0+1x100') },
        at: ['1h5m'],
      },
    ],
  },
]
