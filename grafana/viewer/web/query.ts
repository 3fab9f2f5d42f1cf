// One query to the viewer's server outside a scene. In: data source uid, query, time range. Out: frames, or an Error.
import { type DataFrame, dataFrameFromJSON } from '@grafana/data'

export async function runQuery(
  uid: string,
  query: Record<string, unknown>,
  range: { fromMs: number; toMs: number },
): Promise<DataFrame[]> {
  const response = await fetch('/api/ds/query', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      from: range.fromMs,
      to: range.toMs,
      queries: [{ refId: 'A', ...query, datasource: { uid } }],
    }),
  })
  const answer = await response.json()
  const result = answer.results?.A
  if (!response.ok || !result) throw new Error(answer.message ?? `the viewer answered ${response.status}`)
  if (result.error) throw new Error(result.error)
  return result.frames.map((frame: never) => dataFrameFromJSON(frame))
}

/** Rows of a frame as objects by column name. */
export const toRows = (frame: DataFrame | undefined): Record<string, unknown>[] =>
  Array.from({ length: frame?.length ?? 0 }, (_, index) =>
    Object.fromEntries((frame?.fields ?? []).map((field) => [field.name, field.values[index]])),
  )

/** The data source of a type: the default one, else the first. */
export async function dataSourceOfType(type: string): Promise<string | undefined> {
  const sources = (await (await fetch('/api/datasources')).json()) as {
    uid: string
    type: string
    isDefault?: boolean
  }[]
  const found = sources.filter((source) => source.type === type)
  return (found.find(({ isDefault }) => isDefault) ?? found[0])?.uid
}
