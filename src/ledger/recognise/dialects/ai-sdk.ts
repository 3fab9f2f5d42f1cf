// Vercel AI SDK. Versions 3–6 name their spans in `ai.operationId`: `ai.x.doX` is a call, `ai.x` its sum (the last step
// only in version 5). Version 7 speaks OTel under the scope `gen_ai`.
import type { Attributes, Span } from '../../span.ts'
import { readCount, toCount } from '../attribute.ts'
import type { CacheConvention } from '../candidate.ts'
import type { Dialect, Identity } from '../dialect.ts'
import type { OperationRule } from '../operation.ts'
import type { ReportedUsage } from '../usage.ts'
import { endedWithoutTrace, OTEL_FIELDS } from './otel-genai.ts'

export const aiSdk: Dialect = {
  name: 'ai-sdk',
  level: 'framework',
  owns: (span) => span.attributes['ai.operationId'] !== undefined,
  fields: {
    ...OTEL_FIELDS,
    provider: ['ai.model.provider', ...OTEL_FIELDS.provider],
    requestModel: ['ai.model.id', ...OTEL_FIELDS.requestModel],
    responseModel: ['ai.response.model', ...OTEL_FIELDS.responseModel],
    responseId: ['ai.response.id', ...OTEL_FIELDS.responseId],
    input: ['ai.usage.inputTokens', 'ai.usage.promptTokens', 'ai.usage.tokens', ...OTEL_FIELDS.input],
    output: ['ai.usage.outputTokens', 'ai.usage.completionTokens', ...OTEL_FIELDS.output],
    cacheRead: ['ai.usage.inputTokenDetails.cacheReadTokens', 'ai.usage.cachedInputTokens', ...OTEL_FIELDS.cacheRead],
    cacheWrite: ['ai.usage.inputTokenDetails.cacheWriteTokens', ...OTEL_FIELDS.cacheWrite],
    reasoning: ['ai.usage.outputTokenDetails.reasoningTokens', 'ai.usage.reasoningTokens', ...OTEL_FIELDS.reasoning],
    total: ['ai.usage.totalTokens'],
    finish: ['ai.response.finishReason', ...OTEL_FIELDS.finish],
    ttftMilliseconds: ['ai.response.msToFirstChunk', 'ai.response.msToFirstChunkMs'],
    inputText: ['ai.prompt.messages', 'ai.prompt', 'ai.values', 'ai.value'],
    outputText: ['ai.response.text', 'ai.response.object', 'ai.response.toolCalls'],
  },
  operation,
  reported: fromProviderMetadata,
  convention,
  streams: ({ attributes }) => String(attributes['ai.operationId']).startsWith('ai.stream'),
  brokeOff: ({ attributes }, finishReason) =>
    (finishReason === '' && String(attributes['ai.operationId']).startsWith('ai.stream')) || losesThoughts(attributes),
  // A stream that is aborted ends its outer span only; the call beneath it never gets one.
  standsForCalls: ({ attributes }) => !String(attributes['ai.operationId']).includes('embed'),
}

/** Version 4 takes Gemini's candidates for the whole output and keeps nothing that would tell of thoughts. */
function losesThoughts(attributes: Attributes): boolean {
  return (
    attributes['ai.usage.completionTokens'] !== undefined &&
    String(attributes['ai.model.provider']).startsWith('google') &&
    !String(attributes['ai.response.providerMetadata']).includes('usageMetadata')
  )
}

/** The first versions of 6 add cached tokens like later ones, but only the wire's own input beside shows it. */
function convention({ attributes }: Span, { provider, model }: Identity): CacheConvention {
  if (attributes['ai.usage.inputTokenDetails.noCacheTokens'] !== undefined) return 'inclusive'
  if (provider !== 'anthropic' && !model.startsWith('claude')) return 'inclusive'
  const wire = toCount(parse(String(attributes['ai.response.providerMetadata'])).anthropic?.usage?.input_tokens)
  return wire === undefined || wire === readCount(attributes, aiSdk.fields.input) ? 'exclusive' : 'inclusive'
}

const CALL = /\.do(?:Generate|Stream|Embed|Rerank)$/

function operation({ attributes }: Span): OperationRule | undefined {
  const id = String(attributes['ai.operationId'])
  const name = id.includes('mbed') ? 'embeddings' : id.includes('rerank') ? 'rerank' : 'chat'
  if (CALL.test(id)) return { operation: name, role: 'call' }
  if (/^ai\.(?:generate|stream|embed|rerank)/.test(id)) return { operation: name, role: 'aggregate' }
  return { operation: name, role: 'other' }
}

/** Version 5 leaves cached tokens and Gemini's thoughts to the provider's metadata: JSON with the wire's own figures. */
function fromProviderMetadata({ attributes }: Span): Partial<ReportedUsage> | undefined {
  const text = attributes['ai.response.providerMetadata']
  if (attributes['ai.usage.inputTokenDetails.noCacheTokens'] !== undefined || typeof text !== 'string') return undefined
  if (!text.includes('cache') && !text.includes('thoughts')) return undefined
  const { anthropic, bedrock, google } = parse(text)
  const wire = { ...(anthropic ?? bedrock), ...(anthropic ?? bedrock)?.usage, ...google?.usageMetadata }
  const thoughts = toCount(wire.thoughtsTokenCount)
  const candidates = toCount(wire.candidatesTokenCount)
  return {
    output: candidates === undefined ? undefined : candidates + (thoughts ?? 0),
    reasoning: thoughts,
    cacheRead: toCount(wire.cache_read_input_tokens ?? wire.cacheReadInputTokens ?? wire.cachedContentTokenCount),
    cacheWrite: toCount(wire.cache_creation_input_tokens ?? wire.cacheCreationInputTokens),
  }
}

// biome-ignore lint/suspicious/noExplicitAny: a vendor's metadata, every read of it is checked
function parse(text: string): Record<string, any> {
  try {
    return JSON.parse(text) ?? {}
  } catch {
    return {}
  }
}

/** Version 7: OTel names in full; input includes cached tokens. */
export const aiSdk7: Dialect = {
  name: 'ai-sdk-7',
  level: 'framework',
  owns: (span) => span.scopeName === 'gen_ai' || span.scopeName === '@ai-sdk/otel',
  fields: OTEL_FIELDS,
  convention: () => 'inclusive',
  brokeOff: endedWithoutTrace,
}
