// LiteLLM's own callback. It writes a call's facts onto whatever span is current (the application's own, where the next
// call overwrites them) or onto a `litellm_request`, and the provider's answer as Python text onto a
// `raw_gen_ai_request` beneath.
import type { Span } from '../../span.ts'
import { type Dialect, isScope } from '../dialect.ts'
import type { OperationRule } from '../operation.ts'
import type { ReportedUsage } from '../usage.ts'
import { readWritten } from '../written-usage.ts'
import { OTEL_FIELDS } from './otel-genai.ts'

const SCOPE = 'litellm'

export const litellm: Dialect = {
  name: 'litellm',
  level: 'framework',
  owns: (span) => (isScope(span, SCOPE) && span.name !== RAW) || span.attributes['litellm.call_id'] !== undefined,
  fields: {
    ...OTEL_FIELDS,
    operation: ['gen_ai.operation.name', 'llm.request.type'],
    stream: ['llm.is_streaming'],
    inputTextPattern: /^gen_ai\.prompt\.\d+\.content$/,
    outputTextPattern: /^gen_ai\.completion\.\d+\.content$/,
  },
  operation: foreignSpan,
  reported: ({ attributes }) => withWrites(attributes['metadata.usage_object']),
  convention: () => 'inclusive',
  // Its own tokeniser counts a stream that named no figures; only a provider's figures come with details.
  invented: ({ attributes }) =>
    String(attributes['llm.is_streaming']) === 'True' &&
    String(attributes['metadata.usage_object']).includes("'prompt_tokens_details': None"),
  standsForCalls: () => true,
}

/** Before 1.80 or so the prompt leaves out cache writes; since then its details count them. */
function withWrites(usage: unknown): Partial<ReportedUsage> | undefined {
  const read = fromPython(usage)
  const leavesOut = read?.input !== undefined && !String(usage).includes("'cache_creation_tokens'")
  return leavesOut ? { ...read, input: (read.input ?? 0) + (read.cacheWrite ?? 0), total: undefined } : read
}

/** On a span of the application's own it is a note that calls were made beneath, the last one's facts on top. */
function foreignSpan(span: Span): OperationRule | undefined {
  return isScope(span, SCOPE) ? undefined : { operation: 'chat', role: 'aggregate' }
}

const RAW = 'raw_gen_ai_request'

export const litellmRaw: Dialect = {
  name: 'litellm-raw',
  level: 'client',
  owns: (span) => span.name === RAW && isScope(span, SCOPE),
  fields: { ...OTEL_FIELDS, inputTextPattern: /^llm\.[A-Za-z0-9_-]+\.(?:messages|input)$/ },
  operation: ({ attributes }) => {
    const prefix = prefixOf(attributes)
    if (prefix === '') return undefined
    const isEmbedding = attributes[`${prefix}input`] !== undefined && attributes[`${prefix}messages`] === undefined
    return { operation: isEmbedding ? 'embeddings' : 'chat', role: 'call' }
  },
  model: ({ attributes }) => text(attributes, 'model') || text(attributes, 'modelVersion'),
  provider: ({ attributes }) =>
    prefixOf(attributes)
      .slice('llm.'.length, -1)
      .replace(/^none$/i, ''),
  responseId: ({ attributes }) => text(attributes, 'id') || text(attributes, 'responseId'),
  reported: ({ attributes }) => fromPython(text(attributes, 'usage') || text(attributes, 'usageMetadata')),
  // These are the provider's figures, in the provider's own convention.
  convention: (_, { provider }) => (provider === 'anthropic' || provider === 'aws.bedrock' ? 'exclusive' : 'inclusive'),
}

const PROVIDERS_OWN =
  /^(llm\.[A-Za-z0-9_-]+\.)(?:model|messages|input|contents|id|object|usage|usageMetadata|modelVersion)$/

/** `llm.anthropic.`: every field of the provider's request and answer stands behind its name. */
function prefixOf(attributes: Span['attributes']): string {
  for (const key in attributes) {
    const prefix = PROVIDERS_OWN.exec(key)?.[1]
    if (prefix !== undefined) return prefix
  }
  return ''
}

function text(attributes: Span['attributes'], name: string): string {
  const value = attributes[prefixOf(attributes) + name]
  return typeof value === 'string' ? value : ''
}

/** Counts out of `{'prompt_tokens': 13, 'prompt_tokens_details': {'cached_tokens': 0}, …}`. */
const fromPython = (usage: unknown): Partial<ReportedUsage> | undefined =>
  typeof usage === 'string' && usage !== '' ? readWritten(usage) : undefined
