// An organisation's data sources as a file in Grafana's provisioning format, for the viewer or a Grafana that reads the
// folder. In: the folder, the data sources. Out: datasources/<organisation>.yaml, readable by its owner only.
import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import type { TenantDataSource } from './tenant-data-sources.ts'

/** 1 is the superadmins' organisation. */
const FIRST_ORG_ID = 2

interface ProvisioningFile {
  datasources?: { orgId?: number; orgName?: string }[]
}

/** Returns the file and the number of the Grafana organisation: the one it had, else the next that is free. */
export async function writeTenantFile(
  folder: string,
  orgId: string,
  sources: TenantDataSource[],
): Promise<{ file: string; grafanaOrgId: number }> {
  const dir = join(folder, 'datasources')
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const grafanaOrgId = await numberOf(dir, orgId)
  const file = join(dir, `${orgId}.yaml`)
  const datasources = sources.map((source) => ({ orgId: grafanaOrgId, orgName: orgId, editable: false, ...source }))
  const head = `# Grafana's data sources of organisation ${orgId}: \`spanledger tenant grafana ${orgId}\` writes this file anew.\n`
  await writeFile(file, head + stringify({ apiVersion: 1, datasources }), { mode: 0o600 })
  await chmod(file, 0o600) // a file that was there keeps its mode otherwise
  return { file, grafanaOrgId }
}

/** Takes the organisation out of the viewer. Returns the file it was in; undefined when it had none. */
export async function removeTenantFile(folder: string, orgId: string): Promise<string | undefined> {
  const file = join(folder, 'datasources', `${orgId}.yaml`)
  if (!existsSync(file)) return undefined
  await rm(file)
  return file
}

async function numberOf(dir: string, orgId: string): Promise<number> {
  if (!existsSync(dir)) return FIRST_ORG_ID
  const names = (await readdir(dir)).filter((name) => name.endsWith('.yaml'))
  const files = await Promise.all(names.map(async (name) => parse(await readFile(join(dir, name), 'utf8'))))
  const known = files.flatMap((file: ProvisioningFile | null) => file?.datasources ?? [])
  const own = known.find(({ orgName }) => orgName === orgId)?.orgId
  return own ?? Math.max(FIRST_ORG_ID - 1, ...known.map(({ orgId: number = 0 }) => number)) + 1
}
