// What a chart says about the point under the pointer; a click keeps it there, with the point's data links.
import { type DataFrame, dateTimeFormat, FieldType, type LinkModel, type TimeZone } from '@grafana/data'
import { SortOrder, TooltipDisplayMode, type VizTooltipOptions } from '@grafana/schema'
import {
  getFieldDisplayItems,
  getFieldDisplayLinks,
  TooltipPlugin2,
  type UPlotConfigBuilder,
  VizTooltipContent,
  VizTooltipFooter,
  VizTooltipHeader,
  VizTooltipWrapper,
} from '@grafana/ui'
import { useLayoutEffect } from 'react'

/** The plugin's own constants, which its package does not export. */
const HOVER_ONE = 0 as never
const HOVER_ALL = 1 as never
const ANYWHERE_PX = 10_000

interface Props {
  config: UPlotConfigBuilder
  /** The frames as the chart joined them: one time field, then every series. */
  aligned: DataFrame
  /** The frames before: their fields resolve links. */
  frames: DataFrame[]
  options: VizTooltipOptions | undefined
  timeZone: TimeZone
  onChangeTimeRange: (range: { from: number; to: number }) => void
}

export function TimeSeriesTooltip({ config, aligned, frames, options, timeZone, onChangeTimeRange }: Props) {
  const hasBars = frames.some(({ fields }) => fields.some(({ config: { custom } }) => custom?.drawStyle === 'bars'))
  useLayoutEffect(() => {
    // A bar is its whole length, not only its end: the first one at or above the pointer.
    if (hasBars) config.setCursor({ focus: { prox: ANYWHERE_PX, bias: 1 } } as never)
  }, [config, hasBars])
  const mode = options?.mode ?? TooltipDisplayMode.Multi
  if (mode === TooltipDisplayMode.None) return null
  const linksAt = (series: number, row: number): LinkModel[] => {
    const origin = aligned.fields[series]?.state?.origin
    const frame = frames[origin?.frameIndex ?? 0]
    const field = frame?.fields[origin?.fieldIndex ?? series]
    const times = frame?.fields.find(({ type }) => type === FieldType.time)?.values
    // Joining moves rows: the point is found again by its time.
    const at = times?.indexOf(aligned.fields[0]?.values[row]) ?? -1
    return field && at >= 0 ? getFieldDisplayLinks(field, at) : []
  }
  return (
    <TooltipPlugin2
      config={config}
      hoverMode={mode === TooltipDisplayMode.Single ? HOVER_ONE : HOVER_ALL}
      queryZoom={onChangeTimeRange}
      clientZoom
      getDataLinks={linksAt}
      render={(_plot, rows, series, isPinned, _dismiss, _range, _synced, links) => {
        const [time] = aligned.fields
        if (!time) return null
        // A series without a value at this time says nothing about it.
        const present = rows.map((row, index) =>
          row !== null && aligned.fields[index]?.values[row] == null ? null : row,
        )
        const items = getFieldDisplayItems(
          aligned.fields,
          time,
          present,
          series,
          mode,
          options?.sort ?? SortOrder.Descending,
          (field) => field.type === FieldType.number && !field.config.custom?.hideFrom?.tooltip,
        )
        const at = dateTimeFormat(time.values[rows[0] ?? 0], { timeZone })
        return (
          <VizTooltipWrapper>
            <VizTooltipHeader item={{ label: '', value: at }} isPinned={isPinned} />
            <VizTooltipContent items={items} isPinned={isPinned} scrollable={items.length > 12} maxHeight={320} />
            {links.length > 0 && <VizTooltipFooter dataLinks={links as never} />}
          </VizTooltipWrapper>
        )
      }}
    />
  )
}
