// A chart with Grafana's legend beside or below it.
import type { VizLegendOptions } from '@grafana/schema'
import { VizLayout, VizLegend, type VizLegendItem } from '@grafana/ui'
import type { ReactNode } from 'react'

interface Props {
  width: number
  height: number
  options: Partial<VizLegendOptions> | undefined
  items: Omit<VizLegendItem, 'yAxis'>[]
  children: (width: number, height: number) => ReactNode
}

export function WithLegend({ width, height, options, items, children }: Props) {
  if (options?.showLegend === false || options?.displayMode === ('hidden' as never) || items.length === 0) {
    return children(width, height)
  }
  const placement = options?.placement ?? 'bottom'
  const legend = (
    <VizLayout.Legend placement={placement} maxHeight="35%" maxWidth="45%">
      <VizLegend
        placement={placement}
        displayMode={options?.displayMode ?? ('list' as never)}
        items={items.map((item) => ({ ...item, yAxis: 1 }))}
      />
    </VizLayout.Legend>
  )
  return (
    <VizLayout width={width} height={height} legend={legend}>
      {children}
    </VizLayout>
  )
}
