// Estimates tokens where the provider gave none: characters ÷ 4, rounded up. In: facts and counted characters. Out:
// usage and whether any of it is estimated.
import type { CallFacts } from './facts.ts'
import type { Usage } from './types.ts'

const CHARACTERS_PER_TOKEN = 4
const MAX_DEPTH = 12

/**
 * Usage to book. A stream cut short has no closing usage: its output is estimated from what was seen, or from the
 * provider's running count when that is higher. A call that failed before any output cost nothing that we know of.
 */
export function estimateTokens(
  facts: CallFacts,
  inputCharacters: number | undefined,
  { partial, failed }: { partial: boolean; failed: boolean },
): { usage: Usage; estimated: boolean } {
  // Estimates go into the facts themselves: the call is over.
  const usage: Usage = facts.usage ?? {}
  const seenOutput = facts.outputCharacters !== undefined
  if (failed && !seenOutput && facts.usage === undefined) return { usage, estimated: false }
  let estimated = false
  if (usage.inputTokens === undefined && inputCharacters !== undefined) {
    usage.inputTokens = toTokens(inputCharacters)
    estimated = true
  }
  if (seenOutput && (usage.outputTokens === undefined || partial)) {
    const counted = toTokens(facts.outputCharacters ?? 0)
    if (usage.outputTokens === undefined || counted > usage.outputTokens) {
      usage.outputTokens = counted
      estimated = true
    }
  }
  return { usage, estimated }
}

const toTokens = (characters: number) => Math.ceil(characters / CHARACTERS_PER_TOKEN)

/** Characters of all texts in a prompt: a string, messages, content parts; keys and binary data do not count. */
export function textLength(value: unknown, depth = 0): number | undefined {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH || ArrayBuffer.isView(value)) return undefined
  let total: number | undefined
  for (const [key, item] of Object.entries(value)) {
    if (SILENT_KEYS.has(key)) continue
    const length = textLength(item, depth + 1)
    if (length !== undefined) total = (total ?? 0) + length
  }
  return total
}

// Fields of messages that are no prompt text; `data` and `url` hold images.
const SILENT_KEYS = new Set([
  'role',
  'type',
  'id',
  'model',
  'data',
  'url',
  'image_url',
  'media_type',
  'mime_type',
  'mimeType',
  'tool_call_id',
])
