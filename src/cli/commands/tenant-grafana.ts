// `spanledger tenant grafana ORG`: the organisation's own Grafana organisation. In: arguments, and a Grafana to talk to or
// a folder. Out: data sources and dashboards there; secrets are never printed.
import type { Command } from 'commander'
import { z } from 'zod'
import { loadConfig, secret } from '../../shared/config.ts'
import { databaseUrl, withDatabase } from '../database.ts'
import { createGrafanaClient, type GrafanaAdmin } from '../grafana/grafana-client.ts'
import { renewTenantAccess } from '../grafana/tenant-access.ts'
import { tenantDashboards } from '../grafana/tenant-dashboards.ts'
import { type Places, type TenantDataSource, tenantDataSources } from '../grafana/tenant-data-sources.ts'
import { writeTenantFile } from '../grafana/tenant-file.ts'
import { requireOrganisations } from '../organisations.ts'

const GRAFANA = {
  SPANLEDGER_GRAFANA_URL: z.url().optional(),
  SPANLEDGER_GRAFANA_USER: z.string().default('admin'),
  SPANLEDGER_GRAFANA_PASSWORD: secret().optional(),
}

interface Flags {
  files: string
  apiUrl: string
  databaseHost?: string
}

export function addTenantGrafana(tenant: Command): void {
  tenant
    .command('grafana <org_id>')
    .description('Gives an organisation its own Grafana organisation: data sources that see its rows and no others.')
    .option('--files <folder>', 'without a Grafana: folder for the viewer’s file', '.spanledger/grafana')
    .option(
      '--api-url <url>',
      'the api as Grafana reaches it',
      process.env.SPANLEDGER_API_URL ?? 'http://127.0.0.1:4500',
    )
    .option('--database-host <host:port>', 'Postgres as Grafana reaches it; default: as in SPANLEDGER_DATABASE_URL')
    .addHelpText(
      'after',
      '\nWith SPANLEDGER_GRAFANA_URL and SPANLEDGER_GRAFANA_PASSWORD (of SPANLEDGER_GRAFANA_USER, default admin) it is set up\n' +
        'over Grafana’s HTTP API, else as a file. Each run renews the login’s password and the api key.',
    )
    .action(giveGrafana)
}

async function giveGrafana(orgId: string, { files, apiUrl, databaseHost }: Flags): Promise<void> {
  const url = new URL(databaseUrl())
  const places: Places = {
    databaseHost: databaseHost ?? `${url.hostname}:${url.port || 5432}`,
    database: decodeURIComponent(url.pathname.slice(1)),
    apiUrl,
  }
  await withDatabase(async (client) => {
    await requireOrganisations(client, [orgId])
    const dataSources = async () => tenantDataSources(await renewTenantAccess(client, orgId, new Date()), places)
    const grafana = givenGrafana()
    await (grafana ? setUpGrafana(grafana, orgId, dataSources) : writeFiles(files, orgId, dataSources))
  })
}

/** @throws ConfigError, or when the password is missing. */
function givenGrafana(): GrafanaAdmin | undefined {
  const config = loadConfig(GRAFANA, 'SPANLEDGER_GRAFANA_')
  const { SPANLEDGER_GRAFANA_URL: url, SPANLEDGER_GRAFANA_PASSWORD: password } = config
  if (!url) return undefined
  if (!password) throw new Error('SPANLEDGER_GRAFANA_PASSWORD: required with SPANLEDGER_GRAFANA_URL, but not set')
  return { url, user: config.SPANLEDGER_GRAFANA_USER, password }
}

/** Grafana first: the login is renewed only once its organisation is there to take it. */
async function setUpGrafana(
  admin: GrafanaAdmin,
  orgId: string,
  dataSources: () => Promise<TenantDataSource[]>,
): Promise<void> {
  const grafana = createGrafanaClient(admin)
  const number = await grafana.ensureOrganisation(orgId)
  const sources = await dataSources()
  const others = await grafana.putDataSources(number, sources)
  const dashboards = await tenantDashboards(sources.map(({ uid }) => uid))
  await grafana.putDashboards(number, dashboards)
  console.log(
    `Grafana organisation ${number} "${orgId}": ${sources.map(({ name }) => name).join(' and ')}, ${dashboards.length} dashboards.\n` +
      'Add people to it with the role Viewer, and to no other organisation.',
  )
  if (others.length > 0) console.log(`It has other data sources, which nobody checked: ${others.join(', ')}`)
}

async function writeFiles(
  folder: string,
  orgId: string,
  dataSources: () => Promise<TenantDataSource[]>,
): Promise<void> {
  const { file, grafanaOrgId } = await writeTenantFile(folder, orgId, await dataSources())
  console.log(
    `${orgId} is organisation ${grafanaOrgId} of the viewer: open it with ?orgId=${grafanaOrgId}\nIts logins are in ${file}`,
  )
}
