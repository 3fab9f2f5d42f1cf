// OpenAI's Responses API, whole and as stream events. Counts include their cached and reasoning parts.
import type { CallFacts } from '../facts.ts'
import type { Usage } from '../types.ts'
import { readBesides, readTier } from './besides.ts'
import { asArray, asCount, asObject, asText, type Json, joinTexts } from './json.ts'

export function readOpenAiResponses(value: object): CallFacts | undefined {
  const event = value as Json
  if (event.object === 'response') return readWhole(event)
  const type = asText(event.type)
  if (!type?.startsWith('response.')) return undefined
  const response = asObject(event.response)
  // The closing event repeats the whole output; its text was counted delta by delta.
  if (response) return { ...readWhole(response), outputCharacters: undefined, outputText: undefined }
  const delta = type.endsWith('.delta') ? asText(event.delta) : undefined
  return { outputCharacters: delta?.length, outputText: delta }
}

function readWhole(response: Json): CallFacts {
  const outputText = joinTexts(asArray(response.output).flatMap(readItem))
  return {
    responseId: asText(response.id),
    responseModel: asText(response.model),
    finishReasons: readFinish(response),
    serviceTier: readTier(response.service_tier),
    usage: asObject(response.usage) && readUsage(response.usage, response.output),
    outputCharacters: outputText?.length,
    outputText,
  }
}

function readItem(value: unknown): (string | undefined)[] {
  const item = asObject(value)
  const parts = [...asArray(item?.content), ...asArray(item?.summary)].map(asObject)
  return [
    ...parts.flatMap((part) => [asText(part?.text), asText(part?.refusal)]),
    item?.type === 'function_call' ? asText(item.arguments) : undefined,
  ]
}

// The Responses API has no finish reason: the reason for being incomplete, else the final status, is the nearest.
function readFinish(response: Json): string[] {
  const reason = asText(asObject(response.incomplete_details)?.reason)
  if (reason) return [reason]
  const status = asText(response.status)
  return status && status !== 'in_progress' && status !== 'queued' ? [status === 'completed' ? 'stop' : status] : []
}

function readUsage(value: unknown, output: unknown): Usage {
  const usage = asObject(value)
  const searches = asArray(output).filter((item) => asObject(item)?.type === 'web_search_call').length
  return {
    ...(usage && readBesides(usage)),
    webSearches: searches || undefined,
    inputTokens: asCount(usage?.input_tokens),
    outputTokens: asCount(usage?.output_tokens),
    cacheReadTokens: asCount(asObject(usage?.input_tokens_details)?.cached_tokens),
    cacheWriteTokens: asCount(asObject(usage?.input_tokens_details)?.cache_write_tokens),
    reasoningTokens: asCount(asObject(usage?.output_tokens_details)?.reasoning_tokens),
  }
}
