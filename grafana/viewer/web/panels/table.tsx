// Rows and columns, with links in cells.
import { cacheFieldDisplayNames, type PanelProps } from '@grafana/data'
import { TableNG } from '@grafana/ui/unstable'
import { Empty, hasValues } from './empty.tsx'
import { createPanel } from './plugin.ts'

interface Options {
  showHeader?: boolean
  cellHeight?: string
}

function TablePanel(props: PanelProps<Options>) {
  const { data, width, height, options } = props
  const frame = data.series[0]
  if (!frame || !hasValues(props)) return <Empty {...props} />
  cacheFieldDisplayNames(data.series)
  return (
    <TableNG
      data={frame}
      width={width}
      height={height}
      noHeader={options.showHeader === false}
      cellHeight={(options.cellHeight ?? 'sm') as never}
      timeRange={props.timeRange}
      structureRev={data.structureRev}
      getActions={() => []}
      enableVirtualization
    />
  )
}

export const tablePanel = createPanel({
  component: TablePanel,
  custom: {
    width: undefined,
    minWidth: 60,
    align: 'auto',
    cellOptions: { type: 'auto' },
    filterable: false,
    hideFrom: { viz: false },
    inspect: false,
  },
})
