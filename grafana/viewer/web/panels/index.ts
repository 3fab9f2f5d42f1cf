// The panel types the viewer draws, by Grafana's plugin id.
import type { PanelPlugin } from '@grafana/data'
import { barGaugePanel } from './bar-gauge.tsx'
import { statPanel } from './stat.tsx'
import { tablePanel } from './table.tsx'
import { textPanel } from './text.tsx'
import { timeSeriesPanel } from './time-series.tsx'

export const PANELS: Record<string, PanelPlugin> = {
  bargauge: barGaugePanel,
  stat: statPanel,
  table: tablePanel,
  text: textPanel,
  timeseries: timeSeriesPanel,
} as Record<string, PanelPlugin>
