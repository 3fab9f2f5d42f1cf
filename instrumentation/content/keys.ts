// What an attribute holds, by its key. In: a key of any dialect. Out: `content` (prompts, completions, tool data),
// `identity` (ids and names the app or provider chose), `secret` (the key itself gives one away) or `plain`.
import { ATTR } from '../semconv.ts'
import { TENANT_KEYS } from '../tenant/tenant.ts'
import { redact } from './redact.ts'

export type KeyKind = 'content' | 'identity' | 'plain' | 'secret'

const IDENTITY = new Set<string>([
  ...TENANT_KEYS,
  ATTR.operationName,
  ATTR.providerName,
  ATTR.requestModel,
  ATTR.responseModel,
  ATTR.responseId,
  ATTR.finishReasons,
  ATTR.conversationId,
  ATTR.tokenType,
  ATTR.errorType,
  ATTR.serverAddress,
  ATTR.serviceName,
  ATTR.serviceVersion,
])

// Content keys of OpenTelemetry, OpenLLMetry, OpenInference, the Vercel AI SDK and LiteLLM.
const CONTENT = new Set([
  ATTR.inputMessages,
  ATTR.outputMessages,
  ATTR.systemInstructions,
  ATTR.evaluationExplanation,
  ATTR.feedbackComment,
  'gen_ai.tool.definitions',
  'gen_ai.tool.call.arguments',
  'gen_ai.tool.call.result',
  'gen_ai.prompt',
  'gen_ai.completion',
  'gen_ai.retrieval.documents',
  'gen_ai.retrieval.query.text',
  'gen_ai.event.content',
  'input.value',
  'output.value',
  'llm.prompts',
  'llm.invocation_parameters',
  'ai.values',
  'ai.value',
  'ai.embedding',
  'ai.embeddings',
  'traceloop.entity.input',
  'traceloop.entity.output',
])

const CONTENT_PREFIXES = [
  'gen_ai.prompt.',
  'gen_ai.completion.',
  'gen_ai.input.messages.',
  'gen_ai.output.messages.',
  'llm.input_messages.',
  'llm.output_messages.',
  'llm.prompts.',
  'llm.completions.',
  'ai.prompt',
  'ai.response.text',
  'ai.response.object',
  'ai.response.reasoning',
  'ai.response.toolCalls',
  'ai.toolCall.args',
  'ai.toolCall.result',
  'ai.stream.event',
  'retrieval.documents.',
  'reranker.input_documents',
  'reranker.output_documents',
  'embedding.embeddings',
  'tool.parameters',
]

export const isContentKey = (key: string): boolean =>
  CONTENT.has(key) || CONTENT_PREFIXES.some((prefix) => key.startsWith(prefix))

export function keyKind(key: string): KeyKind {
  if (IDENTITY.has(key)) return 'identity'
  // OpenLLMetry and OpenInference also count tokens below these prefixes; usage is never content.
  if (isContentKey(key)) return 'content'
  return redact(key) === key ? 'plain' : 'secret'
}

/** Names of events that carry a message of the conversation in their body or attributes. */
export const isContentEvent = (name: string | undefined): boolean =>
  name !== undefined &&
  /^gen_ai\.(?:system|user|assistant|tool|content)\.|^gen_ai\.choice$|^gen_ai\.client\.inference\.operation\.details$/.test(
    name,
  )
