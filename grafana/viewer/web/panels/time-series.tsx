// Lines, bars and areas over time. A click on an exemplar opens its trace.
import { FieldColorModeId, type PanelProps } from '@grafana/data'
import type { OptionsWithLegend, OptionsWithTooltip } from '@grafana/schema'
import { TimeSeries, useTheme2 } from '@grafana/ui'
import { Annotations } from './annotations.tsx'
import { Empty, hasValues } from './empty.tsx'
import { Exemplars } from './exemplars.tsx'
import { createPanel } from './plugin.ts'
import { prepareSeries } from './series.ts'
import { TimeSeriesTooltip } from './time-series-tooltip.tsx'

type Options = OptionsWithLegend & OptionsWithTooltip

function TimeSeriesPanel(props: PanelProps<Options>) {
  const theme = useTheme2()
  if (!hasValues(props)) return <Empty {...props} />
  const frames = prepareSeries(props.data.series, theme)
  const { width, height, options, timeRange, timeZone } = props
  const legend = options.legend ?? { showLegend: true, displayMode: 'list', placement: 'bottom', calcs: [] }
  return (
    <TimeSeries
      frames={frames}
      structureRev={props.data.structureRev}
      timeRange={timeRange}
      timeZone={timeZone}
      width={width}
      height={height}
      legend={legend}
      options={options}
    >
      {(config, aligned) => (
        <>
          <Annotations config={config} annotations={props.data.annotations ?? []} timeZone={timeZone} />
          <TimeSeriesTooltip
            config={config}
            aligned={aligned}
            frames={frames}
            options={options.tooltip}
            timeZone={timeZone}
            onChangeTimeRange={props.onChangeTimeRange}
          />
          <Exemplars config={config} annotations={props.data.annotations ?? []} timeZone={timeZone} />
        </>
      )}
    </TimeSeries>
  )
}

export const timeSeriesPanel = createPanel({
  component: TimeSeriesPanel,
  color: FieldColorModeId.PaletteClassic,
  annotations: true,
  custom: {
    drawStyle: 'line',
    lineInterpolation: 'linear',
    lineWidth: 1,
    lineStyle: { fill: 'solid' },
    fillOpacity: 0,
    gradientMode: 'none',
    showPoints: 'auto',
    pointSize: 5,
    spanNulls: false,
    insertNulls: false,
    stacking: { mode: 'none', group: 'A' },
    axisPlacement: 'auto',
    axisLabel: '',
    axisSoftMin: undefined,
    axisSoftMax: undefined,
    barAlignment: 0,
    barWidthFactor: 0.6,
    scaleDistribution: { type: 'linear' },
    thresholdsStyle: { mode: 'off' },
    hideFrom: { legend: false, tooltip: false, viz: false },
  },
})
