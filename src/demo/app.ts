// The demo app: a small GenAI service for deal rooms. In: HTTP with an API key that says which organisation and deal.
// Out: answers, documents, search; every route runs in that tenant's context and as a traced feature.
import express, { type Express } from 'express'
import { collectDefaultMetrics, Registry } from 'prom-client'
import { activeTraceId, tenantMiddleware, traceIdMiddleware } from '../../instrumentation/index.ts'
import type { DemoContext } from './context.ts'
import { callerOf, identifyCaller } from './http/caller.ts'
import { notFound, problemHandler } from './http/problem.ts'
import { createRateLimit } from './http/rate-limit.ts'
import { createRunFeature } from './http/run-feature.ts'
import { chat, qa } from './routes/chat.ts'
import { addCorrection, listCorrections } from './routes/corrections.ts'
import { createDeal } from './routes/deals.ts'
import { analyseDocument, listDocuments, uploadDocument } from './routes/documents.ts'
import { giveFeedback } from './routes/feedback.ts'
import { readiness } from './routes/readiness.ts'
import { search } from './routes/search.ts'
import { namespaceOf } from './workspace/workspaces.ts'

export function createDemoApp(context: DemoContext): Express {
  const { options, logger, credentials } = context
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const limit = createRateLimit({
    perSecond: options.requestsPerSecond,
    burst: options.requestsPerSecond * 2,
    clock: context.clock,
  })
  const runFeature = createRunFeature({
    timeoutMs: options.chatTimeoutMs,
    faults: options.faults,
    logger,
    admit: (request) => limit(namespaceOf(callerOf(request))),
  })
  const app = express().disable('x-powered-by')
  app.use(traceIdMiddleware())
  app.get('/livez', (_request, response) => {
    response.json({ status: 'ok' })
  })
  app.get('/readyz', readiness(context))
  app.get('/metrics', async (_request, response) => {
    response.type(registry.contentType).send(await registry.metrics())
  })
  app.use(
    '/api',
    tenantMiddleware((request) => identifyCaller(request, credentials, options.environment)),
  )
  app.post('/api/documents', uploadDocument(context, runFeature))
  app.use('/api', express.json({ limit: '256kb' }))
  app.get('/api/documents', listDocuments(context))
  app.post('/api/documents/:id/analysis', analyseDocument(context, runFeature))
  app.post('/api/chat', chat(context, runFeature))
  app.post('/api/qa', qa(context, runFeature))
  app.get('/api/search', search(context, runFeature))
  app.get('/api/corrections', listCorrections(context))
  app.post('/api/corrections', addCorrection(context, runFeature))
  app.post('/api/feedback', giveFeedback(context))
  app.post('/api/deals', createDeal(context, runFeature))
  app.use(notFound)
  app.use(problemHandler({ logger, requestId: () => activeTraceId() ?? '' }))
  return app
}
