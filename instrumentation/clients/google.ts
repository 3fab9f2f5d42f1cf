// The `@google/genai` client. In: the package's `Models` class. Out: each request to the API traced. The public methods
// may make several requests (automatic function calls); what costs money is the request, so that is where the span is.
import { asObject, asText } from '../model-call/readers/json.ts'
import { type Describe, traceMethod } from './traced-method.ts'

/** @param Models the class that the `@google/genai` package exports. */
export function traceGoogle(Models: unknown): void {
  const prototype: unknown = typeof Models === 'function' ? Models.prototype : undefined
  traceMethod(prototype, 'generateContentInternal', describe('generate_content', false))
  traceMethod(prototype, 'generateContentStreamInternal', describe('generate_content', true))
  traceMethod(prototype, 'embedContentInternal', describe('embeddings', false))
}

const describe =
  (operation: string, stream: boolean): Describe =>
  (target, [params]) => {
    const request = asObject(params)
    const model = asText(request?.model)
    if (!request || model === undefined) return undefined
    const api = asObject(asObject(target)?.apiClient)
    return {
      provider: isVertex(api) ? 'gcp.vertex_ai' : 'gcp.gemini',
      model,
      operation,
      stream,
      input: [asObject(request.config)?.systemInstruction, request.contents ?? request.content],
    }
  }

function isVertex(api: Record<string, unknown> | undefined): boolean {
  const ask: unknown = api && Reflect.get(api, 'isVertexAI')
  return typeof ask === 'function' && Reflect.apply(ask, api, []) === true
}
