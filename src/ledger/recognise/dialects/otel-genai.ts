// OpenTelemetry GenAI semantic conventions, v1.41.1 and the names before it; our own instrumentation speaks this too.
// The base of most other tables: they spread these fields and add their own names.
import { ATTR } from '../../../../instrumentation/semconv.ts'
import type { Dialect, Fields } from '../dialect.ts'

export const OTEL_FIELDS: Fields = {
  operation: [ATTR.operationName],
  provider: [ATTR.providerName, 'gen_ai.system'],
  requestModel: [ATTR.requestModel],
  responseModel: [ATTR.responseModel],
  responseId: [ATTR.responseId],
  input: [ATTR.inputTokens, 'gen_ai.usage.prompt_tokens'],
  output: [ATTR.outputTokens, 'gen_ai.usage.completion_tokens'],
  cacheRead: [
    ATTR.cacheReadTokens,
    'gen_ai.usage.cache_read_input_tokens',
    'gen_ai.usage.cached_input_tokens',
    'gen_ai.usage.input_tokens.cached',
    'gen_ai.openai.usage.cached_tokens',
  ],
  cacheWrite: [
    ATTR.cacheCreationTokens,
    'gen_ai.usage.cache_creation_input_tokens',
    'gen_ai.usage.cache_write.input_tokens',
    'gen_ai.usage.cache_write_input_tokens',
  ],
  reasoning: [
    ATTR.reasoningTokens,
    'gen_ai.usage.reasoning.tokens',
    'gen_ai.usage.reasoning_tokens',
    'gen_ai.usage.output_tokens.reasoning',
    'gen_ai.usage.completion_tokens_details.reasoning_tokens',
  ],
  total: ['gen_ai.usage.total_tokens'],
  finish: [ATTR.finishReasons, 'gen_ai.response.finish_reason'],
  stream: [ATTR.requestStream, 'gen_ai.request.is_stream', 'gen_ai.request.streaming'],
  ttftSeconds: [ATTR.timeToFirstChunk, 'gen_ai.server.time_to_first_token'],
  ttftMilliseconds: [],
  inputText: ['gen_ai.input.messages', 'gen_ai.prompt', 'gen_ai.system_instructions'],
  outputText: ['gen_ai.output.messages', 'gen_ai.completion'],
}

export const otelGenAi: Dialect = {
  name: 'otel-genai',
  level: 'client',
  owns: () => true,
  fields: OTEL_FIELDS,
  // v1.41.1 and all official instrumentations: input_tokens includes cached tokens.
  convention: (span) => (span.scopeName.startsWith('opentelemetry.instrumentation.') ? 'inclusive' : undefined),
}
