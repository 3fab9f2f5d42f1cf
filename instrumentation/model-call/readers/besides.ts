// Usage that is not text at the usual price: sound, searches, a cache kept for an hour, another service tier. In: a
// provider's usage object, in whichever provider's words. Out: counts above 0, for the ledger to flag what it cannot price.
import type { Usage } from '../types.ts'
import { asArray, asCount, asObject, asText, type Json } from './json.ts'

export function readBesides(usage: Json): Usage {
  const input = asObject(usage.prompt_tokens_details) ?? asObject(usage.input_tokens_details)
  const output = asObject(usage.completion_tokens_details) ?? asObject(usage.output_tokens_details)
  return {
    audioInputTokens: some(asCount(input?.audio_tokens) ?? soundOf(usage.promptTokensDetails)),
    audioOutputTokens: some(asCount(output?.audio_tokens) ?? soundOf(usage.candidatesTokensDetails)),
    cacheWriteHourTokens: some(asCount(asObject(usage.cache_creation)?.ephemeral_1h_input_tokens)),
    webSearches: some(asCount(asObject(usage.server_tool_use)?.web_search_requests)),
  }
}

/** The tier that answered, unless it is the usual one. */
export function readTier(value: unknown): string | undefined {
  const tier = asText(value)
  return tier === 'default' || tier === 'standard' || tier === 'auto' ? undefined : tier
}

// Google counts each kind of content in an entry of its own.
function soundOf(details: unknown): number | undefined {
  const entry = asArray(details)
    .map(asObject)
    .find((item) => item?.modality === 'AUDIO')
  return asCount(entry?.tokenCount)
}

const some = (count: number | undefined): number | undefined => count || undefined
