// Grafana's own provisioning files as the viewer reads them. In: provisioning/{datasources,dashboards}/*.yaml and the
// environment. Out: data sources and dashboards. $NAME and ${NAME} are filled in as Grafana does.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'

export interface DataSource {
  uid: string
  name: string
  type: string
  url: string
  /** Grafana organisation that it belongs to; 1, the superadmins', when the file names none. */
  orgId: number
  /** Name of that organisation; Grafana reads its own. */
  orgName?: string
  user?: string
  isDefault?: boolean
  jsonData: Record<string, unknown>
  secureJsonData: Record<string, string>
}

export interface StoredDashboard {
  folder: string
  model: { uid: string; title: string; description?: string; tags?: string[]; [property: string]: unknown }
}

type Env = Record<string, string | undefined>

/** Fills in `$NAME` and `${NAME}`; `$$` is a dollar sign. An unset variable becomes empty, as in Grafana. */
export const expandVariables = (text: string, env: Env): string =>
  text.replace(/\$\$|\$\{(\w+)\}|\$(\w+)/g, (whole, braced, bare) =>
    whole === '$$' ? '$' : (env[braced ?? bare] ?? ''),
  )

async function readYaml<T>(dir: string, env: Env): Promise<T[]> {
  const files = (await readdir(dir)).filter((name) => /\.ya?ml$/.test(name)).sort()
  return Promise.all(
    files.map(async (name) => parse(expandVariables(await readFile(join(dir, name), 'utf8'), env)) as T),
  )
}

/** @throws when a directory is missing or a file is no YAML. */
export async function readDataSources(provisioningDir: string, env: Env): Promise<DataSource[]> {
  const files = await readYaml<{ datasources?: Partial<DataSource>[] }>(join(provisioningDir, 'datasources'), env)
  return files
    .flatMap((file) => file.datasources ?? [])
    .map((source) => ({ jsonData: {}, secureJsonData: {}, url: '', orgId: 1, ...source }) as DataSource)
}

/** Reads every dashboard again on each call, so that an edit shows on reload. */
export async function readDashboards(provisioningDir: string, env: Env): Promise<StoredDashboard[]> {
  const files = await readYaml<{ providers?: { folder?: string; options: { path: string } }[] }>(
    join(provisioningDir, 'dashboards'),
    env,
  )
  const providers = files.flatMap((file) => file.providers ?? [])
  const dashboards = await Promise.all(
    providers.map(async ({ folder = 'General', options }) => {
      const names = (await readdir(options.path)).filter((name) => name.endsWith('.json')).sort()
      return Promise.all(
        names.map(async (name) => ({ folder, model: JSON.parse(await readFile(join(options.path, name), 'utf8')) })),
      )
    }),
  )
  return dashboards.flat()
}
