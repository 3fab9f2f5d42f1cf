// Grafana's HTTP API, as far as an organisation needs it. In: URL and server admin. Out: an organisation, its data sources
// and dashboards; each call leaves the same state when it is made again.
import type { TenantDataSource } from './tenant-data-sources.ts'

export interface GrafanaAdmin {
  url: string
  user: string
  password: string
}

/** A dashboard as grafana/generated has it. */
export interface GrafanaDashboard {
  uid: string
  title: string
  [property: string]: unknown
}

const TIMEOUT_MS = 15_000
const MAIN_ORG_ID = 1
const FOLDER = { uid: 'spanledger', title: 'Spanledger' }

export function createGrafanaClient({ url, user, password }: GrafanaAdmin) {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  /** @throws with Grafana's own message, unless the status is among `allowed`. */
  const call = async <T>(
    method: string,
    path: string,
    { body, org, allowed = [] }: { body?: unknown; org?: number; allowed?: number[] } = {},
  ): Promise<{ status: number; body: T }> => {
    const response = await fetch(`${url.replace(/\/$/, '')}/api/${path}`, {
      method,
      headers: {
        authorization,
        'content-type': 'application/json',
        ...(org === undefined ? {} : { 'x-grafana-org-id': String(org) }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((error: Error) => {
      throw new Error(`Grafana at ${url} does not answer: ${error.message}`, { cause: error })
    })
    const answer = (await response.json().catch(() => ({}))) as T & { message?: string }
    if (!response.ok && !allowed.includes(response.status))
      throw new Error(`Grafana: ${method} /api/${path} answered ${response.status}: ${answer.message ?? 'no reason'}`)
    return { status: response.status, body: answer }
  }

  return {
    /** Number of the Grafana organisation of that name, made when it is missing. The admin becomes a member of it. */
    async ensureOrganisation(name: string): Promise<number> {
      const found = await call<{ id: number }>('GET', `orgs/name/${encodeURIComponent(name)}`, { allowed: [404] })
      const id =
        found.status === 404
          ? (await call<{ orgId: number }>('POST', 'orgs', { body: { name } })).body.orgId
          : found.body.id
      if (!(id > MAIN_ORG_ID))
        throw new Error(`Grafana organisation ${name} is number ${id}: that one is the superadmins’`)
      await call('POST', `orgs/${id}/users`, { body: { loginOrEmail: user, role: 'Admin' }, allowed: [409] })
      return id
    },
    /** Makes or changes these data sources. Returns the names of others that the organisation has. */
    async putDataSources(org: number, sources: TenantDataSource[]): Promise<string[]> {
      for (const source of sources) {
        const changed = await call('PUT', `datasources/uid/${source.uid}`, { org, body: source, allowed: [404] })
        if (changed.status === 404) await call('POST', 'datasources', { org, body: source })
      }
      const { body } = await call<{ uid: string; name: string }[]>('GET', 'datasources', { org })
      return body.filter(({ uid }) => !sources.some((source) => source.uid === uid)).map(({ name }) => name)
    },
    async putDashboards(org: number, dashboards: GrafanaDashboard[]): Promise<void> {
      const folder = await call('GET', `folders/${FOLDER.uid}`, { org, allowed: [404] })
      if (folder.status === 404) await call('POST', 'folders', { org, body: FOLDER })
      for (const dashboard of dashboards) {
        const body = { dashboard: { ...dashboard, id: null }, folderUid: FOLDER.uid, overwrite: true }
        await call('POST', 'dashboards/db', { org, body })
      }
    },
  }
}
