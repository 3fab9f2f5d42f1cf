// Horizontal or vertical bars, one per value.
import { getDisplayValueAlignmentFactors, type PanelProps, type ReduceDataOptions, VizOrientation } from '@grafana/data'
import { BarGaugeDisplayMode, BarGaugeNamePlacement, BarGaugeValueMode } from '@grafana/schema'
import { BarGauge, useTheme2, VizRepeater } from '@grafana/ui'
import { Empty, hasValues } from './empty.tsx'
import { Linked } from './linked.tsx'
import { createPanel } from './plugin.ts'
import { singleValues } from './single-values.ts'

interface Options {
  reduceOptions: ReduceDataOptions
  orientation?: VizOrientation
  displayMode?: BarGaugeDisplayMode
  valueMode?: BarGaugeValueMode
  namePlacement?: BarGaugeNamePlacement
  showUnfilled?: boolean
}

const MAX_BAR_HEIGHT_PX = 34
/** A name on top needs a line of its own; more bars than fit are scrolled. */
const MIN_BAR_HEIGHT_PX = 16
const MIN_HEIGHT_WITH_NAME_PX = 34

function BarGaugePanel(props: PanelProps<Options>) {
  const theme = useTheme2()
  const { data, options, width, height } = props
  if (!hasValues(props)) return <Empty {...props} />
  const orientation = options.orientation ?? VizOrientation.Horizontal
  const namePlacement = options.namePlacement ?? BarGaugeNamePlacement.Left
  const namesOnTop = namePlacement === BarGaugeNamePlacement.Top
  return (
    <VizRepeater
      getValues={() => singleValues(props, theme)}
      getAlignmentFactors={getDisplayValueAlignmentFactors}
      renderCounter={props.renderCounter}
      source={data}
      width={width}
      height={height}
      orientation={orientation}
      itemSpacing={6}
      minVizHeight={namesOnTop ? MIN_HEIGHT_WITH_NAME_PX : MIN_BAR_HEIGHT_PX}
      maxVizHeight={MAX_BAR_HEIGHT_PX}
      renderValue={({ value, width: w, height: h, alignmentFactors, count }) => (
        <Linked value={value}>
          <BarGauge
            value={value.display}
            field={value.field}
            display={value.view?.getFieldDisplayProcessor(value.colIndex as number)}
            text={{ titleSize: 13, valueSize: 13 }}
            alignmentFactors={count > 1 ? alignmentFactors : undefined}
            orientation={orientation}
            displayMode={options.displayMode ?? BarGaugeDisplayMode.Basic}
            valueDisplayMode={options.valueMode ?? BarGaugeValueMode.Text}
            namePlacement={namePlacement}
            showUnfilled={options.showUnfilled ?? true}
            itemSpacing={6}
            width={w}
            height={h}
            theme={theme}
          />
        </Linked>
      )}
    />
  )
}

export const barGaugePanel = createPanel({ component: BarGaugePanel })
