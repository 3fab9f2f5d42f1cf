// Annotations on a chart: a dashed line and a mark at the foot for an event, a shaded stretch for one with an end.
// In: annotation frames. What happened shows on hover.
import { type DataFrame, dateTimeFormat, type TimeZone } from '@grafana/data'
import { EventsCanvas, type UPlotConfigBuilder, useTheme2 } from '@grafana/ui'
import { useCallback, useLayoutEffect, useMemo, useRef } from 'react'
import { toRows } from '../query.ts'
import { useSecondDraw } from './use-second-draw.ts'

interface Props {
  config: UPlotConfigBuilder
  annotations: DataFrame[]
  timeZone: TimeZone
}

interface Event {
  time: number
  timeEnd?: number
  title?: string
  text?: string
  tags?: string[]
  color?: string
}

/** What is used here of the chart below (uPlot). */
interface Plot {
  ctx: CanvasRenderingContext2D
  bbox: { left: number; top: number; width: number; height: number }
  over: { clientHeight: number }
  scales: Record<string, { min?: number | null; max?: number | null }>
  valToPos(value: number, scale: string, canvasPixels?: boolean): number
}

const MARK_PX = 10

export function Annotations({ config, annotations, timeZone }: Props) {
  const theme = useTheme2()
  useSecondDraw(config)
  const plot = useRef<Plot>(undefined)
  const frames = useMemo(
    () => annotations.filter(({ name, length }) => name !== 'exemplar' && length > 0),
    [annotations],
  )
  const drawn = useRef<Event[]>([])
  drawn.current = frames.flatMap((frame) => toRows(frame) as unknown as Event[])
  const colorOf = useCallback(
    (event: Event) => theme.visualization.getColorByName(event.color ?? 'rgba(0, 211, 255, 1)'),
    [theme],
  )
  useLayoutEffect(() => {
    config.addHook('init', (u) => {
      plot.current = u as unknown as Plot
    })
    config.addHook('draw', (u) => drawEvents(u as unknown as Plot, drawn.current, colorOf))
  }, [config, colorOf])
  const place = useCallback((frame: DataFrame, row: number) => {
    const u = plot.current
    const { time, timeEnd } = toRows(frame)[row] as unknown as Event
    const [min, max] = [Number(u?.scales.x?.min), Number(u?.scales.x?.max)]
    if (!u || !(Math.max(time, timeEnd ?? time) >= min && time <= max)) return undefined
    return { x: u.valToPos(Math.max(time, min), 'x') - MARK_PX / 2, y: u.over.clientHeight }
  }, [])
  const marker = (frame: DataFrame, row: number) => {
    const event = toRows(frame)[row] as unknown as Event
    const until =
      event.timeEnd && event.timeEnd !== event.time ? ` to ${dateTimeFormat(event.timeEnd, { timeZone })}` : ''
    const what = [event.title, event.text, event.tags?.join(', ')].filter(Boolean).join('\n')
    const text = `${dateTimeFormat(event.time, { timeZone })}${until}\n${what}`
    return (
      <svg width={MARK_PX} height={MARK_PX} viewBox="0 0 10 10" role="img" data-testid="annotation">
        <title>{text}</title>
        <path d="M5 0 10 9 0 9Z" fill={colorOf(event)} />
      </svg>
    )
  }
  if (frames.length === 0) return null
  return (
    <EventsCanvas
      id="annotations"
      config={config}
      events={frames}
      renderEventMarker={marker}
      mapEventToXYCoords={place}
    />
  )
}

function drawEvents(u: Plot, events: Event[], colorOf: (event: Event) => string): void {
  const { left, top, width, height } = u.bbox
  u.ctx.save()
  u.ctx.beginPath()
  u.ctx.rect(left, top, width, height)
  u.ctx.clip()
  for (const event of events) {
    const from = u.valToPos(event.time, 'x', true)
    const to = u.valToPos(event.timeEnd ?? event.time, 'x', true)
    u.ctx.strokeStyle = colorOf(event)
    u.ctx.fillStyle = colorOf(event)
    u.ctx.lineWidth = devicePixelRatio
    u.ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio])
    for (const x of new Set([from, to])) {
      u.ctx.beginPath()
      u.ctx.moveTo(x, top)
      u.ctx.lineTo(x, top + height)
      u.ctx.stroke()
    }
    u.ctx.globalAlpha = 0.1
    if (to > from) u.ctx.fillRect(from, top, to - from, height)
    u.ctx.globalAlpha = 1
  }
  u.ctx.restore()
}
