// Single values, with an optional sparkline and a coloured background.
import {
  type DisplayValueAlignmentFactors,
  getDisplayValueAlignmentFactors,
  type PanelProps,
  type ReduceDataOptions,
  VizOrientation,
} from '@grafana/data'
import {
  BigValue,
  BigValueColorMode,
  BigValueGraphMode,
  BigValueJustifyMode,
  BigValueTextMode,
  useTheme2,
  VizRepeater,
} from '@grafana/ui'
import { Empty, hasValues } from './empty.tsx'
import { Linked } from './linked.tsx'
import { createPanel } from './plugin.ts'
import { singleValues } from './single-values.ts'

interface Options {
  reduceOptions: ReduceDataOptions
  colorMode?: BigValueColorMode
  graphMode?: BigValueGraphMode
  justifyMode?: BigValueJustifyMode
  textMode?: BigValueTextMode
  orientation?: VizOrientation
}

/** Left to itself, a single value has no name: the panel's title is one. */
const textModeOf = ({ textMode = BigValueTextMode.Auto }: Options, count = 1): BigValueTextMode =>
  textMode === BigValueTextMode.Auto && count === 1 ? BigValueTextMode.Value : textMode

function StatPanel(props: PanelProps<Options>) {
  const theme = useTheme2()
  const { data, options, width, height } = props
  if (!hasValues(props)) return <Empty {...props} />
  return (
    <VizRepeater
      getValues={() => singleValues(props, theme, options.graphMode === BigValueGraphMode.Area)}
      getAlignmentFactors={getDisplayValueAlignmentFactors}
      renderCounter={props.renderCounter}
      source={data}
      width={width}
      height={height}
      orientation={options.orientation ?? VizOrientation.Auto}
      renderValue={({ value, width: w, height: h, alignmentFactors, count }) => (
        <Linked value={value}>
          <BigValue
            value={value.display}
            count={count}
            sparkline={value.sparkline}
            colorMode={options.colorMode ?? BigValueColorMode.Value}
            graphMode={options.graphMode ?? BigValueGraphMode.None}
            justifyMode={options.justifyMode ?? BigValueJustifyMode.Auto}
            textMode={textModeOf(options, count)}
            alignmentFactors={alignmentFactors as DisplayValueAlignmentFactors}
            width={w}
            height={h}
            theme={theme}
          />
        </Linked>
      )}
    />
  )
}

export const statPanel = createPanel({ component: StatPanel })
