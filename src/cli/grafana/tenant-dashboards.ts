// The dashboards that an organisation can use: those that ask its own data sources only. In: grafana/generated. Out: models.
import { readdir, readFile } from 'node:fs/promises'
import { dataSourceUids } from '../../../grafana/data-source-uids.ts'
import type { GrafanaDashboard } from './grafana-client.ts'

const GENERATED = new URL('../../../grafana/generated/', import.meta.url)

export async function tenantDashboards(uids: string[], folder = GENERATED): Promise<GrafanaDashboard[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort()
  const all = await Promise.all(names.map(async (name) => JSON.parse(await readFile(new URL(name, folder), 'utf8'))))
  return all.filter((dashboard) => [...dataSourceUids(dashboard)].every((uid) => uids.includes(uid)))
}
