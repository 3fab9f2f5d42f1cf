// Results of the Vercel AI SDK (`generateText`, `generateObject`, `embed`) and of its language models' doGenerate.
import type { CallFacts } from '../facts.ts'
import type { Usage } from '../types.ts'
import { asCount, asObject, asText, type Json } from './json.ts'

export function readAiSdk(value: object): CallFacts | undefined {
  const result = value as Json
  const usage = asObject(result.usage)
  if (!usage) return undefined
  const response = asObject(result.response)
  const finish = asText(result.finishReason) ?? asText(asObject(result.finishReason)?.unified)
  const outputText = asText(result.text)
  return {
    responseId: asText(response?.id),
    responseModel: asText(response?.modelId),
    finishReasons: finish ? [finish] : [],
    usage: readUsage(usage),
    outputCharacters: outputText?.length,
    outputText,
  }
}

function readUsage(usage: Json): Usage {
  const input = asObject(usage.inputTokenDetails) ?? asObject(usage.inputTokens)
  const output = asObject(usage.outputTokenDetails) ?? asObject(usage.outputTokens)
  return {
    inputTokens:
      asCount(usage.inputTokens) ?? asCount(input?.total) ?? asCount(usage.promptTokens) ?? asCount(usage.tokens),
    outputTokens: asCount(usage.outputTokens) ?? asCount(output?.total) ?? asCount(usage.completionTokens),
    cacheReadTokens: asCount(input?.cacheReadTokens) ?? asCount(input?.cacheRead) ?? asCount(usage.cachedInputTokens),
    cacheWriteTokens: asCount(input?.cacheWriteTokens) ?? asCount(input?.cacheWrite),
    reasoningTokens: asCount(output?.reasoningTokens) ?? asCount(output?.reasoning) ?? asCount(usage.reasoningTokens),
  }
}
