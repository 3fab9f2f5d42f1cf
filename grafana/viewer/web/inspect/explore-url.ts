// Explore with a panel's query, as Grafana writes it. In: the panel. Out: the URL; undefined where there is nothing the
// viewer can explore: it explores traces only.
import { SceneQueryRunner, sceneGraph, type VizPanel } from '@grafana/scenes'

export function exploreUrl(panel: VizPanel): string | undefined {
  const data = panel.state.$data
  const runner = data instanceof SceneQueryRunner ? data : data?.state.$data
  if (!(runner instanceof SceneQueryRunner) || runner.state.datasource?.type !== 'tempo') return undefined
  const { from, to } = sceneGraph.getTimeRange(panel).state
  const queries = runner.state.queries.map((query) => ({
    ...query,
    query: sceneGraph.interpolate(panel, String(query.query ?? '')),
  }))
  const pane = { datasource: runner.state.datasource.uid, queries, range: { from, to } }
  return `/explore?schemaVersion=1&panes=${encodeURIComponent(JSON.stringify({ a: pane }))}`
}
