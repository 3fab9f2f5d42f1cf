// What an alert is before it becomes YAML. In: nothing. Out: the types and the one way to write links.

export type Severity = 'critical' | 'warning' | 'info' | 'none'

export interface AlertRule {
  name: string
  /** What it is about; a critical alert silences the warnings with the same topic, organisation and scope. */
  topic: string
  severity: Severity
  expr: string
  /** How long the expression must hold, as a Prometheus duration. */
  for?: string
  keepFiringFor?: string
  /** One line; what is wrong and for whom. */
  summary: string
  /** With the value and the threshold. */
  description: string
  /** The value alone, with its unit. */
  value: string
  /** The first thing to do. */
  action: string
  dashboard: DashboardLink
  /** Alerts that explain this one: while one of them fires, this one is not mailed. */
  causes?: readonly string[]
}

export interface DashboardLink {
  uid: string
  /** Labels of the alert that become dashboard variables. */
  variables?: readonly string[]
}

export interface RuleGroup {
  name: string
  /** Rules that record series; evaluated before the alerts of any group, by file order. */
  recording?: readonly { record: string; expr: string; labels?: Record<string, string> }[]
  alerts?: readonly AlertRule[]
}

/** Label of the firing alert, for annotations. */
export const label = (name: string): string => `{{ $labels.${name} }}`

export const runbookUrl = (alert: string): string => `{{ $externalLabels.runbook_base_url }}/${alert}.md`

/** Link to a dashboard with the alert's labels as variables, escaped. */
export function dashboardUrl({ uid, variables = [] }: DashboardLink): string {
  const query = variables.map((name) => `var-${name}={{ urlQueryEscape $labels.${name} }}`).join('&')
  return `{{ $externalLabels.grafana_url }}/d/${uid}${query && `?${query}`}`
}
