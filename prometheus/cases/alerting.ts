// Cases of the alerts on the alerting itself.
import type { AlertCase, Series } from './alert-case.ts'

const ALERTS = 'alerts'
const failed = (values: string): Series => ({
  'alertmanager_notifications_failed_total{job="alertmanager",integration="email"}': values,
})
const ruleFailures = (values: string): Series => ({
  'prometheus_rule_evaluation_failures_total{job="prometheus",rule_group="genai"}': values,
})
/** @param success times of the last success; `started`: when the api did; `interval`: while it is scraped. */
const job = (success: string, { started = '0x320', interval = '15x320' } = {}): Series => ({
  'api_job_interval_seconds{job="api",task="budgets"}': interval,
  'api_job_last_success_timestamp_seconds{job="api",task="budgets"}': success,
  'api_job_started_timestamp_seconds{job="api",task="budgets"}': started,
})
const otherJob: Series = {
  'api_job_interval_seconds{job="api",task="retention"}': '300x320',
  'api_job_last_success_timestamp_seconds{job="api",task="retention"}': '0+15x320',
  'api_job_started_timestamp_seconds{job="api",task="retention"}': '0x320',
}
/** Every two minutes the api is up for 45 s. */
const CRASHING = ' 15x2 _x4'.repeat(20)

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
    silent: [
      { why: 'old failures', series: ruleFailures('2x60'), at: ['6m', '12m'] },
      { why: 'counter reset', series: ruleFailures('2x20 0x40'), at: ['8m'] },
    ],
  },
  {
    alert: 'ApiJobStale',
    fires: {
      // A release at 5m broke the job, and the api, which starts again and again.
      series: job('0+15x20 _x80', { started: `0x20${' _x4 420x2'.repeat(20)}`, interval: `15x20${CRASHING}` }),
      at: '21m30s',
      notYetAt: '21m15s',
      labels: { job: 'api', task: 'budgets' },
      dashboard: ALERTS,
    },
    silent: [
      { why: 'it runs every minute', series: job('0 0 0 0 60 60 60 60 120x20'), at: ['7m'] },
      { why: 'a daily job, in its day', series: job('0x320', { interval: '86400x320' }), at: ['1h'] },
      {
        why: 'a job that a release brought ten minutes ago and that has not ended yet',
        series: { ...job('_x320', { started: '_x200 3000x40', interval: '_x200 15x40' }), ...otherJob },
        at: ['50m', '1h'],
      },
      {
        why: 'it ends well a minute after a night in which nothing ran',
        series: job(`0+15x20 _x200 _x3 3375+15x40`, { started: '0x20 _x200 3315x44', interval: '15x20 _x200 15x44' }),
        at: ['55m30s', '56m', '56m15s', '1h'],
      },
      {
        why: 'no api: ServiceDown speaks',
        series: job('0x4 _x100', { started: '0x4 _x100', interval: '15x4 _x100' }),
        at: ['15m', '16m15s', '20m'],
      },
      {
        why: 'the api restarts again and again, and its jobs end well',
        series: job(`0x20${' _x4 600x2'.repeat(6)}`, { interval: `15x20${CRASHING}` }),
        at: ['15m15s', '20m', '24m'],
      },
    ],
  },
]
