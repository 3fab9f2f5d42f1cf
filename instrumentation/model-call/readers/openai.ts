// OpenAI's chat completions, legacy completions and embeddings, whole and as stream chunks; also the many servers that
// speak this format. prompt_tokens already include cached tokens and completion_tokens include reasoning tokens.
import type { CallFacts } from '../facts.ts'
import type { Usage } from '../types.ts'
import { readBesides, readTier } from './besides.ts'
import { asArray, asCount, asObject, asText, type Json } from './json.ts'

export function readOpenAi(value: object): CallFacts | undefined {
  const response = value as Json
  if (Array.isArray(response.choices)) return readCompletion(response, response.choices)
  if (response.object === 'list' && Array.isArray(response.data) && asObject(response.usage)) {
    return { responseModel: asText(response.model), usage: { ...readUsage(response.usage), outputTokens: 0 } }
  }
  return undefined
}

function readCompletion(response: Json, choices: unknown[]): CallFacts {
  let outputText = ''
  const finishReasons: string[] = []
  for (const item of choices) {
    const choice = asObject(item)
    const finish = asText(choice?.finish_reason)
    if (finish) finishReasons.push(finish)
    outputText += (asText(choice?.text) ?? '') + readMessage(asObject(choice?.delta) ?? asObject(choice?.message))
  }
  return {
    responseId: asText(response.id),
    responseModel: asText(response.model),
    finishReasons,
    serviceTier: readTier(response.service_tier),
    usage: asObject(response.usage) && readUsage(response.usage),
    outputCharacters: outputText.length || undefined,
    outputText: outputText || undefined,
  }
}

// Runs for every chunk of every stream: no arrays on the usual path.
function readMessage(message: Json | undefined): string {
  if (!message) return ''
  let text = asText(message.reasoning_content) ?? asText(message.reasoning) ?? ''
  text += (asText(message.content) ?? '') + (asText(message.refusal) ?? '')
  for (const item of asArray(message.tool_calls)) {
    const called = asObject(asObject(item)?.function)
    text += (asText(called?.name) ?? '') + (asText(called?.arguments) ?? '')
  }
  return text
}

function readUsage(value: unknown): Usage {
  const usage = asObject(value)
  const prompt = asObject(usage?.prompt_tokens_details)
  const completion = asObject(usage?.completion_tokens_details)
  return {
    ...(usage && readBesides(usage)),
    inputTokens: asCount(usage?.prompt_tokens),
    outputTokens: asCount(usage?.completion_tokens),
    // DeepSeek names the cached part beside the details.
    cacheReadTokens: asCount(prompt?.cached_tokens) ?? asCount(usage?.prompt_cache_hit_tokens),
    // OpenAI's name, and that of servers which speak its format.
    cacheWriteTokens: asCount(prompt?.cache_write_tokens) ?? asCount(prompt?.cache_creation_tokens),
    reasoningTokens: asCount(completion?.reasoning_tokens),
  }
}
