// How often values fell into which bucket, over time. In: one series per bucket (a Prometheus query in heatmap format, or
// SQL in time series format). Out: a cell per bucket and time, the stronger the more.
import { dateTimeFormat, FieldColorModeId, type PanelProps } from '@grafana/data'
import { useTheme2 } from '@grafana/ui'
import { Empty, hasValues } from './empty.tsx'
import { type Lane, toLanes } from './lanes.ts'
import { createPanel } from './plugin.ts'
import { TimeGrid } from './time-grid.tsx'

interface Options {
  color?: { fill?: string; exponent?: number }
}

/** More columns than this are summed in pairs, threes, …: each cell is an element of the page. */
const MAX_COLUMNS = 120

function HeatmapPanel(props: PanelProps<Options>) {
  const theme = useTheme2()
  if (!hasValues(props)) return <Empty {...props} />
  const { data, options, timeRange, timeZone, width, height } = props
  // The largest bucket is on top.
  const lanes = toLanes(data.series, theme, timeZone).reverse()
  const times = [...new Set(lanes.flatMap((lane) => lane.times))].sort((a, b) => a - b)
  const step = Math.max(1, Math.ceil(times.length / MAX_COLUMNS))
  const starts = times.filter((_, index) => index % step === 0)
  const columnMs = (starts[1] ?? timeRange.to.valueOf()) - (starts[0] ?? timeRange.from.valueOf())
  const cells = lanes.map((lane) => sumByColumn(lane, starts))
  const largest = Math.max(...cells.flat())
  const fill = theme.visualization.getColorByName(options.color?.fill ?? 'orange')
  return (
    <TimeGrid
      names={lanes.map(({ name }) => name)}
      timeRange={timeRange}
      timeZone={timeZone}
      width={width}
      height={height}
      label={`Heatmap of ${lanes.length} buckets`}
    >
      {({ xOf, laneHeight }) =>
        lanes.map((lane, row) =>
          (cells[row] ?? []).map((count, column) => {
            const fromMs = starts[column] as number
            if (count <= 0) return null
            const shown = lane.display(count)
            return (
              <rect
                key={`${lane.name}-${fromMs}`}
                x={xOf(fromMs)}
                y={row * laneHeight}
                width={Math.max(1, xOf(fromMs + columnMs) - xOf(fromMs) - 1)}
                height={Math.max(1, laneHeight - 1)}
                fill={fill}
                fillOpacity={0.1 + 0.9 * (count / largest) ** (options.color?.exponent ?? 0.5)}
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

/** Values of a lane added up in columns, each from its start to the next. */
function sumByColumn({ times, values }: Lane, starts: number[]): number[] {
  const sums = starts.map(() => 0)
  let column = 0
  times.forEach((time, index) => {
    while (column + 1 < starts.length && (starts[column + 1] as number) <= time) column += 1
    sums[column] = (sums[column] ?? 0) + Number(values[index] ?? 0)
  })
  return sums
}

export const heatmapPanel = createPanel({
  component: HeatmapPanel,
  color: FieldColorModeId.Thresholds,
  custom: { hideFrom: { legend: false, tooltip: false, viz: false }, scaleDistribution: { type: 'linear' } },
})
