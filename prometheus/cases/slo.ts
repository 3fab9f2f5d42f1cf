// Cases of the burn-rate alerts.
import type { AlertCase, Series } from './alert-case.ts'
import { growing, quick } from './native-histogram.ts'

const RUNS = 'spanledger_feature_duration_seconds'
const runs = (success: string, error: string): Series => ({
  [`${RUNS}{org_id="acme",spanledger_feature_status="success"}`]: quick(success),
  [`${RUNS}{org_id="acme",spanledger_feature_status="error"}`]: quick(error),
})
/** Feature runs of which `slow` a step take between 2.56 s and 5.12 s and the others under 1.28 s. */
const slowRuns = (slow: number, all: number, steps = 320): Series => ({
  [`${RUNS}{org_id="acme",spanledger_feature_status="success"}`]: growing(
    { '1.28': all - slow, '2.56': all - slow, '5.12': all, '+Inf': all },
    steps,
  ),
})
const ACME = { labels: { org_id: 'acme' }, dashboard: 'genai-health?var-org_id=acme' }

export const SLO_CASES: readonly AlertCase[] = [
  {
    alert: 'SLOErrorBudgetBurnFast',
    fires: { series: runs('0+71x320', '0+29x320'), at: '1h5m', ...ACME },
    silent: [
      { why: 'just under 14.4 times', series: runs('0+72x320', '0+28x320'), at: ['1h5m'] },
      { why: 'the errors are over', series: runs('0+10x320', '0+30x160 4800x160'), at: ['1h'] },
      { why: 'the errors have only begun', series: runs('0+100x320', '0x300 0+100x20'), at: ['1h18m'] },
      { why: 'fewer runs than the floor', series: runs('0x320', '0+0.15x320'), at: ['1h5m'] },
      {
        why: 'users who leave are no errors',
        series: {
          ...runs('0+70x320', '0x320'),
          [`${RUNS}{org_id="acme",spanledger_feature_status="error",error_type="aborted"}`]: quick('0+30x320'),
        },
        at: ['1h5m'],
      },
      {
        why: 'degraded runs are no errors',
        series: { [`${RUNS}{org_id="acme",spanledger_feature_status="degraded"}`]: quick('0+9x320') },
        at: ['1h5m'],
      },
    ],
  },
  {
    alert: 'SLOErrorBudgetBurnSlow',
    fires: { series: runs('0+87x320', '0+13x320'), at: '1h5m', ...ACME },
    silent: [
      { why: 'just under 6 times', series: runs('0+89x320', '0+11x320'), at: ['1h5m'] },
      { why: 'the objective itself, 2 %', series: runs('0+98x320', '0+2x320'), at: ['1h5m'] },
      { why: 'no data', series: runs('0+87x20 _x400', '0+13x20 _x400'), at: ['1h10m'] },
    ],
  },
  {
    alert: 'SLOLatencyBudgetBurnFast',
    fires: { series: slowRuns(61, 100), at: '1h5m', ...ACME },
    silent: [
      { why: 'just under 6 times', series: slowRuns(59, 100), at: ['1h5m'] },
      { why: 'fewer runs than the floor', series: slowRuns(0.15, 0.15), at: ['1h5m'] },
    ],
  },
  {
    alert: 'SLOLatencyBudgetBurnSlow',
    fires: { series: slowRuns(31, 100), at: '1h5m', ...ACME },
    silent: [
      { why: 'just under 3 times', series: slowRuns(29, 100), at: ['1h5m'] },
      { why: 'the objective itself, 10 %', series: slowRuns(10, 100), at: ['1h5m'] },
    ],
  },
]
