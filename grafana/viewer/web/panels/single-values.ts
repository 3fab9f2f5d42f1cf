// One display value per field or row, as gauges, pies and big numbers show them.
import {
  type FieldDisplay,
  type GrafanaTheme2,
  getFieldDisplayValues,
  type PanelProps,
  type ReduceDataOptions,
} from '@grafana/data'

const USED = ['data', 'fieldConfig', 'options', 'replaceVariables', 'timeZone'] as const

export function singleValues(
  props: Pick<PanelProps<{ reduceOptions?: ReduceDataOptions }>, (typeof USED)[number]>,
  theme: GrafanaTheme2,
  sparkline = false,
): FieldDisplay[] {
  const { data, fieldConfig, options, replaceVariables, timeZone } = props
  const reduceOptions = options.reduceOptions ?? { calcs: ['lastNotNull'] }
  return getFieldDisplayValues({
    fieldConfig,
    reduceOptions,
    replaceVariables,
    theme,
    data: data.series,
    sparkline,
    timeZone,
  })
}

/** Where a click on a value leads. */
export const linkOf = (value: FieldDisplay): { href: string; title: string } | undefined => {
  const [link] = value.hasLinks ? (value.getLinks?.() ?? []) : []
  return link && { href: link.href, title: link.title }
}
