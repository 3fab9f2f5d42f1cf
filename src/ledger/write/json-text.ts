// JSON text of attribute values, as Postgres takes it. Integers beyond 2^53 stay exact, which JSON.stringify cannot.
import type { Attributes, AttributeValue } from '../span.ts'

/** Characters JSON has to escape. What Postgres cannot hold was replaced while decoding. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters meant
const NEEDS_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/

/** Keys repeat: their quoted form is kept, up to a number. */
const quotedKeys = new Map<string, string>()
const MAX_QUOTED_KEYS = 4096

function quoteKey(key: string): string {
  const known = quotedKeys.get(key)
  if (known !== undefined) return known
  const quoted = `${quote(key)}:`
  if (quotedKeys.size < MAX_QUOTED_KEYS && key.length <= 64) quotedKeys.set(key, quoted)
  return quoted
}

const quote = (text: string): string => (NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`)

export function valueJson(value: AttributeValue): string {
  switch (typeof value) {
    case 'string':
      return quote(value)
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(value)
    default:
      if (value === null) return 'null'
      return Array.isArray(value) ? `[${value.map(valueJson).join(',')}]` : objectJson(value)
  }
}

/** @param without keys left out. Undefined when nothing is left. */
export function attributesJson(attributes: Attributes, without?: ReadonlySet<string>): string | undefined {
  const json = objectJson(attributes, without)
  return json === '{}' ? undefined : json
}

export function objectJson(object: Attributes, without?: ReadonlySet<string>): string {
  let json = ''
  for (const key in object) {
    const value = object[key]
    if (value === undefined || without?.has(key)) continue
    json += (json === '' ? '' : ',') + quoteKey(key) + valueJson(value)
  }
  return `{${json}}`
}
