// Alerts on the alerting itself: the dead man's switch, mails that fail, rules that fail, jobs that stand still.
// In: the config table. Out: a rule group.
import { ALERTS, type AlertRule, grew, type RuleGroup, unlessTold } from '../alert-rule.ts'
import type { AlertsConfig } from '../alerts.config.ts'
import { durationSeconds } from '../scale-windows.ts'

export function createAlertingRules({ alerting: config, pipeline }: AlertsConfig): RuleGroup {
  const { jobStale } = config
  const failing = (match: string) =>
    grew(`alertmanager_notifications_failed_total{integration${match}}`, config.failureWindow, ['integration'])
  // From stored samples: an api that restarts again and again does not begin its jobs' ages anew. A job that never ended well
  // is as old as its first start.
  const perJob = (pick: 'min' | 'max', gauge: string, window: string) =>
    `${pick} by (job, task) (${pick}_over_time(${gauge}[${window}]))`
  const firstStart = (window: string) => perJob('min', 'api_job_started_timestamp_seconds', window)
  const lastSuccess = perJob('max', 'api_job_last_success_timestamp_seconds', jobStale.memory)
  const interval = perJob('max', 'api_job_interval_seconds', jobStale.after)
  const limit = `(${interval} + ${durationSeconds(jobStale.after)}) / 60`
  const count = '{{ printf "%.0f" $value }}'
  const alerts: AlertRule[] = [
    {
      name: 'Watchdog',
      topic: 'watchdog',
      severity: 'none',
      expr: 'vector(1)',
      summary: 'Alerting works',
      description: 'Always firing ({{ $value }}). The api mails on its own when this stops arriving.',
      value: '{{ $value }}',
      action: 'Nothing: it is its absence that matters.',
      dashboard: ALERTS,
    },
    {
      name: 'AlertmanagerNotificationsFailing',
      topic: 'notifications',
      severity: 'critical',
      // The webhook is the api. When it or its Postgres is down, an alert says so, and it reads later what it missed.
      expr: `${failing('!="webhook"')} or ${unlessTold(failing('="webhook"'), ['alertname="ServiceDown",job="api"', 'alertname="LedgerWritesFailing"'], pipeline.explainedFor)}`,
      for: config.failureFor,
      summary: 'Alertmanager cannot deliver by {{ $labels.integration }}',
      description: `${count} notifications by {{ $labels.integration }} failed in the last ${config.failureWindow}; Alertmanager repeats them.`,
      value: `${count} failures`,
      action: 'Check the mail server’s address and sign-in, or that the api takes the webhook.',
      dashboard: ALERTS,
    },
    {
      name: 'RuleEvaluationFailing',
      topic: 'rules',
      severity: 'critical',
      expr: grew('prometheus_rule_evaluation_failures_total', config.failureWindow, ['rule_group']),
      summary: 'Alert rules cannot be evaluated',
      description: `${count} evaluations in {{ $labels.rule_group }} failed in the last ${config.failureWindow}: alerts of that group may stay silent.`,
      value: `${count} failures`,
      action: 'Prometheus’ /rules page and log name the rule and the error.',
      dashboard: ALERTS,
    },
    {
      name: 'ApiJobStale',
      topic: 'jobs',
      severity: 'warning',
      expr: `(time() - (${lastSuccess} or ${firstStart(jobStale.memory)})) / 60 > ${limit} and (time() - ${firstStart(jobStale.seenWithin)}) / 60 > ${limit}`,
      for: jobStale.for,
      summary: 'Job {{ $labels.task }} of the api stands still',
      description: `The job {{ $labels.task }} of the api has not ended well for ${count} minutes; the limit is ${jobStale.after} more than its interval. Budgets or the alert history may be out of date.`,
      value: `${count} minutes`,
      action: 'The api’s log says why the job fails.',
      dashboard: ALERTS,
      causes: [
        { alert: 'LedgerSchemaMismatch' },
        { alert: 'LedgerWritesFailing' },
        { alert: 'ServiceDown', match: { job: 'api' } },
      ],
    },
  ]
  return { name: 'alerting', alerts }
}
