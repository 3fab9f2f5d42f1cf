// The `openai` client (OpenAI, Azure OpenAI and every server that speaks its format). In: the client's class. Out: its
// create methods traced; `stream`, `parse` and `runTools` go through them.

import { asObject, asText } from '../model-call/readers/json.ts'
import type { ModelCallOptions } from '../model-call/types.ts'
import { providerOf, serverOf } from './provider.ts'
import { type Describe, traceMethod } from './traced-method.ts'

/** @param OpenAI the class that the `openai` package exports. */
export function traceOpenAi(OpenAI: unknown): void {
  const prototypeOf = (...path: string[]) => {
    let value: unknown = OpenAI
    for (const name of path)
      value = value === undefined || value === null ? undefined : Reflect.get(Object(value), name)
    return typeof value === 'function' ? value.prototype : undefined
  }
  traceMethod(prototypeOf('Chat', 'Completions'), 'create', describe('chat', 'messages'))
  traceMethod(prototypeOf('Completions'), 'create', describe('text_completion', 'prompt'))
  traceMethod(prototypeOf('Responses'), 'create', describe('chat', 'input'))
  traceMethod(prototypeOf('Embeddings'), 'create', describe('embeddings', 'input'))
}

const describe =
  (operation: string, inputKey: string): Describe =>
  (target, [body]): ModelCallOptions | undefined => {
    const request = asObject(body)
    const model = asText(request?.model)
    if (!request || model === undefined) return undefined
    const baseUrl = asText(asObject(asObject(target)?._client)?.baseURL)
    return {
      provider: providerOf(baseUrl, 'openai'),
      model,
      operation,
      stream: request.stream === true,
      input: [request.instructions, request[inputKey]],
      ...serverOf(baseUrl),
    }
  }
