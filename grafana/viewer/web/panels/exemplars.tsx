// Exemplars as points on a chart. In: the data source's exemplar frames. Out: a diamond each, which opens its trace.
import { type DataFrame, dateTimeFormat, type TimeZone } from '@grafana/data'
import { EventsCanvas, type UPlotConfigBuilder, useTheme2 } from '@grafana/ui'
import { useCallback, useLayoutEffect, useRef } from 'react'
import { useSecondDraw } from './use-second-draw.ts'

interface Props {
  config: UPlotConfigBuilder
  annotations: DataFrame[]
  timeZone: TimeZone
}

/** What is used here of the chart below (uPlot). */
interface Plot {
  scales: Record<string, { min?: number | null; max?: number | null }>
  over: { clientHeight: number }
  valToPos(value: number, scale: string): number
}

const SIZE_PX = 8

export function Exemplars({ config, annotations, timeZone }: Props) {
  const theme = useTheme2()
  useSecondDraw(config)
  const plot = useRef<Plot>(undefined)
  useLayoutEffect(() => {
    config.addHook('init', (u) => {
      plot.current = u
    })
  }, [config])
  const frames = annotations.filter((frame) => frame.name === 'exemplar')
  const valueAt = (frame: DataFrame, field: number, row: number) => frame.fields[field]?.values[row]
  const place = useCallback((frame: DataFrame, row: number) => {
    const u = plot.current
    const [time, value] = [frame.fields[0]?.values[row], frame.fields[1]?.values[row]]
    // uPlot always has a scale `y`, in use or not.
    const scale = Object.entries(u?.scales ?? {}).find(([key, { min }]) => key !== 'x' && min != null)?.[0]
    if (!u || !scale || time < Number(u.scales.x?.min) || time > Number(u.scales.x?.max)) return undefined
    // A slow call above the axis stays at the edge, where it can be clicked; what is below it is not what one looks for.
    const y = Math.max(u.valToPos(value, scale), 0)
    if (y > u.over.clientHeight) return undefined
    return { x: u.valToPos(time, 'x') - SIZE_PX / 2, y: y - SIZE_PX / 2 }
  }, [])
  const marker = (frame: DataFrame, row: number) => {
    const trace = String(valueAt(frame, 2, row) ?? '')
    const url = String(frame.fields[2]?.config.links?.[0]?.url ?? '').replace('${__value.raw}', trace)
    const text = `${dateTimeFormat(valueAt(frame, 0, row), { timeZone })}: trace ${trace}`
    return (
      <a href={url} title={text} data-testid="exemplar">
        <svg width={SIZE_PX} height={SIZE_PX} viewBox="0 0 8 8" role="img" style={{ display: 'block' }}>
          <title>{text}</title>
          <path d="M4 0 8 4 4 8 0 4Z" fill={theme.visualization.getColorByName('light-blue')} />
        </svg>
      </a>
    )
  }
  if (frames.length === 0) return null
  return (
    <EventsCanvas
      id="exemplars"
      config={config}
      events={frames}
      renderEventMarker={marker}
      mapEventToXYCoords={place}
    />
  )
}
