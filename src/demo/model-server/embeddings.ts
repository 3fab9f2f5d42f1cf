// POST /v1/embeddings (OpenAI's shape, float and base64) and POST /v1/rerank (Voyage's shape). In: texts.
// Out: hashed vectors or relevance scores, with the tokens charged.
import { randomUUID } from 'node:crypto'
import type { RequestHandler } from 'express'
import { z } from 'zod'
import type { ServedCall } from './control.ts'
import { sendFailure } from './failure.ts'
import { type ModelServerContext, type Order, pause, takeOrder } from './request.ts'
import { countTokens } from './tokens.ts'
import { cosine, embed } from './vectors.ts'

const embeddingsSchema = z.looseObject({
  model: z.string().min(1),
  input: z.union([z.string(), z.array(z.string()).min(1).max(2048)]),
  encoding_format: z.enum(['float', 'base64']).default('float'),
})

const rerankSchema = z.looseObject({
  model: z.string().min(1),
  query: z.string().min(1),
  documents: z.array(z.string()).min(1).max(1000),
  top_k: z.number().int().positive().optional(),
})

const toCall = (order: Order, endpoint: ServedCall['endpoint'], counted: number): ServedCall => ({
  id: order.id,
  at: new Date().toISOString(),
  endpoint,
  model: order.model,
  status: 200,
  outcome: order.gone.aborted ? 'abandoned' : 'complete',
  usage: {
    promptTokens: order.behaviour.prompt_tokens ?? counted,
    completionTokens: 0,
    cachedTokens: 0,
    reasoningTokens: 0,
  },
})

export function embeddings(context: ModelServerContext): RequestHandler {
  return async (request, response) => {
    const parsed = embeddingsSchema.safeParse(request.body)
    if (!parsed.success) {
      sendFailure(response, { status: 400, message: z.prettifyError(parsed.error), param: 'input' })
      return
    }
    const { model, input, encoding_format } = parsed.data
    const id = `embd-${randomUUID()}`
    const given = { requestedModel: model, kind: 'embeddings', endpoint: 'embeddings', id } as const
    const order = await takeOrder(request, response, given, context)
    if (!order) return
    await pause(order.behaviour.first_token_ms ?? order.pace.firstTokenMs / 4, order.gone)
    const texts = typeof input === 'string' ? [input] : input
    const call = toCall(
      order,
      'embeddings',
      texts.reduce((sum, text) => sum + countTokens(text), 0),
    )
    context.control.record(call)
    const data = texts.map((text, index) => {
      const vector = embed(text)
      const base64 = () => Buffer.from(Float32Array.from(vector).buffer).toString('base64')
      return { object: 'embedding', index, embedding: encoding_format === 'base64' ? base64() : vector }
    })
    const usage = { prompt_tokens: call.usage.promptTokens, total_tokens: call.usage.promptTokens }
    response.json({ object: 'list', data, model: order.model, ...(order.behaviour.no_usage ? {} : { usage }) })
  }
}

export function rerank(context: ModelServerContext): RequestHandler {
  return async (request, response) => {
    const parsed = rerankSchema.safeParse(request.body)
    if (!parsed.success) {
      sendFailure(response, { status: 400, message: z.prettifyError(parsed.error) })
      return
    }
    const { model, query, documents, top_k } = parsed.data
    const id = `rerank-${randomUUID()}`
    const given = { requestedModel: model, kind: 'rerank', endpoint: 'rerank', id } as const
    const order = await takeOrder(request, response, given, context)
    if (!order) return
    await pause(order.behaviour.first_token_ms ?? order.pace.firstTokenMs / 4, order.gone)
    // As Voyage counts: the query once per document, plus the documents.
    const counted = documents.reduce((sum, text) => sum + countTokens(query) + countTokens(text), 0)
    const call = toCall(order, 'rerank', counted)
    context.control.record(call)
    const wanted = embed(query)
    const data = documents
      .map((text, index) => ({ index, relevance_score: (1 + cosine(wanted, embed(text))) / 2 }))
      .sort((a, b) => b.relevance_score - a.relevance_score || a.index - b.index)
      .slice(0, top_k)
    response.json({ object: 'list', data, model: order.model, usage: { total_tokens: call.usage.promptTokens } })
  }
}
