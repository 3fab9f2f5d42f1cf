// The viewer's HTTP side. In: the page's requests, each for one organisation. Out: the page, dashboards, frames in
// Grafana's form, traces. Read-only: nothing but GET, and POST for queries.
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express'
import type { Logger } from '../../../src/shared/logger.ts'
import { createDatabases } from './databases.ts'
import { dashboardsOf, MAIN_ORG_ID, NotFound, type OrganisationOf, readOrganisations } from './organisations.ts'
import { proxyRoutes } from './proxy-routes.ts'
import { queryRoutes } from './query-routes.ts'

export interface ViewerOptions {
  /** Address the viewer listens on, as a page may name it; beside loopback's names no other is answered. */
  host?: string
  provisioningDir: string
  tenantsDir?: string | undefined
  pageDir: string
  env: Record<string, string | undefined>
  logger: Logger
}

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]']

/** A foreign page whose name is made to point here (DNS rebinding) would read as its own what only this machine may see. */
const onlyNamed =
  (names: ReadonlySet<string>): RequestHandler =>
  (request, response, next) => {
    if (names.has(request.hostname)) return next()
    const message = `the viewer does not answer for the host ${JSON.stringify(request.hostname)}; open it at 127.0.0.1`
    response.status(421).json({ message })
  }

export function createViewer(options: ViewerOptions): { app: Express; close(): Promise<void> } {
  const databases = createDatabases()
  const organisationOf: OrganisationOf = async (request) => {
    const asked = request.get('x-grafana-org-id') ?? String(MAIN_ORG_ID)
    const found = (await readOrganisations(options)).get(Number(asked))
    if (!found) throw new NotFound(`there is no organisation ${JSON.stringify(asked)}`)
    return found
  }

  const app = express()
  app.disable('x-powered-by')
  app.use(onlyNamed(new Set([...LOOPBACK_NAMES, ...(options.host ? [options.host] : [])])))
  app.get(['/livez', '/readyz'], (_, response) => void response.json({ status: 'ok' }))
  app.get('/api/health', (_, response) => void response.json({ database: 'ok', version: 'viewer' }))
  app.get('/api/user/orgs', async (_, response) => {
    const organisations = await readOrganisations(options)
    response.json([...organisations.values()].map(({ orgId, name }) => ({ orgId, name, role: 'Viewer' })))
  })
  app.get('/api/datasources', async (request, response) => {
    const { sources } = await organisationOf(request)
    response.json([...sources.values()].map(({ secureJsonData: _secret, user: _user, ...source }) => source))
  })
  app.get('/api/search', async (request, response) => {
    const dashboards = await dashboardsOf(await organisationOf(request), options)
    response.json(
      dashboards.map(({ folder, model }) => ({
        uid: model.uid,
        title: model.title,
        description: model.description ?? '',
        tags: model.tags ?? [],
        folderTitle: folder,
        url: `/d/${model.uid}`,
      })),
    )
  })
  app.get('/api/dashboards/uid/:uid', async (request, response) => {
    const organisation = await organisationOf(request)
    const found = (await dashboardsOf(organisation, options)).find(({ model }) => model.uid === request.params.uid)
    if (!found) throw new NotFound(`${organisation.name} has no dashboard with uid ${request.params.uid}`)
    response.json({ dashboard: found.model, meta: { folderTitle: found.folder, canEdit: false, provisioned: true } })
  })
  queryRoutes(app, organisationOf, databases)
  proxyRoutes(app, organisationOf)
  app.use(express.static(options.pageDir, { index: false, maxAge: '1h' }))
  app.get('/{*path}', (_, response) => response.sendFile('index.html', { root: options.pageDir }))
  app.use(((error, _request, response, _next) => {
    const message = error instanceof Error ? error.message : String(error)
    if (error instanceof NotFound) return void response.status(404).json({ message })
    options.logger.warn({ err: error }, 'request failed')
    response.status(502).json({ message })
  }) satisfies ErrorRequestHandler)
  return { app, close: databases.close }
}
