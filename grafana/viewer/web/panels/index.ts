// The panel types the viewer draws, by Grafana's plugin id.
import type { PanelPlugin } from '@grafana/data'
import { alertListPanel } from './alert-list.tsx'
import { barChartPanel } from './bar-chart.tsx'
import { barGaugePanel } from './bar-gauge.tsx'
import { dashListPanel } from './dash-list.tsx'
import { gaugePanel } from './gauge.tsx'
import { heatmapPanel } from './heatmap.tsx'
import { logsPanel } from './logs.tsx'
import { nodeGraphPanel } from './node-graph.tsx'
import { pieChartPanel } from './pie-chart.tsx'
import { statPanel } from './stat.tsx'
import { stateTimelinePanel } from './state-timeline.tsx'
import { statusHistoryPanel } from './status-history.tsx'
import { tablePanel } from './table.tsx'
import { textPanel } from './text.tsx'
import { timeSeriesPanel } from './time-series.tsx'
import { tracesPanel } from './traces.tsx'

export const PANELS: Record<string, PanelPlugin> = {
  alertlist: alertListPanel,
  barchart: barChartPanel,
  bargauge: barGaugePanel,
  dashlist: dashListPanel,
  gauge: gaugePanel,
  heatmap: heatmapPanel,
  logs: logsPanel,
  nodeGraph: nodeGraphPanel,
  piechart: pieChartPanel,
  stat: statPanel,
  'state-timeline': stateTimelinePanel,
  'status-history': statusHistoryPanel,
  table: tablePanel,
  text: textPanel,
  timeseries: timeSeriesPanel,
  traces: tracesPanel,
} as Record<string, PanelPlugin>
