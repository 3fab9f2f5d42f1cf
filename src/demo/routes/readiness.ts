// GET /readyz. Ready when a model answers; without the graph the app still answers, degraded, and says so here.
import type { RequestHandler } from 'express'
import type { DemoContext } from '../context.ts'

const CHECK_TIMEOUT_MS = 2_000

export function readiness(context: DemoContext): RequestHandler {
  return async (_request, response) => {
    const [model, graph] = await Promise.allSettled([
      context.models.ping(AbortSignal.timeout(CHECK_TIMEOUT_MS)),
      context.graph.ping(),
    ])
    const checks = { model: model.status === 'fulfilled', graph: graph.status === 'fulfilled' }
    const status = checks.model ? (checks.graph ? 'ok' : 'degraded') : 'unavailable'
    response.status(checks.model ? 200 : 503).json({ status, checks })
  }
}
