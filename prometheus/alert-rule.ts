// What an alert is before it becomes YAML. In: nothing. Out: the types and the one way to write links and sums.

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
  /** Alerts that explain this one: while one of them fires for the same `equal` labels, this one is not mailed. */
  causes?: readonly Cause[]
}

export interface Cause {
  alert: string
  /** Labels the cause must have; all of that name by default. */
  match?: Readonly<Record<string, string>>
  equal?: readonly string[]
}

export interface DashboardLink {
  /** A dashboard that has a panel for the alert's figure; a test looks for it. */
  uid: 'alerts' | 'cost-management' | 'genai-health' | 'neo4j-health' | 'pipeline-health'
  /** Variables of the dashboard and the labels of the alert that fill them in. */
  variables?: Readonly<Record<string, string>>
}

export interface RecordingRule {
  record: string
  expr: string
}

export interface RuleGroup {
  name: string
  recording?: readonly RecordingRule[]
  alerts: readonly AlertRule[]
}

export const ALERTS: DashboardLink = { uid: 'alerts' }
export const COST: DashboardLink = { uid: 'cost-management', variables: { org_id: 'org_id' } }
export const GENAI: DashboardLink = { uid: 'genai-health', variables: { org_id: 'org_id' } }
/** Of alerts that have a provider. */
export const GENAI_PROVIDER: DashboardLink = {
  uid: 'genai-health',
  variables: { org_id: 'org_id', provider: 'gen_ai_provider_name' },
}
export const NEO4J: DashboardLink = { uid: 'neo4j-health' }
export const PIPELINE: DashboardLink = { uid: 'pipeline-health' }

export const runbookUrl = (alert: string): string => `{{ $externalLabels.runbook_base_url }}/${alert}.md`

/** Link to the panel that plots the alert, with the alert's labels as variables, escaped. @param panel e.g. `panel-7` */
export function dashboardUrl({ uid, variables = {} }: DashboardLink, panel: string): string {
  const filled = Object.entries(variables).map(([name, label]) => `&var-${name}={{ urlQueryEscape $labels.${label} }}`)
  return `{{ $externalLabels.grafana_url }}/d/${uid}?viewPanel=${panel}${filled.join('')}`
}

/** Increase of a counter over a window, summed by labels. */
export const increase = (selector: string, window: string, by: readonly string[]): string =>
  `sum by (${by.join(', ')}) (increase(${selector}[${window}]))`

/**
 * True when a counter grew at all, also when it appeared with its first count (which `increase` cannot see, because
 * there is no sample before it). For counters that exist only once something went wrong. A day back, not one sample:
 * after an outage of Prometheus itself nothing has "appeared".
 */
export const grew = (selector: string, window: string, by: readonly string[]): string =>
  `${increase(selector, window, by)} > 0 or sum by (${by.join(', ')}) (${selector} unless last_over_time(${selector}[1d] offset ${window})) > 0`

/**
 * The expression, except while an alert fires that explains it or did so within the window. For symptoms that show only
 * once the cause is over, when inhibition has ended with it. Causes by their labels, e.g. `alertname="CollectorDown"`;
 * `on` are those that a cause and its symptom share.
 */
export function unlessTold(
  expr: string,
  causes: readonly string[],
  window: string,
  on: readonly string[] = [],
): string {
  const told = causes.map((labels) => `max_over_time(ALERTS{${labels},alertstate="firing"}[${window}])`)
  return `(${expr}) unless on (${on.join(', ')}) (${told.join(' or ')})`
}

/**
 * How many observations a native histogram got between the samples in a window, summed by labels: whole counts, for where
 * three are not two.
 * `increase` extrapolates, and a series of one export counts half as much again. A reset counts as nothing.
 */
export const grown = (selector: string, window: string, by: readonly string[]): string =>
  `sum by (${by.join(', ')}) (clamp_min(histogram_count(last_over_time(${selector}[${window}])) - histogram_count(first_over_time(${selector}[${window}])), 0))`

/** `grew` over several counters; which one is in the label `signal`. A regular expression over names would not do: the
 * counters share their other labels, and a function that drops the name then fails. */
export const anyGrew = (counters: Readonly<Record<string, string>>, window: string, by: readonly string[]): string =>
  Object.entries(counters)
    .map(([signal, selector]) => `label_replace(${grew(selector, window, by)}, "signal", "${signal}", "", "")`)
    .join(' or ')

/** Observations of a native histogram over a window, summed by labels. */
export const observed = (selector: string, window: string, by: readonly string[]): string =>
  `sum by (${by.join(', ')}) (histogram_count(increase(${selector}[${window}])))`

/** A quantile of a native histogram over a window. */
export const quantile = (q: number, selector: string, window: string, by: readonly string[]): string =>
  `histogram_quantile(${q}, sum by (${by.join(', ')}) (rate(${selector}[${window}])))`

export const percent = (ratio: number): string => `${Number((ratio * 100).toFixed(1))} %`
