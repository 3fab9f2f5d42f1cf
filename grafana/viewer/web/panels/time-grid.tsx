// A chart of rows over time: names at the left, one lane per row, time below. State timeline, status history and heatmap
// draw their lanes into it.
import { dateTimeFormat, type TimeRange, type TimeZone } from '@grafana/data'
import { measureText, useTheme2 } from '@grafana/ui'
import type { ReactNode } from 'react'
import { timeTicks } from './scale.ts'

const FONT_PX = 12
const NAME_MAX_PX = 160

interface Props {
  names: string[]
  timeRange: TimeRange
  timeZone: TimeZone
  width: number
  height: number
  label: string
  /** Draws into the lanes; `xOf` maps a time to pixels. */
  children: (lanes: { xOf: (ms: number) => number; laneHeight: number; plotWidth: number }) => ReactNode
}

export function TimeGrid({ names, timeRange, timeZone, width, height, label, children }: Props) {
  const theme = useTheme2()
  const left = Math.min(NAME_MAX_PX, Math.max(0, ...names.map((name) => measureText(name, FONT_PX).width))) + 10
  const plotWidth = Math.max(1, width - left - 12)
  const plotHeight = Math.max(1, height - 24)
  const [fromMs, toMs] = [timeRange.from.valueOf(), timeRange.to.valueOf()]
  const xOf = (ms: number) => Math.min(plotWidth, Math.max(0, ((ms - fromMs) / (toMs - fromMs)) * plotWidth))
  const laneHeight = plotHeight / Math.max(1, names.length)
  const everyNth = Math.ceil(16 / laneHeight)
  const text = { fontSize: FONT_PX, fill: theme.colors.text.secondary }
  return (
    <svg width={width} height={height} role="img" aria-label={label}>
      {names.map((name, index) =>
        index % everyNth === 0 ? (
          <text key={name} x={left - 8} y={(index + 0.5) * laneHeight + 4} textAnchor="end" {...text}>
            {shorten(name)}
            <title>{name}</title>
          </text>
        ) : null,
      )}
      <g transform={`translate(${left} 0)`}>
        {timeTicks(fromMs, toMs, plotWidth).map(({ atMs, format }) => (
          <g key={atMs} transform={`translate(${xOf(atMs)} 0)`}>
            <line y2={plotHeight} stroke={theme.colors.border.weak} />
            <text y={plotHeight + 16} textAnchor={xOf(atMs) > plotWidth - 40 ? 'end' : 'middle'} {...text}>
              {dateTimeFormat(atMs, { format, timeZone })}
            </text>
          </g>
        ))}
        {children({ xOf, laneHeight, plotWidth })}
      </g>
    </svg>
  )
}

function shorten(name: string): string {
  const size = measureText(name, FONT_PX).width
  return size <= NAME_MAX_PX ? name : `${name.slice(0, Math.floor((NAME_MAX_PX / size) * name.length) - 1)}…`
}
