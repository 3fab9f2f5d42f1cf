// Saves what a panel shows as a CSV file. In: the panel. Out: a download.
import { getFieldDisplayName } from '@grafana/data'
import { sceneGraph, type VizPanel } from '@grafana/scenes'
import { csvFileName, toCsvText } from './csv.ts'

export function downloadCsv(panel: VizPanel): void {
  const frames = sceneGraph.getData(panel).state.data?.series ?? []
  const text = toCsvText(frames, (field, frame) => getFieldDisplayName(field, frame, frames))
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }))
  link.download = csvFileName(panel.state.title, new Date())
  link.click()
  URL.revokeObjectURL(link.href)
}
