// Request id, duration metric and one log line per request. In: every request. Out: X-Request-Id on the response.
import { randomUUID } from 'node:crypto'
import type { RequestHandler } from 'express'
import type { Logger } from '../../shared/logger.ts'
import type { ApiMetrics } from '../metrics.ts'

const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/

export function createObserver(metrics: ApiMetrics, logger: Logger): RequestHandler {
  return (request, response, next) => {
    const given = request.get('x-request-id')
    const requestId = given && REQUEST_ID.test(given) ? given : randomUUID()
    response.locals.requestId = requestId
    response.set('X-Request-Id', requestId)
    const startedMs = performance.now()
    response.on('close', () => {
      const durationMs = performance.now() - startedMs
      // The pattern, not the path: ids in paths would make a series each.
      const route = request.route ? String(request.route.path) : 'none'
      const labels = { method: request.method, route, status: String(response.statusCode) }
      metrics.requestDurationSeconds.observe(labels, durationMs / 1000)
      const line = {
        request_id: requestId,
        ...labels,
        duration_ms: Math.round(durationMs),
        org_id: response.locals.orgId,
      }
      logger[response.statusCode >= 500 ? 'error' : 'debug'](line, 'request')
    })
    next()
  }
}
