// The dashboards that an organisation can use: those that ask its own data sources only, without links to the others.
// In: grafana/generated. Out: models.
import { readdir, readFile } from 'node:fs/promises'
import { withoutLinksTo } from '../../../grafana/dashboard-links.ts'
import { dataSourceUids } from '../../../grafana/data-source-uids.ts'
import type { GrafanaDashboard } from './grafana-client.ts'

const GENERATED = new URL('../../../grafana/generated/', import.meta.url)

export async function tenantDashboards(uids: string[], folder = GENERATED): Promise<GrafanaDashboard[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort()
  const all = await Promise.all(names.map(async (name) => JSON.parse(await readFile(new URL(name, folder), 'utf8'))))
  const canAsk = (dashboard: GrafanaDashboard) => [...dataSourceUids(dashboard)].every((uid) => uids.includes(uid))
  const others = new Set(all.filter((dashboard) => !canAsk(dashboard)).map(({ uid }) => uid))
  return all.filter(canAsk).map((dashboard) => withoutLinksTo(dashboard, others))
}
