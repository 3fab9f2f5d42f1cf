// OpenInference (Arize), Python and JavaScript: llm.* names. The response's id and the wire's own figures lie in the
// JSON of `output.value`, the request's flags in the JSON of `llm.invocation_parameters`.
import type { Attributes, Span } from '../../span.ts'
import { type Keys, readCount, readText } from '../attribute.ts'
import type { CacheConvention } from '../candidate.ts'
import { type Dialect, type Identity, levelOfScope } from '../dialect.ts'
import type { OperationRule } from '../operation.ts'
import type { ReportedUsage } from '../usage.ts'
import { readAnswers } from '../written-usage.ts'
import { OTEL_FIELDS } from './otel-genai.ts'

const AGNO = 'openinference.instrumentation.agno'
const LITELLM = 'openinference.instrumentation.litellm'

const KINDS: Record<string, OperationRule> = {
  LLM: { operation: 'chat', role: 'call' },
  EMBEDDING: { operation: 'embeddings', role: 'call' },
  RERANKER: { operation: 'rerank', role: 'call' },
  AGENT: { operation: 'invoke_agent', role: 'aggregate' },
  CHAIN: { operation: 'chain', role: 'aggregate' },
}

export const openInference: Dialect = {
  name: 'openinference',
  level: (span) => levelOfScope(span.scopeName),
  owns: (span) => span.attributes['openinference.span.kind'] !== undefined,
  fields: {
    ...OTEL_FIELDS,
    operation: [],
    provider: ['llm.provider', 'llm.system', ...OTEL_FIELDS.provider],
    requestModel: ['llm.request.model_name', 'llm.model_name', 'embedding.model_name', 'reranker.model_name'],
    responseModel: ['llm.response.model_name'],
    responseId: ['llm.response.id', ...OTEL_FIELDS.responseId],
    input: ['llm.token_count.prompt', ...OTEL_FIELDS.input],
    output: ['llm.token_count.completion', ...OTEL_FIELDS.output],
    cacheRead: [
      'llm.token_count.prompt_details.cache_read',
      'llm.token_count.prompt_details.cache_input',
      ...OTEL_FIELDS.cacheRead,
    ],
    cacheWrite: ['llm.token_count.prompt_details.cache_write', ...OTEL_FIELDS.cacheWrite],
    reasoning: ['llm.token_count.completion_details.reasoning', ...OTEL_FIELDS.reasoning],
    total: ['llm.token_count.total'],
    finish: ['llm.finish_reason', ...OTEL_FIELDS.finish],
    stream: ['llm.is_streaming'],
    inputText: ['input.value'],
    outputText: ['output.value'],
    inputTextPattern:
      /^(?:llm\.input_messages\.\d+\.message\.(?:content$|contents\..*\.text$|tool_calls\..*\.arguments$)|embedding\.embeddings\.\d+\.embedding\.text$)/,
    outputTextPattern:
      /^llm\.output_messages\.\d+\.message\.(?:content$|contents\..*\.text$|tool_calls\..*\.arguments$)/,
  },
  operation,
  reported,
  responseId: ({ attributes }) => idIn(attributes['output.value']),
  model: ({ attributes }) => modelIn(attributes['llm.invocation_parameters']) || modelIn(attributes['input.value']),
  convention,
  // Instructor names the model it asks, and nothing else of the call.
  standsForCalls: ({ attributes }) => attributes['llm.model_name'] !== undefined,
  firstChunkEvent: 'First Token Stream Event',
  streams: isStream,
  // LangChain for JavaScript adds up what Anthropic's first and last chunk say, each of the whole answer.
  invented: ({ scopeName, attributes }) =>
    scopeName.startsWith('@arizeai/openinference-instrumentation-langchain') &&
    ['"AIMessageChunk"', '"claude'].every((mark) => String(attributes['output.value']).includes(mark)),
  // In Python the status is set to ok at the end of a stream and never before; JavaScript leaves it unset.
  // Its Anthropic streams before 0.1.19 or so lost the cached tokens, and with them the answer's text.
  brokeOff: (span) =>
    isOverwritten(span) ||
    isHidden(span) ||
    String(span.attributes['output.value']).includes('_IndexedAccumulator object') ||
    (span.statusCode === 0 && span.scopeName.startsWith('openinference.instrumentation.') && isStream(span)),
}

function operation({ name, attributes }: Span): OperationRule {
  const rule = KINDS[kindOf(attributes)]
  if (rule === undefined) return { operation: '', role: 'other' }
  return rule.role === 'call' && isPreparation(name, attributes) ? { operation: '', role: 'other' } : rule
}

/**
 * Versions that lack an attribute for a part, or for figures at all, may have recorded the answer with the wire's usage
 * in it. Parts are taken where the figures beside them are the answer's own.
 */
function reported({ scopeName, attributes }: Span): Partial<ReportedUsage> | undefined {
  // CrewAI's own count of a whole run, at the end of what the crew answered.
  if (attributes.crew_agents !== undefined) return readAnswers(attributes['output.value']).at(-1)?.usage
  if (KINDS[kindOf(attributes)]?.role !== 'call') return undefined
  const known = (keys: Keys): number | undefined => readCount(attributes, keys)
  const { fields } = openInference
  const [cacheRead, cacheWrite, reasoning] = [
    ...[known(fields.cacheRead), known(fields.cacheWrite)],
    known(fields.reasoning),
  ]
  const [input, output] = [known(fields.input), known(fields.output)]
  // LiteLLM always added cache reads to its input; before 1.80 or so it left out the writes.
  if (scopeName === LITELLM && input !== undefined && cacheRead !== undefined && cacheWrite !== undefined) {
    if (cacheRead <= input && input < cacheRead + cacheWrite) return { input: input + cacheWrite }
  }
  if (cacheRead !== undefined && (cacheWrite ?? reasoning) !== undefined) return undefined
  const answers = readAnswers(attributes['output.value'])
  if (input === undefined && output === undefined) {
    const [first] = answers
    return first?.isStructure === true && attributes['output.mime_type'] === 'application/json'
      ? first.usage
      : undefined
  }
  const own = answers.find(({ usage }) => usage.input === input && usage.output === output)
  // On Agno a part that is not written is none.
  if (own === undefined && scopeName === AGNO) return { cacheRead: cacheRead ?? 0, cacheWrite, reasoning }
  return (
    own && {
      cacheRead: cacheRead ?? own.usage.cacheRead,
      cacheWrite: cacheWrite ?? own.usage.cacheWrite,
      reasoning: reasoning ?? own.usage.reasoning,
    }
  )
}

const kindOf = (attributes: Attributes): string => String(attributes['openinference.span.kind']).toUpperCase()

/** LlamaIndex prepares a request in an LLM span of its own: it has a prompt, but neither messages nor figures. */
function isPreparation(name: string, attributes: Attributes): boolean {
  const inner = attributes['input.value']
  return (
    attributes['llm.token_count.total'] === undefined &&
    attributes['llm.input_messages.0.message.role'] === undefined &&
    (name.endsWith('._prepare_chat_with_tools') || (typeof inner === 'string' && /^\{"tools"\s*:/.test(inner)))
  )
}

const HEAD = 400
const ID = /"(?:id|response_id|responseId)"\s*:\s*"((?:chatcmpl-|resp_|msg_|gen-|cmpl-)?[A-Za-z0-9_-]{6,})"/

/** The id at the response's own level: within its first characters or last, where no tool call's id can stand. */
function idIn(value: unknown): string {
  if (typeof value !== 'string' || !value.startsWith('{')) return ''
  const head = /^\{\s*"id"\s*:\s*"([^"]{6,128})"/.exec(value)?.[1]
  if (head !== undefined) return head
  const known = /"id"\s*:\s*"((?:chatcmpl-|resp_|msg_|gen-)[A-Za-z0-9_-]+)"/.exec(value)?.[1]
  return known ?? ID.exec(value.slice(0, HEAD))?.[1] ?? ''
}

/** Older versions took Anthropic's input without cached tokens; an answer that is hidden cannot show it. */
function isHidden({ scopeName, attributes }: Span): boolean {
  const answer = attributes['output.value']
  return (
    /langchain|anthropic/.test(scopeName) &&
    /claude/i.test(readText(attributes, openInference.fields.requestModel)) &&
    attributes['llm.finish_reason'] === undefined &&
    attributes['llm.token_count.prompt'] !== undefined &&
    (answer === undefined || answer === '__REDACTED__')
  )
}

/** On an agent's span of Google's ADK each call writes over the one before: after a tool's answer it is not the first. */
function isOverwritten({ name, attributes }: Span): boolean {
  if (!/^invoke_agent\b/.test(name)) return false
  for (const key in attributes) if (attributes[key] === 'tool' && ROLE.test(key)) return true
  return false
}

const ROLE = /^llm\.input_messages\.\d+\.message\.role$/

function modelIn(value: unknown): string {
  return typeof value === 'string' ? (/"model(?:_name)?"\s*:\s*"([^"]+)"/.exec(value.slice(0, HEAD))?.[1] ?? '') : ''
}

function isStream({ attributes, events }: Span): boolean {
  const parameters = attributes['llm.invocation_parameters']
  return (
    (typeof parameters === 'string' && /"stream"\s*:\s*true/.test(parameters)) ||
    events.some(({ name }) => name === 'First Token Stream Event')
  )
}

/** Cached tokens are added to the input, unless the recorded answer shows that the wire's figure was taken over. */
function convention({ scopeName, attributes }: Span, { provider }: Identity): CacheConvention {
  // On Agno it copies the wire, and writes down no answer that would show it.
  if (scopeName === AGNO && provider === 'anthropic') return 'exclusive'
  const answer = attributes['output.value']
  if (typeof answer !== 'string' || !/"cache_(?:read|creation)_input_tokens"/.test(answer)) return 'inclusive'
  const wire = /"input_tokens"\s*:\s*(\d+)/.exec(answer)?.[1]
  const read = attributes['llm.token_count.prompt'] ?? wire
  return wire !== undefined && Number(wire) === Number(read) ? 'exclusive' : 'inclusive'
}
