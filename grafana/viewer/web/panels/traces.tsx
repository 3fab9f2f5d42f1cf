// One trace as a waterfall. In: Grafana's trace frame.
import type { PanelProps } from '@grafana/data'
import { useState } from 'react'
import { buildTrace, type SpanRow } from '../explore/trace-model.ts'
import { TraceView } from '../explore/trace-view.tsx'
import { toRows } from '../query.ts'
import { Empty, hasValues } from './empty.tsx'
import { createPanel } from './plugin.ts'

function TracesPanel(props: PanelProps<object>) {
  const [selected, setSelected] = useState<string>()
  const frame = props.data.series.find(({ meta }) => meta?.preferredVisualisationType === 'trace')
  if (!frame || !hasValues(props)) return <Empty {...props} />
  return (
    <div style={{ width: props.width, height: props.height, overflow: 'auto' }}>
      <TraceView trace={buildTrace(toRows(frame) as unknown as SpanRow[])} selected={selected} onSelect={setSelected} />
    </div>
  )
}

export const tracesPanel = createPanel({ component: TracesPanel })
