// A chart with Grafana's legend beside or below it. A click on a name shows it alone, or all again; with Ctrl, ⌘ or Shift it
// is added or taken away.
import type { VizLegendOptions } from '@grafana/schema'
import { SeriesVisibilityChangeMode, VizLayout, VizLegend, type VizLegendItem } from '@grafana/ui'
import { type MouseEvent, type ReactNode, useState } from 'react'
import { toggled } from './legend-selection.ts'

export interface LegendSelection {
  isShown: (label: string) => boolean
  toggle: (label: string, all: string[], mode: SeriesVisibilityChangeMode) => void
}

/** Which names are shown. Charts that take no part leave it out. */
export function useLegendSelection(): LegendSelection {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())
  return {
    isShown: (label) => !hidden.has(label),
    toggle: (label, all, mode) =>
      setHidden(toggled(hidden, label, all, mode === SeriesVisibilityChangeMode.AppendToSelection)),
  }
}

interface Props {
  width: number
  height: number
  options: Partial<VizLegendOptions> | undefined
  items: Omit<VizLegendItem, 'yAxis'>[]
  selection?: LegendSelection
  children: (width: number, height: number) => ReactNode
}

export function WithLegend({ width, height, options, items, selection, children }: Props) {
  if (options?.showLegend === false || options?.displayMode === ('hidden' as never) || items.length === 0) {
    return children(width, height)
  }
  const placement = options?.placement ?? 'bottom'
  const click = ({ label }: VizLegendItem, event: MouseEvent) => {
    const append = event.ctrlKey || event.metaKey || event.shiftKey
    const mode = append ? SeriesVisibilityChangeMode.AppendToSelection : SeriesVisibilityChangeMode.ToggleSelection
    const all = items.map((item) => item.label)
    selection?.toggle(label, all, mode)
  }
  const legend = (
    <VizLayout.Legend placement={placement} maxHeight="35%" maxWidth="45%">
      <VizLegend
        placement={placement}
        displayMode={options?.displayMode ?? ('list' as never)}
        items={items.map((item) => ({ ...item, yAxis: 1, disabled: !(selection?.isShown(item.label) ?? true) }))}
        {...(selection ? { onLabelClick: click } : {})}
      />
    </VizLayout.Legend>
  )
  return (
    <VizLayout width={width} height={height} legend={legend}>
      {children}
    </VizLayout>
  )
}
