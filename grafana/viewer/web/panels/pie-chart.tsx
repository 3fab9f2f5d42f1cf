// Parts of a whole as a pie or a ring.
import { FieldColorModeId, type PanelProps, type ReduceDataOptions } from '@grafana/data'
import type { VizLegendOptions } from '@grafana/schema'
import { useTheme2 } from '@grafana/ui'
import { Empty, hasValues } from './empty.tsx'
import { useLegendSelection, WithLegend } from './legend.tsx'
import { createPanel } from './plugin.ts'
import { linkOf, singleValues } from './single-values.ts'

interface Options {
  reduceOptions: ReduceDataOptions
  pieType?: 'pie' | 'donut'
  displayLabels?: ('name' | 'value' | 'percent')[]
  legend?: Partial<VizLegendOptions> & { values?: ('value' | 'percent')[] }
}

/** Narrower slices have no room for a label. */
const LABEL_FROM_SHARE = 0.04

function PieChartPanel(props: PanelProps<Options>) {
  const theme = useTheme2()
  const selection = useLegendSelection()
  if (!hasValues(props)) return <Empty {...props} />
  const { options, width, height } = props
  const values = singleValues(props, theme).filter(({ display }) => display.numeric > 0)
  const isShown = ({ display }: (typeof values)[number]) => selection.isShown(display.title ?? '')
  const total = values.filter(isShown).reduce((sum, { display }) => sum + display.numeric, 0) || 1
  let turned = 0
  const all = values.map((value) => {
    const { display } = value
    const share = isShown(value) ? display.numeric / total : 0
    const text = `${display.prefix ?? ''}${display.text}${display.suffix ?? ''}`
    const slice = {
      title: display.title ?? '',
      text,
      share,
      from: turned,
      color: display.color ?? '',
      link: linkOf(value),
    }
    turned += share
    return slice
  })
  const slices = all.filter(({ share }) => share > 0)
  const percent = (share: number) => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)}%`
  const shown = options.legend?.values ?? []
  const items = all.map((slice) => ({
    label: slice.title,
    color: slice.color,
    getDisplayValues: () => [
      ...(shown.includes('value') ? [{ title: 'Value', text: slice.text, numeric: slice.share }] : []),
      ...(shown.includes('percent') ? [{ title: 'Percent', text: percent(slice.share), numeric: slice.share }] : []),
    ],
  }))
  const labelOf = (slice: (typeof slices)[number]) =>
    (options.displayLabels ?? [])
      .map((part) => ({ name: slice.title, value: slice.text, percent: percent(slice.share) })[part])
      .join(' ')
  return (
    <WithLegend width={width} height={height} options={options.legend} items={items} selection={selection}>
      {(w, h) => {
        const radius = Math.max(10, Math.min(w, h) / 2 - 6)
        const hole = options.pieType === 'donut' ? radius * 0.6 : 0
        return (
          <svg
            width={w}
            height={h}
            role="img"
            aria-label={slices.map(({ title, text }) => `${title} ${text}`).join(', ')}
          >
            <g transform={`translate(${w / 2} ${h / 2})`}>
              {slices.map((slice) => {
                const [x, y] = point((radius + hole) / 2 || radius / 2, slice.from + slice.share / 2)
                const path = (
                  <path
                    d={sector(radius, hole, slice.from, slice.from + slice.share)}
                    fill={slice.color}
                    fillRule="evenodd"
                    stroke={theme.colors.background.primary}
                  >
                    <title>{`${slice.title}: ${slice.text} (${percent(slice.share)})`}</title>
                  </path>
                )
                return (
                  <g key={slice.title}>
                    {slice.link ? <a href={slice.link.href}>{path}</a> : path}
                    {slice.share >= LABEL_FROM_SHARE && (
                      <text
                        x={x}
                        y={y}
                        textAnchor="middle"
                        dominantBaseline="middle"
                        fontSize={12}
                        fill={theme.colors.getContrastText(slice.color)}
                        pointerEvents="none"
                      >
                        {labelOf(slice)}
                      </text>
                    )}
                  </g>
                )
              })}
            </g>
          </svg>
        )
      }}
    </WithLegend>
  )
}

function point(radius: number, turn: number): [number, number] {
  const angle = (turn - 0.25) * 2 * Math.PI
  return [radius * Math.cos(angle), radius * Math.sin(angle)]
}

/** A ring's part; a whole ring is two circles, because an arc cannot end where it starts. */
function sector(outer: number, inner: number, from: number, to: number): string {
  if (to - from > 0.9999) return circle(outer) + (inner > 0 ? circle(inner) : '')
  const large = to - from > 0.5 ? 1 : 0
  const edge = inner > 0 ? `L ${point(inner, to)} A ${inner} ${inner} 0 ${large} 0 ${point(inner, from)}` : 'L 0 0'
  return `M ${point(outer, from)} A ${outer} ${outer} 0 ${large} 1 ${point(outer, to)} ${edge} Z`
}

const circle = (radius: number) =>
  `M ${-radius} 0 A ${radius} ${radius} 0 1 0 ${radius} 0 A ${radius} ${radius} 0 1 0 ${-radius} 0 Z `

export const pieChartPanel = createPanel({
  component: PieChartPanel,
  color: FieldColorModeId.PaletteClassic,
  custom: { hideFrom: { legend: false, tooltip: false, viz: false } },
})
