// Grafana organisations as the viewer knows them: number 1 is the superadmins', from grafana/provisioning; every other has
// the data sources that `spanledger tenant grafana` wrote for it, and nothing else. In: the folders. Out: organisations.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Request } from 'express'
import { withoutLinksTo } from '../../dashboard-links.ts'
import { dataSourceUids } from '../../data-source-uids.ts'
import { type DataSource, readDashboards, readDataSources, type StoredDashboard } from './provisioning.ts'

export interface Organisation {
  orgId: number
  name: string
  /** By uid. */
  sources: Map<string, DataSource>
}

export interface OrganisationsOptions {
  provisioningDir: string
  /** Provisioning files of single organisations; it may be absent. */
  tenantsDir?: string | undefined
  env: Record<string, string | undefined>
}

export const MAIN_ORG_ID = 1

/** The organisation of a request, by Grafana's header; the superadmins' without one. @throws NotFound */
export type OrganisationOf = (request: Request) => Promise<Organisation>

/** Answered with 404. */
export class NotFound extends Error {}

/** Read again on each call, so that a new organisation or a renewed password needs no restart. By orgId. */
export async function readOrganisations(options: OrganisationsOptions): Promise<Map<number, Organisation>> {
  const { provisioningDir, tenantsDir, env } = options
  const main = await readDataSources(provisioningDir, env)
  const tenants = tenantsDir && existsSync(join(tenantsDir, 'datasources')) ? await readDataSources(tenantsDir, {}) : []
  // A tenant's file that names the superadmins' organisation would mix the two: it is left out.
  const all = [...main, ...tenants.filter(({ orgId }) => orgId !== MAIN_ORG_ID)]
  const organisations = [...Map.groupBy(all, ({ orgId }) => orgId)].map(([orgId, sources]): [number, Organisation] => [
    orgId,
    {
      orgId,
      name: orgId === MAIN_ORG_ID ? 'All organisations' : (sources[0]?.orgName ?? `Organisation ${orgId}`),
      sources: new Map(sources.map((source) => [source.uid, source])),
    },
  ])
  return new Map(organisations.sort(([a], [b]) => a - b))
}

/** Dashboards that the organisation has every data source for, without links to the others. */
export async function dashboardsOf(
  { sources }: Organisation,
  { provisioningDir, env }: OrganisationsOptions,
): Promise<StoredDashboard[]> {
  const dashboards = await readDashboards(provisioningDir, env)
  const canAsk = ({ model }: StoredDashboard) => [...dataSourceUids(model)].every((uid) => sources.has(uid))
  const others = new Set(dashboards.filter((dashboard) => !canAsk(dashboard)).map(({ model }) => model.uid))
  return dashboards
    .filter(canAsk)
    .map((dashboard) => ({ ...dashboard, model: withoutLinksTo(dashboard.model, others) }))
}
