// States over time: one lane per series, a block as long as a state lasted.
import { dateTimeFormat, FieldColorModeId, type PanelProps } from '@grafana/data'
import type { VizLegendOptions } from '@grafana/schema'
import { measureText, useTheme2 } from '@grafana/ui'
import { Empty, hasValues } from './empty.tsx'
import { toLanes, toStretches } from './lanes.ts'
import { WithLegend } from './legend.tsx'
import { createPanel } from './plugin.ts'
import { TimeGrid } from './time-grid.tsx'

interface Options {
  mergeValues?: boolean
  rowHeight?: number
  showValue?: 'auto' | 'always' | 'never'
  legend?: Partial<VizLegendOptions>
}

function StateTimelinePanel(props: PanelProps<Options>) {
  const theme = useTheme2()
  if (!hasValues(props)) return <Empty {...props} />
  const { data, options, timeRange, timeZone, width, height } = props
  const lanes = toLanes(data.series, theme, timeZone)
  const endMs = timeRange.to.valueOf()
  const rows = lanes.map((lane) => toStretches(lane, endMs, options.mergeValues !== false))
  const colors = new Map<string, string>()
  lanes.forEach((lane, index) => {
    for (const { value } of rows[index] ?? []) {
      const { text, color } = lane.display(value)
      colors.set(text, color ?? '')
    }
  })
  const items = [...colors].map(([label, color]) => ({ label, color }))
  return (
    <WithLegend width={width} height={height} options={options.legend} items={items}>
      {(w, h) => (
        <TimeGrid
          names={lanes.map(({ name }) => name)}
          timeRange={timeRange}
          timeZone={timeZone}
          width={w}
          height={h}
          label={`States of ${lanes.map(({ name }) => name).join(', ')}`}
        >
          {({ xOf, laneHeight }) =>
            lanes.map((lane, row) =>
              (rows[row] ?? []).map(({ fromMs, toMs, value }) => {
                const { text, color = theme.colors.text.disabled } = lane.display(value)
                const [x, size] = [xOf(fromMs), xOf(toMs) - xOf(fromMs)]
                const room = Math.max(0, laneHeight * (options.rowHeight ?? 0.9))
                const written = options.showValue !== 'never' && measureText(text, 12).width + 8 < size && room > 14
                return (
                  <g
                    key={`${lane.name}-${fromMs}`}
                    transform={`translate(${x} ${row * laneHeight + (laneHeight - room) / 2})`}
                  >
                    <rect width={Math.max(1, size)} height={room} fill={color} fillOpacity={0.85}>
                      <title>{`${lane.name}: ${text}, from ${dateTimeFormat(fromMs, { timeZone })}`}</title>
                    </rect>
                    {written && (
                      <text
                        x={4}
                        y={room / 2 + 4}
                        fontSize={12}
                        fill={theme.colors.getContrastText(color)}
                        pointerEvents="none"
                      >
                        {text}
                      </text>
                    )}
                  </g>
                )
              }),
            )
          }
        </TimeGrid>
      )}
    </WithLegend>
  )
}

export const stateTimelinePanel = createPanel({
  component: StateTimelinePanel,
  color: FieldColorModeId.ContinuousGrYlRd,
  custom: { fillOpacity: 70, lineWidth: 0, hideFrom: { legend: false, tooltip: false, viz: false } },
})
