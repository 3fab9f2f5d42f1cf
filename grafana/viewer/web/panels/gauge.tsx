// A value on an arc between its minimum and maximum, with the thresholds as an outer ring.
import { type FieldDisplay, type PanelProps, type ReduceDataOptions, VizOrientation } from '@grafana/data'
import { useTheme2, VizRepeater } from '@grafana/ui'
import { Empty, hasValues } from './empty.tsx'
import { Linked } from './linked.tsx'
import { createPanel } from './plugin.ts'
import { singleValues } from './single-values.ts'

interface Options {
  reduceOptions: ReduceDataOptions
  orientation?: VizOrientation
  showThresholdMarkers?: boolean
}

const SWEEP_DEGREES = 240
const START_DEGREES = -SWEEP_DEGREES / 2

function GaugePanel(props: PanelProps<Options>) {
  const theme = useTheme2()
  if (!hasValues(props)) return <Empty {...props} />
  const { data, width, height, options } = props
  return (
    <VizRepeater
      getValues={() => singleValues(props, theme)}
      renderCounter={props.renderCounter}
      source={data}
      width={width}
      height={height}
      autoGrid
      orientation={options.orientation ?? VizOrientation.Auto}
      renderValue={({ value, width: w, height: h, count }) => (
        <Dial value={value} width={w} height={h} named={count > 1} markers={options.showThresholdMarkers !== false} />
      )}
    />
  )
}

interface DialProps {
  value: FieldDisplay
  width: number
  height: number
  named: boolean
  markers: boolean
}

function Dial({ value, width, height, named, markers }: DialProps) {
  const theme = useTheme2()
  const { display, field } = value
  const titleHeight = named ? 20 : 0
  // The arc is open below: it needs three quarters of a circle's height.
  const radius = Math.max(10, Math.min(width / 2 - 4, (height - titleHeight) / 1.5 - 4))
  const [cx, cy] = [width / 2, radius + 4]
  const min = field.min ?? 0
  const max = field.max ?? 100
  const share = Math.min(1, Math.max(0, (display.numeric - min) / (max - min || 1)))
  const thickness = radius * 0.22
  const inner = radius * (markers ? 0.88 : 0.98)
  const text = `${display.prefix ?? ''}${display.text}${display.suffix ?? ''}`
  return (
    <Linked value={value}>
      <svg width={width} height={height} role="img" aria-label={`${display.title ?? ''} ${text}`}>
        {markers &&
          bands(field, min, max).map((band) => (
            <path
              key={band.from}
              d={arc(cx, cy, radius - 2, band.from, band.to)}
              stroke={theme.visualization.getColorByName(band.color)}
              strokeWidth={4}
              fill="none"
            />
          ))}
        <path
          d={arc(cx, cy, inner - thickness / 2, 0, 1)}
          stroke={theme.colors.background.secondary}
          strokeWidth={thickness}
          fill="none"
        />
        {share > 0 && (
          <path
            d={arc(cx, cy, inner - thickness / 2, 0, share)}
            stroke={display.color}
            strokeWidth={thickness}
            fill="none"
          />
        )}
        <text
          x={cx}
          y={cy + radius * 0.12}
          textAnchor="middle"
          fontSize={Math.min(radius * 0.42, (radius * 2.1) / Math.max(3, text.length))}
          fontWeight={500}
          fill={display.color}
        >
          {text}
        </text>
        {named && (
          <text x={cx} y={height - 6} textAnchor="middle" fontSize={13} fill={theme.colors.text.primary}>
            {display.title}
          </text>
        )}
      </svg>
    </Linked>
  )
}

/** Threshold steps as shares of the arc. */
function bands(field: FieldDisplay['field'], min: number, max: number) {
  const { steps = [], mode } = field.thresholds ?? {}
  const toShare = (value: number) =>
    mode === 'percentage' ? value / 100 : Math.min(1, Math.max(0, (value - min) / (max - min || 1)))
  return steps
    .map((step, index) => ({
      color: step.color,
      from: toShare(Number.isFinite(step.value) ? step.value : min),
      to: toShare(steps[index + 1]?.value ?? max),
    }))
    .filter(({ from, to }) => to > from)
}

/** A part of the dial's arc; shares run from 0 to 1. */
function arc(cx: number, cy: number, radius: number, from: number, to: number): string {
  const at = (share: number) => {
    const angle = ((START_DEGREES + share * SWEEP_DEGREES - 90) * Math.PI) / 180
    return `${cx + radius * Math.cos(angle)} ${cy + radius * Math.sin(angle)}`
  }
  const large = (to - from) * SWEEP_DEGREES > 180 ? 1 : 0
  return `M ${at(from)} A ${radius} ${radius} 0 ${large} 1 ${at(to)}`
}

export const gaugePanel = createPanel({ component: GaugePanel })
