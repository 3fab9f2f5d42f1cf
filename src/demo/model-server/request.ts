// The part every endpoint shares: which model, what behaviour, and failing on order. In: a request and its model field.
// Out: the order to carry out, or undefined when the answer has already been sent.
import { setTimeout as delay } from 'node:timers/promises'
import type { Request, Response } from 'express'
import { type Behaviour, parseBehaviour, splitModelName } from './behaviour.ts'
import type { Control, ServedCall } from './control.ts'
import { sendFailure } from './failure.ts'
import { isModelOf, MODELS, type ModelKind } from './models.ts'
import type { RateLimitCounter } from './rate-limit.ts'

/** Header with the query-string form of a behaviour, for this request only. */
export const BEHAVIOUR_HEADER = 'x-model-behaviour'

export interface Pace {
  firstTokenMs: number
  chunkMs: number
}

export interface ModelServerContext {
  control: Control
  pace: Pace
  rateLimit: RateLimitCounter
}

export interface Order {
  id: string
  model: string
  behaviour: Behaviour
  pace: Pace
  /** Aborted when the client goes away. */
  gone: AbortSignal
}

export const NO_USAGE: ServedCall['usage'] = {
  promptTokens: 0,
  completionTokens: 0,
  cachedTokens: 0,
  reasoningTokens: 0,
}

/** Waits, or returns at once when the client goes away. */
export const pause = (ms: number, gone: AbortSignal): Promise<void> =>
  ms > 0 ? delay(ms, undefined, { signal: gone }).catch(() => undefined) : Promise.resolve()

export async function takeOrder(
  request: Request,
  response: Response,
  given: { requestedModel: string; kind: ModelKind; endpoint: ServedCall['endpoint']; id: string },
  context: ModelServerContext,
): Promise<Order | undefined> {
  const { model, asked } = splitModelName(given.requestedModel)
  const fromModel = parseBehaviour(asked)
  const fromHeader = parseBehaviour(request.get(BEHAVIOUR_HEADER) ?? '')
  for (const parsed of [fromModel, fromHeader]) {
    if (parsed.kind === 'ok') continue
    sendFailure(response, { status: 400, message: `Behaviour not understood: ${parsed.message}` })
    return undefined
  }
  if (!isModelOf(model, given.kind)) {
    const offered = Object.keys(MODELS).filter((name) => isModelOf(name, given.kind))
    const message = `The model '${model}' does not exist for ${given.endpoint}. Offered: ${offered.join(', ')}.`
    sendFailure(response, { status: 404, message, param: 'model' })
    return undefined
  }
  const behaviour: Behaviour = {
    ...context.control.orderedFor(model),
    ...(fromModel.kind === 'ok' ? fromModel.behaviour : {}),
    ...(fromHeader.kind === 'ok' ? fromHeader.behaviour : {}),
  }
  context.rateLimit.tell(response, model, behaviour.rate_limit_used)
  const pace = {
    firstTokenMs: behaviour.first_token_ms ?? context.pace.firstTokenMs,
    chunkMs: behaviour.chunk_ms ?? context.pace.chunkMs,
  }
  const leaving = new AbortController()
  response.once('close', () => leaving.abort())
  const failed = { id: given.id, endpoint: given.endpoint, model, at: new Date().toISOString(), usage: NO_USAGE }
  if (behaviour.status !== undefined) {
    await pause(behaviour.first_token_ms ?? 0, leaving.signal)
    context.control.record({ ...failed, status: behaviour.status, outcome: 'error' })
    sendFailure(response, {
      status: behaviour.status,
      message:
        behaviour.status === 429 ? 'Rate limit reached, as ordered.' : `Failed with ${behaviour.status}, as ordered.`,
      retryAfterSeconds: behaviour.retry_after ?? (behaviour.status === 429 ? 1 : undefined),
    })
    return undefined
  }
  if (behaviour.cut_after === 0) {
    await pause(behaviour.first_token_ms ?? 0, leaving.signal)
    context.control.record({ ...failed, status: 0, outcome: 'cut' })
    response.socket?.destroy()
    return undefined
  }
  return { id: given.id, model, behaviour, pace, gone: leaving.signal }
}
