// OpenTelemetry GenAI semantic conventions, v1.41.1 and the names before it.
// The base of most other tables: they spread these fields and add their own names. Also reads every unknown scope.
import { ATTR } from '../../../../instrumentation/semconv.ts'
import type { Span } from '../../span.ts'
import { readCount } from '../attribute.ts'
import type { CacheConvention } from '../candidate.ts'
import { type Dialect, type Fields, type Identity, levelOfScope } from '../dialect.ts'
import type { OperationRule } from '../operation.ts'
import { excludesCacheOnTheWire } from '../provider.ts'

const WIRE_CACHE_NAMES = ['gen_ai.usage.cache_read_input_tokens', 'gen_ai.usage.cache_creation_input_tokens'] as const

export const OTEL_FIELDS: Fields = {
  operation: [ATTR.operationName, 'gen_ai.span.kind'],
  provider: [ATTR.providerName, 'gen_ai.system'],
  requestModel: [ATTR.requestModel],
  responseModel: [ATTR.responseModel],
  responseId: [ATTR.responseId],
  // gen_ai.response.*: Semantic Kernel and Microsoft.Extensions.AI before they used the convention's names.
  input: [
    ATTR.inputTokens,
    'gen_ai.usage.prompt_tokens',
    'gen_ai.response.prompt_tokens',
    'gen_ai.response.input_tokens',
  ],
  output: [
    ATTR.outputTokens,
    'gen_ai.usage.completion_tokens',
    'gen_ai.response.completion_tokens',
    'gen_ai.response.output_tokens',
  ],
  cacheRead: [
    ATTR.cacheReadTokens,
    'gen_ai.usage.cache_read_input_tokens',
    'gen_ai.usage.cached_input_tokens',
    'gen_ai.usage.input_tokens.cached',
    'gen_ai.usage.cached_tokens',
  ],
  cacheWrite: [
    ATTR.cacheCreationTokens,
    'gen_ai.usage.cache_write.input_tokens',
    'gen_ai.usage.cache_creation_input_tokens',
    'gen_ai.usage.cache_write_input_tokens',
  ],
  reasoning: [
    ATTR.reasoningTokens,
    'gen_ai.usage.reasoning_tokens',
    'gen_ai.usage.reasoning.tokens',
    'gen_ai.usage.output_tokens.reasoning',
  ],
  total: ['gen_ai.usage.total_tokens'],
  finish: [ATTR.finishReasons, 'gen_ai.response.finish_reason'],
  stream: [ATTR.requestStream, 'gen_ai.is_streaming', 'gen_ai.request.is_stream'],
  ttftSeconds: [
    ATTR.timeToFirstChunk,
    'gen_ai.client.operation.time_to_first_chunk',
    'gen_ai.server.time_to_first_token',
  ],
  ttftMilliseconds: [],
  inputText: ['gen_ai.input.messages', 'gen_ai.system_instructions', 'gen_ai.prompt'],
  outputText: ['gen_ai.output.messages', 'gen_ai.completion'],
}

/**
 * The standard name came with the rule that input includes cached tokens. Anthropic's own wire name is older than the
 * rule: libraries copied the wire's figures under it, which leave them out where the wire does. Strands 1.50 writes
 * OpenAI's under it too, and those hold them. Who answered is unknown: the name is all there is.
 */
export function conventionOfNames({ attributes }: Span, { provider, model }: Identity): CacheConvention | undefined {
  if (attributes[ATTR.cacheReadTokens] !== undefined || attributes[ATTR.cacheCreationTokens] !== undefined) {
    return 'inclusive'
  }
  if (!WIRE_CACHE_NAMES.some((name) => attributes[name] !== undefined)) return undefined
  return provider === '' || excludesCacheOnTheWire(provider, model) ? 'exclusive' : 'inclusive'
}

/** A call that gave neither figures nor a finish reason was left before its end. */
export function endedWithoutTrace(span: Span, finishReason: string): boolean {
  return (
    finishReason === '' &&
    readCount(span.attributes, OTEL_FIELDS.output) === undefined &&
    span.attributes[ATTR.operationName] === 'chat'
  )
}

export const otelGenAi: Dialect = {
  name: 'otel-genai',
  level: (span) => levelOfScope(span.scopeName),
  owns: () => true,
  fields: OTEL_FIELDS,
  operation: agentWithoutOperation,
  convention: (span, identity) =>
    span.scopeName.startsWith('opentelemetry.instrumentation.') ? 'inclusive' : conventionOfNames(span, identity),
  // The official instrumentations name a finish reason on every stream that was read to its end.
  brokeOff: (span, finishReason) =>
    finishReason === '' && (span.attributes[ATTR.requestStream] === true || endedWithoutTrace(span, finishReason)),
}

/** An agent's span that names no operation (Pydantic AI before it had one, Logfire): a sum over its run. */
function agentWithoutOperation({ attributes }: Span): OperationRule | undefined {
  if (attributes[ATTR.operationName] !== undefined) return undefined
  const isAgent = attributes.agent_name !== undefined || attributes.final_result !== undefined
  return isAgent ? { operation: 'invoke_agent', role: 'aggregate' } : undefined
}
