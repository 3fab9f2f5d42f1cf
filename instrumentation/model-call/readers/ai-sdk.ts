// The Vercel AI SDK: results of `generateText` and of a language model's doGenerate, and the parts of its streams.
import type { CallFacts } from '../facts.ts'
import type { Usage } from '../types.ts'
import { readBesides, readTier } from './besides.ts'
import { asArray, asCount, asObject, asText, type Json, joinTexts } from './json.ts'

export function readAiSdk(value: object): CallFacts | undefined {
  const item = value as Json
  return readPart(item) ?? (asObject(item.usage) ? readResult(item) : undefined)
}

function readPart(part: Json): CallFacts | undefined {
  switch (part.type) {
    case 'text-delta':
    case 'reasoning-delta':
    case 'tool-input-delta': {
      const delta = asText(part.delta) ?? asText(part.text) ?? asText(part.textDelta)
      return { outputCharacters: delta?.length, outputText: delta }
    }
    case 'response-metadata':
      return { responseId: asText(part.id), responseModel: asText(part.modelId) }
    case 'finish':
      return {
        finishReasons: readFinish(part.finishReason),
        serviceTier: readServiceTier(part),
        usage: asObject(part.usage) && readUsage(part.usage),
      }
    default:
      return undefined
  }
}

function readResult(result: Json): CallFacts {
  const response = asObject(result.response)
  const outputText =
    asText(result.text) ?? joinTexts(asArray(result.content).map((part) => asText(asObject(part)?.text)))
  return {
    responseId: asText(response?.id),
    responseModel: asText(response?.modelId),
    finishReasons: readFinish(result.finishReason),
    serviceTier: readServiceTier(result),
    usage: readUsage(result.usage),
    outputCharacters: outputText?.length,
    outputText,
  }
}

function readFinish(value: unknown): string[] {
  const reason = asText(value) ?? asText(asObject(value)?.unified)
  return reason ? [reason] : []
}

// Where the provider told it: in its usage (Anthropic) or beside (OpenAI).
function readServiceTier(item: Json): string | undefined {
  const told = Object.values(asObject(item.providerMetadata) ?? {}).map((value) => asText(asObject(value)?.serviceTier))
  return readTier(asObject(asObject(item.usage)?.raw)?.service_tier ?? told.find((tier) => tier !== undefined))
}

// Flat counts at the surface and in older model interfaces, nested ones in newer; embeddings say `tokens`.
function readUsage(value: unknown): Usage {
  const usage = asObject(value)
  const input = asObject(usage?.inputTokenDetails) ?? asObject(usage?.inputTokens)
  const output = asObject(usage?.outputTokenDetails) ?? asObject(usage?.outputTokens)
  // What the provider itself sent.
  const raw = asObject(usage?.raw)
  return {
    ...(raw && readBesides(raw)),
    inputTokens:
      asCount(usage?.inputTokens) ?? asCount(input?.total) ?? asCount(usage?.promptTokens) ?? asCount(usage?.tokens),
    outputTokens: asCount(usage?.outputTokens) ?? asCount(output?.total) ?? asCount(usage?.completionTokens),
    cacheReadTokens: asCount(input?.cacheReadTokens) ?? asCount(input?.cacheRead) ?? asCount(usage?.cachedInputTokens),
    cacheWriteTokens: asCount(input?.cacheWriteTokens) ?? asCount(input?.cacheWrite),
    reasoningTokens: asCount(output?.reasoningTokens) ?? asCount(output?.reasoning) ?? asCount(usage?.reasoningTokens),
  }
}
