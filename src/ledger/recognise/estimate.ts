// Usage when a library gave none: characters ÷ 4. In: character counts of our own instrumentation, or captured content.
// Out: an estimate, or nothing when no length is known (the call is then booked unpriced).
import { ATTR } from '../../../instrumentation/semconv.ts'
import type { Attributes, AttributeValue } from '../span.ts'
import { type Keys, toCount } from './attribute.ts'
import type { Usage } from './candidate.ts'
import type { Fields } from './dialect.ts'
import { NO_USAGE } from './usage.ts'

const CHARACTERS_PER_TOKEN = 4
/** Keys of message JSON that hold what the model reads or writes. */
const TEXT_KEYS = new Set([
  'content',
  'text',
  'parts',
  'arguments',
  'input',
  'prompt',
  'messages',
  'system',
  'value',
  'kwargs',
  'choices',
  'message',
  'texts',
  'query',
])

/** Undefined when not one character is known. */
export function estimateUsage(attributes: Attributes, fields: Fields): Usage | undefined {
  const input =
    toCount(attributes[ATTR.inputCharacters]) ?? lengthOf(attributes, fields.inputTextPattern, fields.inputText)
  const output =
    toCount(attributes[ATTR.outputCharacters]) ?? lengthOf(attributes, fields.outputTextPattern, fields.outputText)
  if (input + output === 0) return undefined
  return { ...NO_USAGE, inputTokens: toTokens(input), outputTokens: toTokens(output) }
}

const toTokens = (characters: number): number => Math.ceil(characters / CHARACTERS_PER_TOKEN)

function lengthOf(attributes: Attributes, pattern: RegExp | undefined, keys: Keys): number {
  let total = 0
  if (pattern !== undefined) {
    for (const key in attributes) if (pattern.test(key)) total += textLength(attributes[key] ?? null, 0)
    if (total > 0) return total
  }
  for (const key of keys) {
    const value = attributes[key]
    if (value !== undefined) total += textLength(fromJson(value), 0)
  }
  return total
}

function fromJson(value: AttributeValue): AttributeValue {
  if (typeof value !== 'string' || !/^[[{]/.test(value)) return value
  try {
    return JSON.parse(value) as AttributeValue
  } catch {
    return value
  }
}

function textLength(value: AttributeValue, depth: number): number {
  if (typeof value === 'string') return value.length
  if (value === null || typeof value !== 'object' || depth > 8) return 0
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + textLength(item, depth + 1), 0)
  let sum = 0
  for (const key in value) if (TEXT_KEYS.has(key)) sum += textLength(value[key] ?? null, depth + 1)
  return sum
}
