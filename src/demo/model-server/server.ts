// The stand-in model server as an Express app. In: OpenAI-compatible requests, and orders on /control.
// Out: answers in OpenAI's wire format. It is a stand-in: it computes, it does not understand.
import express, { type ErrorRequestHandler, type Express } from 'express'
import { z } from 'zod'
import { chatCompletions } from './chat-completions.ts'
import { createControl, ruleSchema } from './control.ts'
import { embeddings, rerank } from './embeddings.ts'
import { sendFailure } from './failure.ts'
import { MODELS } from './models.ts'
import { RateLimitCounter } from './rate-limit.ts'
import type { Pace } from './request.ts'

/** When the models were made available, as /v1/models reports it; a fixed moment, so that answers repeat. */
const CREATED_UNIX_S = 1_750_000_000

const notReadable: ErrorRequestHandler = (error, _request, response, next) => {
  if (response.headersSent) return next(error)
  const status = typeof error?.status === 'number' && error.status < 500 ? error.status : 500
  sendFailure(response, { status, message: status === 500 ? 'Internal error.' : `Body not readable: ${error.message}` })
}

export function createModelServer(options: { pace: Pace }): Express {
  const control = createControl()
  const context = { control, pace: options.pace, rateLimit: new RateLimitCounter() }
  const app = express().disable('x-powered-by')
  app.use(express.json({ limit: '8mb' }))
  app.get(['/livez', '/readyz'], (_request, response) => {
    response.json({ status: 'ok' })
  })
  app.post('/v1/chat/completions', chatCompletions(context))
  app.post('/v1/embeddings', embeddings(context))
  app.post('/v1/rerank', rerank(context))
  app.get('/v1/models', (_request, response) => {
    const data = Object.entries(MODELS).map(([id, model]) => ({
      id,
      object: 'model',
      created: CREATED_UNIX_S,
      owned_by: model.ownedBy,
    }))
    response.json({ object: 'list', data })
  })
  app.post('/control', (request, response) => {
    const parsed = ruleSchema.safeParse(request.body)
    if (!parsed.success) {
      sendFailure(response, { status: 400, message: z.prettifyError(parsed.error) })
      return
    }
    control.add(parsed.data)
    response.status(201).json({ rules: control.rules() })
  })
  app.get('/control', (_request, response) => {
    response.json({ rules: control.rules() })
  })
  app.get('/control/calls', (_request, response) => {
    response.json({ calls: control.calls() })
  })
  app.delete('/control', (_request, response) => {
    control.reset()
    response.status(204).end()
  })
  app.use((request, response) => {
    sendFailure(response, { status: 404, message: `Unknown request URL: ${request.method} ${request.path}` })
  })
  app.use(notReadable)
  return app
}
