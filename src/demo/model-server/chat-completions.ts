// POST /v1/chat/completions. In: OpenAI's request. Out: one JSON completion, or server-sent chunks when `stream` is set,
// with a last usage chunk when `stream_options.include_usage` asks for it.
import { randomUUID } from 'node:crypto'
import type { RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { ServedCall } from './control.ts'
import { sendFailure } from './failure.ts'
import { replyTo, toChunks } from './reply.ts'
import { type ModelServerContext, type Order, pause, takeOrder } from './request.ts'
import { countPromptTokens, countTokens } from './tokens.ts'
import { toUsage, toWireUsage } from './usage.ts'

const contentSchema = z.union([
  z.string(),
  z
    .array(z.looseObject({ type: z.string(), text: z.string().optional() }))
    .transform((parts) => parts.map((part) => part.text ?? '').join('\n')),
  z.null().transform(() => ''),
])

const requestSchema = z.looseObject({
  model: z.string().min(1),
  messages: z.array(z.looseObject({ role: z.string(), content: contentSchema.default('') })).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
  max_tokens: z.number().int().positive().nullish(),
  max_completion_tokens: z.number().int().positive().nullish(),
})

interface Answer {
  order: Order
  created: number
  chunks: string[]
  finishReason: string
  promptTokens: number
}

export function chatCompletions(context: ModelServerContext): RequestHandler {
  return async (request, response) => {
    const parsed = requestSchema.safeParse(request.body)
    if (!parsed.success) {
      sendFailure(response, { status: 400, message: z.prettifyError(parsed.error) })
      return
    }
    const body = parsed.data
    const id = `chatcmpl-${randomUUID()}`
    const given = { requestedModel: body.model, kind: 'chat', endpoint: 'chat.completions', id } as const
    const order = await takeOrder(request, response, given, context)
    if (!order) return
    const words = toChunks(order.behaviour.reply ?? replyTo(body.messages))
    const limit = body.max_completion_tokens ?? body.max_tokens ?? Number.POSITIVE_INFINITY
    const chunks = words.slice(0, limit)
    const answer: Answer = {
      order,
      created: Math.floor(Date.now() / 1000),
      chunks,
      finishReason: order.behaviour.finish_reason ?? (chunks.length < words.length ? 'length' : 'stop'),
      promptTokens: countPromptTokens(body.messages.map((message) => message.content)),
    }
    const call = body.stream
      ? await sendStream(response, answer, body.stream_options?.include_usage === true)
      : await sendWhole(response, answer)
    context.control.record(call)
  }
}

/** The provider charges for what it produced, whether or not the client read it. */
function toCall(answer: Answer, sentChunks: number, outcome: ServedCall['outcome']): ServedCall {
  const text = answer.chunks.slice(0, sentChunks).join('')
  const counted = { promptTokens: answer.promptTokens, completionTokens: countTokens(text) }
  return {
    id: answer.order.id,
    at: new Date().toISOString(),
    endpoint: 'chat.completions',
    model: answer.order.model,
    status: 200,
    outcome,
    usage: toUsage(counted, answer.order.behaviour),
  }
}

async function sendWhole(response: Response, answer: Answer): Promise<ServedCall> {
  const { order } = answer
  await pause(order.pace.firstTokenMs + order.pace.chunkMs * answer.chunks.length, order.gone)
  if (order.gone.aborted) return toCall(answer, answer.chunks.length, 'abandoned')
  const call = toCall(answer, answer.chunks.length, 'complete')
  const body = JSON.stringify({
    id: order.id,
    object: 'chat.completion',
    created: answer.created,
    model: order.model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: answer.chunks.join(''), refusal: null },
        logprobs: null,
        finish_reason: answer.finishReason,
      },
    ],
    ...(order.behaviour.no_usage ? {} : { usage: toWireUsage(call.usage) }),
  })
  response.type('application/json').setHeader('Content-Length', Buffer.byteLength(body))
  if (order.behaviour.cut_after !== undefined) {
    response.write(body.slice(0, body.length / 2), () => response.socket?.destroy())
    return { ...call, outcome: 'cut' }
  }
  response.end(body)
  return call
}

async function sendStream(response: Response, answer: Answer, includeUsage: boolean): Promise<ServedCall> {
  const { order } = answer
  const common = { id: order.id, object: 'chat.completion.chunk', created: answer.created, model: order.model }
  const withUsage = includeUsage && !order.behaviour.no_usage
  const send = (part: object) => {
    // With include_usage every chunk but the last carries `usage: null`, as the original does.
    const event = { ...common, ...(withUsage ? { usage: null } : {}), ...part }
    response.write(`data: ${JSON.stringify(event)}\n\n`)
  }
  const choice = (delta: object, finishReason: string | null = null) => ({
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
  })
  response.status(200).set({ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' })
  response.flushHeaders()
  await pause(order.pace.firstTokenMs, order.gone)
  send(choice({ role: 'assistant', content: '' }))
  let sent = 0
  for (const content of answer.chunks) {
    if (order.gone.aborted) return toCall(answer, sent, 'abandoned')
    if (order.behaviour.cut_after === sent) {
      response.socket?.destroy()
      return toCall(answer, sent, 'cut')
    }
    send(choice({ content }))
    sent += 1
    await pause(order.pace.chunkMs, order.gone)
  }
  if (order.gone.aborted) return toCall(answer, sent, 'abandoned')
  const call = toCall(answer, sent, 'complete')
  send(choice({}, answer.finishReason))
  if (withUsage) send({ choices: [], usage: toWireUsage(call.usage) })
  response.end('data: [DONE]\n\n')
  return call
}
