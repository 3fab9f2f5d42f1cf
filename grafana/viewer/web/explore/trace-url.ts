// The URL of Explore with one trace, as Grafana writes it. The server uses it too: it links exemplars and search results.

/** @param traceId a trace id, or a Grafana variable that holds one: it stays readable in the URL. */
export function exploreTraceUrl(tempoUid: string, traceId: string): string {
  const datasource = { type: 'tempo', uid: tempoUid }
  const queries = [{ refId: 'A', datasource, queryType: 'traceql', query: traceId }]
  const panes = encodeURIComponent(JSON.stringify({ trace: { datasource: tempoUid, queries } }))
  return `/explore?schemaVersion=1&panes=${panes.replace(encodeURIComponent(traceId), traceId)}`
}
