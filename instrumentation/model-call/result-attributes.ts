// What a provider told of a call, as attributes. In: facts, and usage with its estimates. Out: the attributes that are known.
import type { Attributes } from '@opentelemetry/api'
import { ATTR } from '../semconv.ts'
import type { CallFacts } from './facts.ts'
import type { Usage } from './types.ts'

export function toResultAttributes(facts: CallFacts, usage: Usage): Attributes {
  const found: Attributes = {}
  put(found, ATTR.responseId, facts.responseId)
  put(found, ATTR.responseModel, facts.responseModel)
  put(found, ATTR.finishReasons, facts.finishReasons)
  put(found, ATTR.inputTokens, usage.inputTokens)
  put(found, ATTR.outputTokens, usage.outputTokens)
  put(found, ATTR.cacheReadTokens, usage.cacheReadTokens)
  put(found, ATTR.cacheCreationTokens, usage.cacheWriteTokens)
  put(found, ATTR.reasoningTokens, usage.reasoningTokens)
  put(found, ATTR.audioInputTokens, usage.audioInputTokens)
  put(found, ATTR.audioOutputTokens, usage.audioOutputTokens)
  put(found, ATTR.cacheWriteHourTokens, usage.cacheWriteHourTokens)
  put(found, ATTR.webSearches, usage.webSearches)
  put(found, ATTR.serviceTier, facts.serviceTier)
  put(found, ATTR.outputCharacters, facts.outputCharacters)
  return found
}

function put(target: Attributes, key: string, value: Attributes[string]): void {
  if (value !== undefined) target[key] = value
}
