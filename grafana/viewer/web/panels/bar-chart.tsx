// Bars by category: one group per row of the first frame, one bar per number column.
import {
  type Field,
  FieldColorModeId,
  FieldType,
  getDisplayProcessor,
  getFieldDisplayName,
  getFieldSeriesColor,
  type PanelProps,
} from '@grafana/data'
import type { VizLegendOptions } from '@grafana/schema'
import { measureText, useTheme2 } from '@grafana/ui'
import { Empty, hasValues } from './empty.tsx'
import { useLegendSelection, WithLegend } from './legend.tsx'
import { createPanel } from './plugin.ts'
import { niceTicks } from './scale.ts'

interface Options {
  xField?: string
  orientation?: 'auto' | 'horizontal' | 'vertical'
  stacking?: 'none' | 'normal' | 'percent'
  legend?: Partial<VizLegendOptions>
}

const FONT_PX = 12
const LABEL_MAX_PX = 180

function BarChartPanel(props: PanelProps<Options>) {
  const theme = useTheme2()
  const selection = useLegendSelection()
  const { data, options, width, height, timeZone } = props
  const [frame] = data.series
  if (!frame || !hasValues(props)) return <Empty {...props} />
  const withDisplay = (field: Field) => ({
    ...field,
    display: field.display ?? getDisplayProcessor({ field, theme, timeZone }),
  })
  const isCategory = ({ type }: Field) => type === FieldType.string || type === FieldType.time
  const category =
    frame.fields.find(({ name }) => name === options.xField) ?? frame.fields.find(isCategory) ?? frame.fields[0]
  const columns = frame.fields.filter(
    (field) => field !== category && field.type === FieldType.number && !field.config.custom?.hideFrom?.viz,
  )
  if (!category || columns.length === 0) return <Empty {...props} />
  const labelOf = withDisplay(category).display
  const all: Bar[] = columns.map((field) => ({
    name: getFieldDisplayName(field, frame, data.series),
    color: getFieldSeriesColor(field, theme).color,
    values: field.values.map((value) => Number(value ?? 0)),
    show: (value) => showValue(withDisplay(field).display(value)),
  }))
  const bars = all.filter(({ name }) => selection.isShown(name))
  const labels = category.values.map((value) => showValue(labelOf(value)))
  const percent = options.stacking === 'percent'
  const stacked = percent || options.stacking === 'normal'
  if (percent) {
    const totals = labels.map((_, row) => bars.reduce((sum, bar) => sum + (bar.values[row] ?? 0), 0) || 1)
    for (const bar of bars) bar.values = bar.values.map((value, row) => (value / (totals[row] as number)) * 100)
  }
  const items = columns.length > 1 ? all.map(({ name, color }) => ({ label: name, color })) : []
  const horizontal = options.orientation === 'horizontal'
  return (
    <WithLegend width={width} height={height} options={options.legend} items={items} selection={selection}>
      {(w, h) => <Bars {...{ bars, labels, stacked, horizontal, width: w, height: h }} />}
    </WithLegend>
  )
}

const showValue = (value: { prefix?: string; text: string; suffix?: string }) =>
  `${value.prefix ?? ''}${value.text}${value.suffix ?? ''}`

interface Bar {
  name: string
  color: string
  values: number[]
  show: (value: number) => string
}

interface BarsProps {
  bars: Bar[]
  labels: string[]
  stacked: boolean
  horizontal: boolean
  width: number
  height: number
}

function Bars({ bars, labels, stacked, horizontal, width, height }: BarsProps) {
  const theme = useTheme2()
  const sums = labels.map((_, row) => bars.map((bar) => bar.values[row] ?? 0))
  const top = Math.max(0, ...sums.map((row) => (stacked ? row.reduce((a, b) => a + b, 0) : Math.max(...row))))
  const bottom = Math.min(0, ...sums.flat())
  const scaleText = (value: number) => bars[0]?.show(value) ?? String(value)
  const widest = (texts: string[]) => Math.max(0, ...texts.map((text) => measureText(text, FONT_PX).width))
  const ticks = niceTicks(bottom, top, horizontal ? Math.floor(width / 120) : Math.floor(height / 50))
  const left = Math.min(LABEL_MAX_PX, widest(horizontal ? labels : ticks.map(scaleText))) + 10
  const plot = { left, top: 8, width: Math.max(1, width - left - 24), height: Math.max(1, height - 32) }
  const along = (value: number) => ((value - bottom) / (top - bottom || 1)) * (horizontal ? plot.width : plot.height)
  const slot = (horizontal ? plot.height : plot.width) / labels.length
  const thickness = (slot * 0.7) / (stacked ? 1 : bars.length)
  const everyNth = horizontal ? Math.ceil(16 / slot) : Math.ceil((Math.min(LABEL_MAX_PX, widest(labels)) + 12) / slot)
  const text = { fontSize: FONT_PX, fill: theme.colors.text.secondary }
  const line = { stroke: theme.colors.border.weak }
  return (
    <svg width={width} height={height} role="img" aria-label={`Bars of ${bars.map(({ name }) => name).join(', ')}`}>
      <g transform={`translate(${plot.left} ${plot.top})`}>
        {ticks.map((tick) =>
          horizontal ? (
            <g key={tick} transform={`translate(${along(tick)} 0)`}>
              <line y2={plot.height} {...line} />
              <text y={plot.height + 16} textAnchor="middle" {...text}>
                {scaleText(tick)}
              </text>
            </g>
          ) : (
            <g key={tick} transform={`translate(0 ${plot.height - along(tick)})`}>
              <line x2={plot.width} {...line} />
              <text x={-6} y={4} textAnchor="end" {...text}>
                {scaleText(tick)}
              </text>
            </g>
          ),
        )}
        {labels.map((label, row) => {
          const start = row * slot + slot * 0.15
          let pile = 0
          return (
            <g key={`${label}-${start}`}>
              {bars.map((bar, index) => {
                const value = bar.values[row] ?? 0
                const from = stacked ? pile : Math.min(0, value)
                pile += value
                const length = along(from + Math.abs(value)) - along(from)
                const across = start + (stacked ? 0 : index * thickness)
                const box = horizontal
                  ? { x: along(from), y: across, width: length, height: thickness }
                  : { x: across, y: plot.height - along(from) - length, width: thickness, height: length }
                return (
                  <rect key={bar.name} {...box} fill={bar.color} rx={1}>
                    <title>{`${label}: ${bar.name} ${bar.show(value)}`}</title>
                  </rect>
                )
              })}
              {row % everyNth === 0 && (
                <text
                  {...(horizontal
                    ? { x: -6, y: start + slot * 0.35 + 4, textAnchor: 'end' as const }
                    : { x: start + slot * 0.35, y: plot.height + 16, textAnchor: 'middle' as const })}
                  {...text}
                >
                  {shorten(label)}
                  <title>{label}</title>
                </text>
              )}
            </g>
          )
        })}
      </g>
    </svg>
  )
}

/** Cut with an ellipsis where it would leave its place; the whole text shows on hover. */
function shorten(label: string): string {
  if (measureText(label, FONT_PX).width <= LABEL_MAX_PX) return label
  const keep = Math.floor((LABEL_MAX_PX / measureText(label, FONT_PX).width) * label.length) - 1
  return `${label.slice(0, keep)}…`
}

export const barChartPanel = createPanel({
  component: BarChartPanel,
  color: FieldColorModeId.PaletteClassic,
  custom: {
    fillOpacity: 80,
    lineWidth: 1,
    axisLabel: '',
    axisPlacement: 'auto',
    hideFrom: { legend: false, tooltip: false, viz: false },
  },
})
