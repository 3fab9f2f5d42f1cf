// Cases of the alerts on the alerting itself.
import type { AlertCase, Series } from './alert-case.ts'

const ALERTS = 'alerts'
const failed = (values: string): Series => ({
  'alertmanager_notifications_failed_total{job="alertmanager",integration="email"}': values,
})
const ruleFailures = (values: string): Series => ({
  'prometheus_rule_evaluation_failures_total{job="prometheus",rule_group="genai"}': values,
})
const job = (values: string, intervalSeconds = 15): Series => ({
  'api_job_interval_seconds{job="api",task="budgets"}': `${intervalSeconds}x320`,
  'api_job_last_success_timestamp_seconds{job="api",task="budgets"}': values,
})

export const ALERTING_CASES: readonly AlertCase[] = [
  {
    alert: 'Watchdog',
    fires: { series: {}, at: '0s', labels: {}, dashboard: ALERTS },
    silent: [],
  },
  {
    alert: 'AlertmanagerNotificationsFailing',
    fires: {
      series: failed('0x20 2x40'),
      at: '7m30s',
      notYetAt: '7m',
      labels: { integration: 'email' },
      dashboard: ALERTS,
    },
    silent: [
      { why: 'old failures', series: failed('2x60'), at: ['6m', '12m'] },
      { why: 'counter reset', series: failed('2x20 0x40'), at: ['8m'] },
    ],
  },
  {
    alert: 'RuleEvaluationFailing',
    fires: {
      series: ruleFailures('0x20 2x40'),
      at: '6m',
      notYetAt: '5m',
      labels: { rule_group: 'genai' },
      dashboard: ALERTS,
    },
    silent: [{ why: 'old failures', series: ruleFailures('2x60'), at: ['6m', '12m'] }],
  },
  {
    alert: 'ApiJobStale',
    fires: {
      // The api restarts at 5m and starts the gauge anew: the release broke the job.
      series: job('0+15x20 300x80'),
      at: '20m30s',
      notYetAt: '20m15s',
      labels: { job: 'api', task: 'budgets' },
      dashboard: ALERTS,
    },
    silent: [
      { why: 'it runs every minute', series: job('0 0 0 0 60 60 60 60 120x20'), at: ['7m'] },
      { why: 'a daily job, in its day', series: job('0x320', 86_400), at: ['1h'] },
      { why: 'no api: ServiceDown speaks', series: job('0x4 _x100'), at: ['20m'] },
    ],
  },
]
