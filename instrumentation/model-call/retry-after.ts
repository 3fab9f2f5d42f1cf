// How long a provider asks to wait before the next attempt. In: the error of one of its clients. Out: milliseconds.

/** Milliseconds from `nowMs` on, 0 for a moment that has passed; undefined when the error does not say. */
export function retryAfterMs(error: unknown, nowMs: number): number | undefined {
  try {
    const { headers, responseHeaders, response } = Object(error)
    const ask = [headers, responseHeaders, Object(response).headers].map(readerOf).find((read) => read !== undefined)
    return ask && (parseNumber(ask('retry-after-ms')) ?? parseRetryAfter(ask('retry-after'), nowMs))
  } catch {
    return undefined
  }
}

type ReadHeader = (name: string) => string | undefined

// Headers of fetch, also another package's, or the plain object of older clients, Axios and the AI SDK.
function readerOf(headers: unknown): ReadHeader | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined
  const get: unknown = Reflect.get(headers, 'get')
  if (typeof get === 'function') return (name) => asText(get.call(headers, name))
  return (name) => asText(Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1])
}

const asText = (value: unknown): string | undefined =>
  value === null || value === undefined ? undefined : String(value)

// RFC 9110, section 10.2.3: seconds or a date.
function parseRetryAfter(text: string | undefined, nowMs: number): number | undefined {
  const seconds = parseNumber(text)
  if (seconds !== undefined) return seconds * 1000
  const at = /\d:\d\d/.test(text ?? '') ? Date.parse(text ?? '') : Number.NaN
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs)
}

const parseNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d+(?:\.\d+)?$/.test(text.trim()) ? Number(text) : undefined
