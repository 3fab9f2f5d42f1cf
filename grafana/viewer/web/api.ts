// Requests to the viewer's server, each for the organisation that the page shows. In: path. Out: the answer.
import { config } from '@grafana/runtime'

export interface Organisation {
  orgId: number
  name: string
}

/** Where Grafana's frontend keeps it as well. */
export const currentOrgId = (): number => Number(config.bootData.user.orgId)

export function fetchApi(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(path, { ...init, headers: { ...init.headers, 'x-grafana-org-id': String(currentOrgId()) } })
}

/** @throws with the server's message. */
export async function getJson<T>(path: string): Promise<T> {
  const response = await fetchApi(path)
  const body = await response.json()
  if (!response.ok) throw new Error(body.message ?? `the viewer answered ${response.status}`)
  return body as T
}

export const postJson = (path: string, body: unknown): Promise<Response> =>
  fetchApi(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
