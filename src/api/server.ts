// The api's HTTP surface. In: its parts. Out: an Express app: health, metrics, the OpenAPI document and every route.
import express, { type Express } from 'express'
import { AppError } from '../shared/errors.ts'
import type { Logger } from '../shared/logger.ts'
import type { Pool } from '../shared/pg.ts'
import { createSchemaCheck } from '../shared/pg-schema.ts'
import { createErrorHandler } from './http/handle-error.ts'
import { createObserver } from './http/observe.ts'
import { createOpenApi } from './http/openapi.ts'
import { type AnyRoute, type Guard, mountRoutes } from './http/route.ts'
import type { ApiMetrics } from './metrics.ts'

export interface ServerParts {
  pool: Pool
  metrics: ApiMetrics
  logger: Logger
  guard: Guard
  routes: AnyRoute[]
  version: string
  /** Surfaces with a shape of their own (alert pages, Tempo), mounted after the routes. */
  mounts?: ((app: Express) => void)[]
}

const MAX_BODY = '5mb'
const DOCUMENT = '/api/v1/openapi.json'

export function createApp({ pool, metrics, logger, guard, routes, version, mounts = [] }: ServerParts): Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('query parser', 'simple')
  app.use(createObserver(metrics, logger))
  app.use((_request, response, next) => {
    response.set({ 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store' })
    next()
  })
  app.get('/livez', (_request, response) => void response.json({ status: 'ok' }))
  const schemaState = createSchemaCheck(pool, { believedMs: 0 })
  app.get('/readyz', async (_request, response) => {
    const state = await schemaState()
    const database = state.kind !== 'unknown'
    if (state.kind === 'current') response.json({ status: 'ok', database })
    else response.status(503).json({ status: 'unavailable', database, reason: state.message })
  })
  app.get('/metrics', async (_request, response) => {
    response.type(metrics.registry.contentType).send(await metrics.registry.metrics())
  })
  const document = createOpenApi(routes, version)
  app.get(DOCUMENT, (_request, response) => void response.json(document))
  app.use(express.json({ limit: MAX_BODY }))
  mountRoutes(app, routes, guard)
  for (const mount of mounts) mount(app)
  app.use((request) => {
    throw new AppError(
      'not_found',
      `nothing is here: ${request.method} ${request.path}; GET ${DOCUMENT} says what there is`,
    )
  })
  app.use(createErrorHandler(logger))
  return app
}
