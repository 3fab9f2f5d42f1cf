// The content of a call, as far as its organisation's mode allows. In: the prompt as the SDK takes it, the answer's text.
// Out: attributes; nothing at all when content is off. Redaction happens with all other fields, when the span ends.
import type { Attributes } from '@opentelemetry/api'
import type { ContentMode } from '../content/policy.ts'
import { ATTR } from '../semconv.ts'
import { asArray, asObject, asText } from './readers/json.ts'

const MAX_CHARACTERS = 65_536

export interface Message {
  role: string
  parts: { type: 'text'; content: string }[]
}

/** Message counts and roles for `metadata` and above, texts for `redacted` and `full`. */
export function captureInput(input: unknown, mode: ContentMode): Attributes {
  if (mode === 'off' || input === undefined) return {}
  const messages = toMessages(input)
  const shape = {
    [ATTR.inputMessageCount]: messages.length,
    [ATTR.inputRoles]: messages.map(({ role }) => role),
  }
  return mode === 'metadata' ? shape : { ...shape, [ATTR.inputMessages]: cut(JSON.stringify(messages)) }
}

export function captureOutput(text: string | undefined, finish: string | undefined, mode: ContentMode): Attributes {
  if (mode === 'off' || mode === 'metadata' || text === undefined) return {}
  const message = { role: 'assistant', parts: [{ type: 'text', content: text }], finish_reason: finish ?? 'unknown' }
  return { [ATTR.outputMessages]: cut(JSON.stringify([message])) }
}

const cut = (text: string) => (text.length <= MAX_CHARACTERS ? text : `${text.slice(0, MAX_CHARACTERS)}…`)

/** Messages of any client in the conventions' shape: a plain string is a user's message, system prompts come first. */
function toMessages(input: unknown, role = 'user'): Message[] {
  if (typeof input === 'string') return input === '' ? [] : [{ role, parts: [{ type: 'text', content: input }] }]
  if (Array.isArray(input)) return input.flatMap((item) => toMessages(item, role))
  const message = asObject(input)
  if (!message) return []
  const parts = textsOf(message).map((content) => ({ type: 'text' as const, content }))
  return [{ role: asText(message.role) ?? role, parts }]
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.flatMap(textsOf)
  const part = asObject(value)
  if (!part) return []
  return [part.text, part.content, ...asArray(part.parts)].flatMap(textsOf)
}
