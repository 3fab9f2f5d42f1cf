// From where on a figure is coloured, the same on every dashboard. In: the alerts' limits. Out: thresholds.
import type { DynamicConfigValue, Threshold } from '@grafana/grafana-foundation-sdk/dashboard'
import { ALERTS_CONFIG } from '../../prometheus/alerts.config.ts'
import { column } from './column.ts'
import { thresholdsFrom } from './panels.ts'

const { ratio } = ALERTS_CONFIG.genai.errorRate

/** Share of calls that failed: red where the alert fires, orange from half of it. */
export const FAILED_LIMITS: Threshold[] = thresholdsFrom([ratio / 2, 'orange'], [ratio, 'red'])
export const UNPRICED_LIMITS: Threshold[] = thresholdsFrom([1, 'red'])

/** Column of a table whose text takes the colour; below the first step it is text like any other. */
const colored = ([, ...steps]: Threshold[]): DynamicConfigValue[] => [
  { id: 'thresholds', value: { mode: 'absolute', steps: [{ value: null, color: 'text' }, ...steps] } },
  { id: 'custom.cellOptions', value: { type: 'color-text' } },
]
export const failedColumn = (): DynamicConfigValue[] => [...column.percent(), ...colored(FAILED_LIMITS)]
export const unpricedColumn = (): DynamicConfigValue[] => colored(UNPRICED_LIMITS)
