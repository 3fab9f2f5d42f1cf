// What one response or chunk tells. In: readers' findings. Out: one running picture of the call.
import type { Usage } from './types.ts'

export interface CallFacts {
  usage?: Usage | undefined
  responseId?: string | undefined
  responseModel?: string | undefined
  finishReasons?: string[] | undefined
  serviceTier?: string | undefined
  /** Characters of output in this response or chunk; undefined when it carries none. */
  outputCharacters?: number | undefined
  /** Output text, for content capture. */
  outputText?: string | undefined
}

const USAGE_KEYS = [
  'inputTokens',
  'outputTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'reasoningTokens',
  'audioInputTokens',
  'audioOutputTokens',
  'cacheWriteHourTokens',
  'webSearches',
] as const satisfies (keyof Usage)[]

/** Takes over the counts that are whole numbers from 0 on; others are as good as not given. */
function mergeUsage(into: Usage, usage: Usage): Usage {
  for (const key of USAGE_KEYS) {
    const value = usage[key]
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) into[key] = value
  }
  return into
}

/** The running picture of a call's output while chunks arrive; counts in streams are cumulative, so later ones win. */
export function addFacts(total: CallFacts, next: CallFacts): void {
  if (next.usage) total.usage = mergeUsage(total.usage ?? {}, next.usage)
  if (next.responseId) total.responseId = next.responseId
  if (next.responseModel) total.responseModel = next.responseModel
  if (next.serviceTier) total.serviceTier = next.serviceTier
  if (next.finishReasons && next.finishReasons.length > 0) total.finishReasons = next.finishReasons
  if (next.outputCharacters) total.outputCharacters = (total.outputCharacters ?? 0) + next.outputCharacters
}
