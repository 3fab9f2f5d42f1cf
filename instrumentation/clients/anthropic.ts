// The `@anthropic-ai/sdk` client. In: the client's class. Out: messages.create traced; `stream` and `parse` go through it.
import { asObject, asText } from '../model-call/readers/json.ts'
import type { ModelCallOptions } from '../model-call/types.ts'
import { providerOf, serverOf } from './provider.ts'
import { type Describe, traceMethod } from './traced-method.ts'

/** @param Anthropic the class that the `@anthropic-ai/sdk` package exports. */
export function traceAnthropic(Anthropic: unknown): void {
  const root = Object(Anthropic) as Record<string, unknown>
  traceMethod(prototypeOf(root.Messages), 'create', describe)
  traceMethod(prototypeOf(Reflect.get(Object(root.Beta), 'Messages')), 'create', describe)
}

const prototypeOf = (value: unknown): unknown => (typeof value === 'function' ? value.prototype : undefined)

const describe: Describe = (target, [body]): ModelCallOptions | undefined => {
  const request = asObject(body)
  const model = asText(request?.model)
  if (!request || model === undefined) return undefined
  const baseUrl = asText(asObject(asObject(target)?._client)?.baseURL)
  return {
    provider: providerOf(baseUrl, 'anthropic'),
    model,
    operation: 'chat',
    stream: request.stream === true,
    input: [request.system, request.messages],
    ...serverOf(baseUrl),
  }
}
