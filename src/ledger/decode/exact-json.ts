// JSON with 64-bit integers kept exact. In: text. Out: plain values, where integers beyond 2^53 are bigint.

export type Json = string | number | bigint | boolean | null | Json[] | { [key: string]: Json }

/** A JSON number that a double may not hold: sixteen or more digits outside of a string. */
const LONG_NUMBER = /[:[,]\s*-?\d{16}/

/** @throws SyntaxError */
export const parseExactJson = (text: string): Json =>
  LONG_NUMBER.test(text) ? JSON.parse(text, exactInteger) : JSON.parse(text)

function exactInteger(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || !Number.isInteger(value)) return value
  const source = context?.source ?? ''
  return /^-?\d+$/.test(source) ? BigInt(source) : value
}
