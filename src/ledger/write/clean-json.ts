// Values that jsonb takes. In: anything JSON.parse or decoding gives. Out: the same without NUL, half surrogates,
// integers JSON cannot write, or nesting deeper than Postgres' parser likes.

const MAX_DEPTH = 32

export function cleanJson(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value === 'boolean') return value
  if (typeof value !== 'object' || value === null || depth >= MAX_DEPTH) return null
  if (Array.isArray(value)) return value.map((item) => cleanJson(item, depth + 1))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [cleanText(key), cleanJson(item, depth + 1)]))
}

const cleanText = (text: string): string => text.replaceAll('\0', '\ufffd').toWellFormed()
