// The api's metrics. In: what handlers and jobs observe. Out: one prom-client registry served at /metrics.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/* A label named `job` would clash with the one Prometheus gives every target, and arrive as `exported_job`. */
export type ApiMetrics = ReturnType<typeof createMetrics>

const SPEND_WINDOW = ['org_id', 'window'] as const
const BUDGET = ['org_id', 'scope', 'scope_id', 'period'] as const

export function createMetrics(registry = new Registry()) {
  collectDefaultMetrics({ register: registry, prefix: 'api_' })
  const registers = [registry]
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter<L>({ name, help, labelNames, registers })
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge<L>({ name, help, labelNames, registers })
  return {
    registry,
    requestDurationSeconds: new Histogram({
      name: 'api_request_duration_seconds',
      help: 'Time from request to response, by route pattern.',
      labelNames: ['method', 'route', 'status'] as const,
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    webhookAlerts: counter('api_webhook_alerts_total', 'Alerts delivered to the webhook, by outcome.', ['outcome']),
    webhookRejected: counter('api_webhook_rejected_total', 'Webhook requests refused, by reason.', ['reason']),
    alertActions: counter('api_alert_actions_total', 'Acknowledgements, snoozes, resolutions, notes.', ['action']),
    alertsReconciled: counter('api_alerts_reconciled_total', 'History rows completed by reconciliation.', ['change']),
    jobFailures: counter('api_job_failures_total', 'Runs of a background job that failed.', ['task']),
    jobInterval: gauge('api_job_interval_seconds', 'How long a background job waits between its runs.', ['task']),
    jobStarted: gauge('api_job_started_timestamp_seconds', 'When this process began to run a background job.', [
      'task',
    ]),
    jobLastSuccess: gauge(
      'api_job_last_success_timestamp_seconds',
      'When a background job of this process last ended well; nothing before its first.',
      ['task'],
    ),
    watchdogLastSeen: gauge('api_watchdog_last_seen_timestamp_seconds', 'When the Watchdog alert last arrived.'),
    watchdogOverdue: gauge('api_watchdog_overdue', '1 when the Watchdog alert stopped arriving.'),
    ownMails: counter('api_mails_total', 'Mails the api sent itself, by outcome.', ['outcome']),
    spendUsd: gauge('api_spend_usd', 'Spend in the last 60 minutes, or in the current UTC day.', SPEND_WINDOW),
    spendDailyAverageUsd: gauge(
      'api_spend_daily_average_usd',
      'Mean spend of the whole days before today, at most 7.',
      ['org_id'],
    ),
    spendDailyLimitUsd: gauge('api_spend_daily_limit_usd', 'The daily budget of the organisation.', ['org_id']),
    budgetUsedRatio: gauge('budget_used_ratio', 'Spend in the current period over the budget.', BUDGET),
    budgetPeriodUsedRatio: gauge(
      'budget_period_used_ratio',
      'Spend in a period over the budget: the current one, and the one before while its crossings are told.',
      [...BUDGET, 'period_start'],
    ),
    budgetUsedUsd: gauge('budget_used_usd', 'Spend in the current period.', BUDGET),
    budgetAmountUsd: gauge('budget_amount_usd', 'The budget of the period.', BUDGET),
    budgetProjectedUsd: gauge('budget_projected_usd', 'Spend projected to the end of the period.', BUDGET),
    budgetUnpricedCalls: gauge('budget_unpriced_calls', 'Calls without a price in the current period.', BUDGET),
    budgetState: gauge('budget_state', '1 for the state the budget is in.', [...BUDGET, 'state']),
    budgetThresholdCrossed: gauge(
      'budget_threshold_crossed',
      '1 from the moment a threshold (percent) was crossed until the period ends or the budget changes, an hour at least, else 0; one series a period.',
      [...BUDGET, 'period_start', 'threshold'],
    ),
  }
}
