// Error budgets of feature runs: p90 < 2 s and errors < 2 %, alerted on by burn rate over two windows, so that a short
// spike does not wake anyone and a slow leak is not missed. In: the config table. Out: recording rules and alerts.
import {
  type AlertRule,
  GENAI,
  observed,
  percent,
  type RecordingRule,
  type RuleGroup,
  unlessTold,
} from '../alert-rule.ts'
import { ALERTS_CONFIG, type AlertsConfig } from '../alerts.config.ts'

const RUNS = 'spanledger_feature_duration_seconds'
const rate = (match: string, window: string) => `sum by (org_id) (histogram_count(rate(${RUNS}${match}[${window}])))`

export function createSloRules({ slo }: AlertsConfig): RuleGroup {
  // Names keep the true windows: dashboards read them in a drill too.
  const names = ALERTS_CONFIG.slo
  const windows = (['fast', 'slow'] as const).flatMap((speed) =>
    (['short', 'long'] as const).map((length) => ({ name: names[speed][length], window: slo[speed][length] })),
  )
  const recording: RecordingRule[] = windows.flatMap(({ name, window }) => [
    { record: `org:feature_runs:increase${name}`, expr: observed(RUNS, window, ['org_id']) },
    {
      record: `org:feature_errors:ratio${name}`,
      // 0 where there are runs and no errors, so that "healthy" is not "no data". A user who left is no error.
      expr: `(${rate('{spanledger_feature_status=~"error|timeout",error_type!="aborted"}', window)} or 0 * ${rate('', window)}) / ${rate('', window)}`,
    },
    {
      record: `org:feature_slow:ratio${name}`,
      expr: `1 - histogram_fraction(0, ${slo.latency.slowSeconds}, sum by (org_id) (rate(${RUNS}[${window}])))`,
    },
  ])

  const burn = (kind: 'errors' | 'latency', speed: 'fast' | 'slow'): AlertRule => {
    const { short, long, severity } = slo[speed]
    const { budget } = slo[kind]
    const burnRate = speed === 'fast' ? slo[kind].fastBurn : slo[kind].slowBurn
    const series = kind === 'errors' ? 'org:feature_errors' : 'org:feature_slow'
    const limit = Number((burnRate * budget).toFixed(4))
    const what = kind === 'errors' ? 'failed' : `took longer than ${slo.latency.slowSeconds} s`
    const objective =
      kind === 'errors' ? `fewer than ${percent(budget)} failed` : `p90 below ${slo.latency.slowSeconds} s`
    const burning = `${series}:ratio${names[speed].long} > ${limit} and ${series}:ratio${names[speed].short} > ${limit} and org:feature_runs:increase${names[speed].long} >= ${slo.minRuns}`
    return {
      name: `SLO${kind === 'errors' ? 'Error' : 'Latency'}BudgetBurn${speed === 'fast' ? 'Fast' : 'Slow'}`,
      topic: `slo_${kind}`,
      severity,
      expr: speed === 'slow' ? unlessToldFast(burning, kind, short) : burning,
      summary: `{{ $labels.org_id }} burns its ${kind === 'errors' ? 'error' : 'latency'} budget over ${burnRate} times too fast`,
      description: `{{ $value | humanizePercentage }} of the feature runs of {{ $labels.org_id }} ${what} in the last ${long}, and still do in the last ${short}; the objective is ${objective}, the limit of this alert ${percent(limit)}.`,
      value: `{{ $value | humanizePercentage }} in ${long}`,
      action: 'See which feature is worst and since when; compare with the last release and with alerts on providers.',
      dashboard: GENAI,
      causes: [
        { alert: kind === 'errors' ? 'GenAIErrorRateHigh' : 'GenAILatencyP95High', equal: ['org_id'] },
        { alert: 'GenAIProviderDownForOrganisation', equal: ['org_id'] },
      ],
    }
  }
  const alerts = (['errors', 'latency'] as const).flatMap((kind) => [burn(kind, 'fast'), burn(kind, 'slow')])
  return { name: 'slo', recording, alerts }
}

/** A slow burn is news when nothing faster was told: what is over stays in its windows long after that mail's end. */
function unlessToldFast(expr: string, kind: 'errors' | 'latency', window: string): string {
  const calls =
    kind === 'errors' ? 'GenAIErrorRateHigh|SLOErrorBudgetBurnFast' : 'GenAILatencyP95High|SLOLatencyBudgetBurnFast'
  return unlessTold(expr, [`alertname=~"${calls}|GenAIProviderDownForOrganisation"`], window, ['org_id'])
}
