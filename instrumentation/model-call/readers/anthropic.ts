// Anthropic's Messages API, whole and as stream events. input_tokens exclude cached tokens there, so both cache counts
// are added for the normal form; output_tokens include thinking. Counts in message_delta are cumulative.
import type { CallFacts } from '../facts.ts'
import type { Usage } from '../types.ts'
import { readBesides, readTier } from './besides.ts'
import { asArray, asCount, asObject, asText, type Json, joinTexts, sum } from './json.ts'

export function readAnthropic(value: object): CallFacts | undefined {
  const event = value as Json
  switch (event.type) {
    case 'message':
      return Array.isArray(event.content) ? readMessage(event) : undefined
    case 'message_start':
      return asObject(event.message) && readMessage(asObject(event.message) ?? {})
    case 'message_delta':
      return {
        finishReasons: readFinish(asObject(event.delta)),
        usage: asObject(event.usage) && readLaterUsage(event.usage),
      }
    case 'content_block_start':
      return readText(blockTexts(event.content_block))
    case 'content_block_delta':
      return readText(blockTexts(event.delta))
    case 'content_block_stop':
    case 'message_stop':
    case 'ping':
      return {}
    default:
      return undefined
  }
}

function readMessage(message: Json): CallFacts {
  return {
    ...readText(asArray(message.content).flatMap(blockTexts)),
    responseId: asText(message.id),
    responseModel: asText(message.model),
    finishReasons: readFinish(message),
    serviceTier: readTier(asObject(message.usage)?.service_tier),
    usage: asObject(message.usage) && readUsage(message.usage),
  }
}

function readText(texts: (string | undefined)[]): CallFacts {
  const outputText = joinTexts(texts)
  return { outputCharacters: outputText?.length, outputText }
}

function blockTexts(value: unknown): (string | undefined)[] {
  const block = asObject(value)
  const input = asObject(block?.input)
  return [
    asText(block?.text),
    asText(block?.thinking),
    asText(block?.partial_json),
    // A tool call: {} opens a streamed one, whose text follows as partial_json.
    input && Object.keys(input).length > 0 ? JSON.stringify(input) : undefined,
  ]
}

function readFinish(message: Json | undefined): string[] {
  const reason = asText(message?.stop_reason)
  return reason ? [reason] : []
}

function readUsage(value: unknown): Usage {
  const usage = asObject(value)
  const cacheReadTokens = asCount(usage?.cache_read_input_tokens)
  const cacheWriteTokens = asCount(usage?.cache_creation_input_tokens)
  return {
    ...(usage && readBesides(usage)),
    inputTokens: sum(asCount(usage?.input_tokens), cacheReadTokens, cacheWriteTokens),
    outputTokens: asCount(usage?.output_tokens),
    cacheReadTokens,
    cacheWriteTokens,
    reasoningTokens: asCount(asObject(usage?.output_tokens_details)?.thinking_tokens),
  }
}

// Input without its cached part (null) would replace the whole that message_start told.
function readLaterUsage(value: unknown): Usage {
  const { inputTokens, ...usage } = readUsage(value)
  return Object(value).cache_read_input_tokens === null ? usage : { ...usage, inputTokens }
}
