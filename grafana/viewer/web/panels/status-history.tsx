// One cell per sample and series: which were good and which were not, without merging equal neighbours.
import { dateTimeFormat, FieldColorModeId, type PanelProps } from '@grafana/data'
import { useTheme2 } from '@grafana/ui'
import { Empty, hasValues } from './empty.tsx'
import { toLanes, toStretches } from './lanes.ts'
import { createPanel } from './plugin.ts'
import { TimeGrid } from './time-grid.tsx'

interface Options {
  rowHeight?: number
  colWidth?: number
}

function StatusHistoryPanel(props: PanelProps<Options>) {
  const theme = useTheme2()
  if (!hasValues(props)) return <Empty {...props} />
  const { data, options, timeRange, timeZone, width, height } = props
  const lanes = toLanes(data.series, theme, timeZone)
  return (
    <TimeGrid
      names={lanes.map(({ name }) => name)}
      timeRange={timeRange}
      timeZone={timeZone}
      width={width}
      height={height}
      label={`Samples of ${lanes.map(({ name }) => name).join(', ')}`}
    >
      {({ xOf, laneHeight }) =>
        lanes.map((lane, row) =>
          toStretches(lane, timeRange.to.valueOf(), false).map(({ fromMs, toMs, value }) => {
            const shown = lane.display(value)
            const size = (xOf(toMs) - xOf(fromMs)) * (options.colWidth ?? 0.9)
            const room = laneHeight * (options.rowHeight ?? 0.9)
            return (
              <rect
                key={`${lane.name}-${fromMs}`}
                x={xOf(fromMs)}
                y={row * laneHeight + (laneHeight - room) / 2}
                width={Math.max(1, size)}
                height={room}
                fill={shown.color ?? theme.colors.text.disabled}
              >
                <title>{`${lane.name}: ${shown.text}${shown.suffix ?? ''} at ${dateTimeFormat(fromMs, { timeZone })}`}</title>
              </rect>
            )
          }),
        )
      }
    </TimeGrid>
  )
}

export const statusHistoryPanel = createPanel({
  component: StatusHistoryPanel,
  color: FieldColorModeId.Thresholds,
  custom: { fillOpacity: 70, lineWidth: 1, hideFrom: { legend: false, tooltip: false, viz: false } },
})
