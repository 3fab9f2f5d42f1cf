// Alerts on money. Amounts come from gauges the api reads from the ledger's exact roll-ups; limits are rows in the
// database, so changing one needs no new rule. In: the config table. Out: a rule group.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders for other programs
import { type AlertRule, COST, type RuleGroup } from '../alert-rule.ts'
import type { AlertsConfig } from '../alerts.config.ts'

const PERIOD = ['org_id', 'scope', 'scope_id', 'period', 'period_start'] as const

export function createCostRules({ cost }: AlertsConfig): RuleGroup {
  const usd = '${{ printf "%.2f" $value }}'
  const whose =
    '{{ $labels.org_id }}{{ if ne $labels.scope "organisation" }} ({{ $labels.scope }} {{ $labels.scope_id }}){{ end }}'
  const latest = (selector: string, by: readonly string[]) =>
    `max by (${by.join(', ')}) (last_over_time(${selector}[${cost.keepFiringFor}]))`
  const used = '{{ $value | humanizePercentage }}'
  /** Another amount of the organisation, where there is one. @param selector with %q for its name */
  const amountOf = (selector: string, before: string) =>
    `{{ with printf \`${selector}\` $labels.org_id | query }}${before}${'$'}{{ . | first | value | printf "%.2f" }}{{ end }}`
  const amount =
    '{{ with printf `budget_amount_usd{org_id=%q,scope=%q,scope_id=%q,period=%q}` $labels.org_id $labels.scope $labels.scope_id $labels.period | query }}, ${{ . | first | value | printf "%.2f" }}{{ end }}'
  const budget = (
    name: string,
    severity: 'critical' | 'warning',
    match: string,
    what: string,
    action: string,
  ): AlertRule => ({
    name,
    topic: 'budget',
    severity,
    // From the stored samples, not only from the newest: neither a restart of the api nor one of Prometheus, which
    // forgets `keep_firing_for`, ends the alert. By the budget alone: two apis are one alert. Each period is an alert of
    // its own: one that begins over its threshold is told, too, and so is one that ended before its last calls were booked.
    expr: `(${latest(`budget_threshold_crossed{${match}}`, [...PERIOD, 'threshold'])} == 1) * on (${PERIOD.join(', ')}) group_left () ${latest('budget_period_used_ratio', PERIOD)}`,
    summary: `${whose} ${what} its budget of the {{ $labels.period }}`,
    description: `Spend of ${whose} is ${used} of its budget of the {{ $labels.period }} from {{ $labels.period_start }}${amount}; the threshold is {{ $labels.threshold }} %.`,
    value: `${used} of the budget`,
    action,
    dashboard: COST,
  })
  const alerts: AlertRule[] = [
    budget(
      'BudgetExceeded',
      'critical',
      'threshold=~"[1-9][0-9]{2,}"',
      'used {{ if eq $labels.threshold "100" }}up{{ else }}{{ $labels.threshold }} % of{{ end }}',
      'Tell the organisation; raise the budget or stop what spends it.',
    ),
    budget(
      'BudgetNearLimit',
      'warning',
      'threshold=~"[1-9][0-9]?"',
      'used {{ $labels.threshold }} % of',
      'Compare the projection with the budget; act before it is used up.',
    ),
    {
      name: 'DailySpendHigh',
      topic: 'daily_spend',
      severity: 'warning',
      // As of the budgets: raising the limit ends it at once, a restart of the api does not.
      expr: `${latest('api_spend_usd{window="day"}', ['org_id'])} > ${latest('api_spend_daily_limit_usd', ['org_id'])}`,
      // The threshold is the organisation's budget of the day.
      causes: [{ alert: 'BudgetExceeded', match: { scope: 'organisation', period: 'day' }, equal: ['org_id'] }],
      summary: `{{ $labels.org_id }} spent ${usd} today`,
      description: `{{ $labels.org_id }} spent ${usd} today, over its daily threshold${amountOf('api_spend_daily_limit_usd{org_id=%q}', ' of ')}.`,
      value: usd,
      action: 'See which feature and model cost most today and whether that was meant.',
      dashboard: COST,
    },
    {
      name: 'HourlySpendHigh',
      topic: 'hourly_spend',
      severity: 'critical',
      expr: `${latest('api_spend_usd{window="hour"}', ['org_id'])} > ${cost.hourlyUsd}`,
      summary: `{{ $labels.org_id }} spent ${usd} within an hour`,
      description: `{{ $labels.org_id }} spent ${usd} in the last 60 minutes; the limit is $${cost.hourlyUsd}.`,
      value: usd,
      action: 'Find the feature that spends it; stop a loop or a batch that nobody wanted.',
      dashboard: COST,
    },
    {
      name: 'SpendAboveAverage',
      topic: 'daily_spend',
      severity: 'warning',
      expr: `${latest('api_spend_usd{window="day"}', ['org_id'])} / (${latest('api_spend_daily_average_usd', ['org_id'])} >= ${cost.aboveAverage.minUsd}) > ${cost.aboveAverage.factor}`,
      summary: '{{ $labels.org_id }} spent {{ printf "%.1f" $value }} times its daily average',
      description: `Today’s spend of {{ $labels.org_id }}${amountOf('api_spend_usd{org_id=%q,window="day"}', ', ')}, is {{ printf "%.1f" $value }} times the average of its last ${cost.aboveAverage.days} days; the limit is ${cost.aboveAverage.factor} times.`,
      value: '{{ printf "%.1f" $value }} × the average',
      action: 'See which feature or model grew since yesterday.',
      dashboard: COST,
      causes: [
        { alert: 'DailySpendHigh', equal: ['org_id'] },
        { alert: 'HourlySpendHigh', equal: ['org_id'] },
      ],
    },
  ]
  return { name: 'cost', alerts }
}
