// One query to the viewer's server outside a scene. In: data source uid, query, time range. Out: frames, or an Error.
import { type DataFrame, dataFrameFromJSON } from '@grafana/data'
import { getJson, postJson } from './api.ts'

export async function runQuery(
  uid: string,
  query: Record<string, unknown>,
  range: { fromMs: number; toMs: number },
): Promise<DataFrame[]> {
  const queries = [{ refId: 'A', ...query, datasource: { uid } }]
  const response = await postJson('/api/ds/query', { from: range.fromMs, to: range.toMs, queries })
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
  const sources = await getJson<{ uid: string; type: string; isDefault?: boolean }[]>('/api/datasources')
  const found = sources.filter((source) => source.type === type)
  return (found.find(({ isDefault }) => isDefault) ?? found[0])?.uid
}
