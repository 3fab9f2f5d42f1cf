// The viewer's HTTP side. In: the page's requests. Out: the page, dashboards, frames in Grafana's form, traces.
// Read-only: nothing but GET, and POST for queries.
import express, { type ErrorRequestHandler, type Express } from 'express'
import { z } from 'zod'
import type { Logger } from '../../../src/shared/logger.ts'
import type { Frame, Query, TimeRange } from './frames.ts'
import { createPostgres, type Postgres } from './postgres.ts'
import { getPrometheus, queryPrometheus } from './prometheus.ts'
import { type DataSource, readDashboards } from './provisioning.ts'
import { callTempo, queryTempo } from './tempo.ts'

const queryBody = z.object({
  from: z.coerce.number(),
  to: z.coerce.number(),
  queries: z
    .array(
      z.looseObject({
        refId: z.string(),
        datasource: z.looseObject({ uid: z.string() }),
        intervalMs: z.coerce.number().min(1).default(15_000),
        maxDataPoints: z.coerce.number().min(1).default(1000),
      }),
    )
    .min(1),
})

export interface ViewerOptions {
  sources: Map<string, DataSource>
  provisioningDir: string
  pageDir: string
  env: Record<string, string | undefined>
  logger: Logger
}

export function createViewer(options: ViewerOptions): { app: Express; close(): Promise<void> } {
  const databases = new Map<string, Postgres>()
  const database = (source: DataSource): Postgres => {
    const open = databases.get(source.uid) ?? createPostgres(source)
    databases.set(source.uid, open)
    return open
  }
  const run = (query: Query, range: TimeRange): Promise<Frame[]> => {
    const source = options.sources.get(query.datasource.uid)
    if (!source) throw new RangeError(`no data source with uid ${JSON.stringify(query.datasource.uid)} is provisioned`)
    if (source.type === 'prometheus') return queryPrometheus(source, query, range)
    if (source.type === 'grafana-postgresql-datasource') return database(source).query(query, range)
    if (source.type === 'tempo') return queryTempo(source, query, range)
    throw new RangeError(`data source type ${source.type} is not queried here`)
  }

  const app = express()
  app.disable('x-powered-by')
  app.get(['/livez', '/readyz'], (_, response) => void response.json({ status: 'ok' }))
  app.get('/api/health', (_, response) => void response.json({ database: 'ok', version: 'viewer' }))
  app.get('/api/datasources', (_, response) => {
    response.json([...options.sources.values()].map(({ secureJsonData: _secret, user: _user, ...source }) => source))
  })
  app.get('/api/search', async (_, response) => {
    const dashboards = await readDashboards(options.provisioningDir, options.env)
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
    const dashboards = await readDashboards(options.provisioningDir, options.env)
    const found = dashboards.find(({ model }) => model.uid === request.params.uid)
    if (!found) return void response.status(404).json({ message: `no dashboard with uid ${request.params.uid}` })
    response.json({ dashboard: found.model, meta: { folderTitle: found.folder, canEdit: false, provisioned: true } })
  })
  app.post('/api/ds/query', express.json({ limit: '1mb' }), async (request, response) => {
    const body = queryBody.safeParse(request.body)
    if (!body.success) return void response.status(400).json({ message: z.prettifyError(body.error) })
    const range = { fromMs: body.data.from, toMs: body.data.to }
    const answers = await Promise.all(
      body.data.queries.map(async (query) => {
        try {
          return [query.refId, { status: 200, frames: await run(query as Query, range) }]
        } catch (error) {
          return [
            query.refId,
            { status: 400, error: error instanceof Error ? error.message : String(error), frames: [] },
          ]
        }
      }),
    )
    response.json({ results: Object.fromEntries(answers) })
  })
  app.get('/api/datasources/proxy/uid/:uid/*path', async (request, response) => {
    const source = options.sources.get(request.params.uid)
    if (source?.type !== 'tempo')
      return void response.status(404).json({ message: 'only a Tempo data source is proxied' })
    const path = (request.params as unknown as { path: string[] }).path.map(encodeURIComponent).join('/')
    const query = request.url.includes('?') ? request.url.slice(request.url.indexOf('?')) : ''
    const answer = await callTempo(source, `${path}${query}`)
    response
      .status(answer.status)
      .type('application/json')
      .send(Buffer.from(await answer.arrayBuffer()))
  })
  // Grafana's path for the rules and alerts of a Prometheus data source.
  app.get('/api/prometheus/:uid/api/v1/:what', async (request, response) => {
    const { uid, what } = request.params
    const source = options.sources.get(uid)
    if (source?.type !== 'prometheus' || !['rules', 'alerts'].includes(what))
      return void response.status(404).json({ message: 'rules and alerts of a Prometheus data source only' })
    response.json({ status: 'success', data: await getPrometheus(source, what) })
  })
  app.use(express.static(options.pageDir, { index: false, maxAge: '1h' }))
  app.get('/{*path}', (_, response) => response.sendFile('index.html', { root: options.pageDir }))
  app.use(((error, _request, response, _next) => {
    options.logger.warn({ err: error }, 'request failed')
    response.status(502).json({ message: error instanceof Error ? error.message : String(error) })
  }) satisfies ErrorRequestHandler)
  return {
    app,
    close: async () => {
      await Promise.all([...databases.values()].map((open) => open.close()))
    },
  }
}
