// OpenLLMetry (Traceloop), Python and JavaScript. OTel names, with llm.* ones before them. Python shares scope names
// with official instrumentations, so its own attributes mark it.
import type { Span } from '../../span.ts'
import type { Dialect, Identity } from '../dialect.ts'
import { levelOfScope } from '../dialect.ts'
import { readWritten } from '../written-usage.ts'
import { OTEL_FIELDS } from './otel-genai.ts'

const CREW_USAGE = 'crewai.crew.token_usage'

const isJavaScript = (span: Span): boolean => span.scopeName.startsWith('@traceloop/')

export const openLlmetry: Dialect = {
  name: 'openllmetry',
  level: (span) => levelOfScope(span.scopeName),
  owns: (span) =>
    isJavaScript(span) ||
    (span.scopeName.startsWith('opentelemetry.instrumentation.') &&
      (span.attributes['gen_ai.is_streaming'] !== undefined ||
        span.attributes['gen_ai.usage.total_tokens'] !== undefined ||
        span.attributes['llm.usage.total_tokens'] !== undefined ||
        span.attributes['llm.request.type'] !== undefined ||
        span.attributes['traceloop.span.kind'] !== undefined ||
        span.attributes[CREW_USAGE] !== undefined)),
  fields: {
    ...OTEL_FIELDS,
    operation: [...OTEL_FIELDS.operation, 'llm.request.type', 'traceloop.span.kind'],
    provider: [...OTEL_FIELDS.provider, 'llm.vendor'],
    requestModel: [...OTEL_FIELDS.requestModel, 'llm.request.model'],
    responseModel: [...OTEL_FIELDS.responseModel, 'llm.response.model'],
    input: [...OTEL_FIELDS.input, 'llm.usage.prompt_tokens'],
    output: [...OTEL_FIELDS.output, 'llm.usage.completion_tokens'],
    reasoning: [...OTEL_FIELDS.reasoning, 'llm.usage.reasoning_tokens'],
    total: [...OTEL_FIELDS.total, 'llm.usage.total_tokens'],
    finish: [...OTEL_FIELDS.finish, 'llm.response.finish_reason', 'gen_ai.completion.0.finish_reason'],
    responseId: [...OTEL_FIELDS.responseId, 'llm.response.id'],
    stream: [...OTEL_FIELDS.stream, 'llm.is_streaming'],
    inputText: [...OTEL_FIELDS.inputText, 'traceloop.entity.input'],
    inputTextPattern: /^gen_ai\.prompt\.\d+\.content$/,
    outputTextPattern: /^gen_ai\.completion\.\d+\.(?:content|tool_calls\.\d+\.arguments)$/,
  },
  // CrewAI's own count of a whole run, and the agents' model.
  reported: ({ attributes }) => {
    const written = attributes[CREW_USAGE]
    return typeof written === 'string' ? readWritten(written) : undefined
  },
  model: ({ attributes }) => /"llm": ?"([^"]+)"/.exec(String(attributes['crewai.crew.agents']))?.[1] ?? '',
  // Python adds Anthropic's cached tokens to the input, under every name it ever used; JavaScript copies the wire.
  convention: (span, identity) => (isJavaScript(span) && isAnthropic(identity) ? 'exclusive' : 'inclusive'),
  // Its Anthropic streams add the first event's placeholder token to the final count.
  invented: (span) => span.attributes['gen_ai.is_streaming'] === true && /anthropic$/.test(span.scopeName),
  brokeOff: ({ attributes }, finishReason) =>
    finishReason === '' && (attributes['gen_ai.is_streaming'] === true || attributes['llm.is_streaming'] === true),
}

/** Also where Bedrock or Vertex answered Anthropic's client. */
const isAnthropic = ({ provider, model }: Identity): boolean => provider === 'anthropic' || /(?:^|\.)claude/.test(model)
