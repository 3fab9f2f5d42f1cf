// Panels of "Alerts" on alerting itself: its watchdog, deliveries, rules and jobs. In: the dashboard. Out: the same.
import { type DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { lines, linesWithLimit, stat, thresholdsFrom } from '../kit/panels.ts'
import { promql, promqlInstant } from '../kit/queries.ts'

export const withAlertingPanels = (dashboard: DashboardBuilder): DashboardBuilder =>
  dashboard
    .withRow(new RowBuilder('Does alerting itself work?'))
    .withPanel(
      stat({
        title: 'Watchdog',
        description: 'An alert that always fires, so that its absence shows that alerting is broken.',
        unit: 'none',
        width: 6,
        height: 8,
        emptyText: 'Prometheus evaluates no rules',
        mappings: { 1: { text: 'works' } },
        thresholds: thresholdsFrom(),
        alerts: ['Watchdog'],
        queries: [promqlInstant('ALERTS{alertname="Watchdog", alertstate="firing"}', 'Watchdog')],
      }),
    )
    .withPanel(
      lines({
        title: 'Failed notifications',
        description: 'Deliveries by Alertmanager that failed within five minutes, by way of delivery.',
        unit: 'short',
        width: 6,
        height: 8,
        emptyText: 'No delivery failed',
        alerts: ['AlertmanagerNotificationsFailing'],
        queries: [
          promql('sum by (integration) (increase(alertmanager_notifications_failed_total[5m])) > 0', '{{integration}}'),
        ],
      }),
    )
    .withPanel(
      lines({
        title: 'Rules that failed',
        description: 'Evaluations that failed within five minutes, by group. Alerts of that group may stay silent.',
        unit: 'short',
        width: 6,
        height: 8,
        emptyText: 'No evaluation failed',
        alerts: ['RuleEvaluationFailing'],
        queries: [
          promql('sum by (rule_group) (increase(prometheus_rule_evaluation_failures_total[5m])) > 0', '{{rule_group}}'),
        ],
      }),
    )
    .withPanel(
      linesWithLimit(
        {
          title: 'Age of the api’s jobs',
          description:
            'Time since each background job last ended well, also in an api before a restart: budgets, alert history, probes.',
          unit: 's',
          width: 6,
          height: 8,
          emptyText: 'The api has not run a job yet',
          alerts: ['ApiJobStale'],
          queries: [
            promql('time() - max by (task) (max_over_time(api_job_last_success_timestamp_seconds[2d]))', '{{task}}'),
          ],
        },
        [900, 'orange'],
      ),
    )
