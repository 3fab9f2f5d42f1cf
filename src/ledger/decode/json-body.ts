// A JSON body as plain values, keeping 64-bit integers exact. In: bytes. Out: whatever the JSON says.
import { MalformedBody, TooLarge } from './decoded.ts'

/** A JSON number that a double may not hold: sixteen or more digits outside of a string. */
const LONG_NUMBER = /[:[,]\s*-?\d{16}/
/** Parsed JSON takes tens of bytes a token; beyond this a 20 MiB body would take gigabytes. */
const MAX_TOKENS = 3_000_000
const COMMA = 0x2c
const BRACE = 0x7b
const BRACKET = 0x5b

/** Parsed JSON, where integers beyond 2^53 are bigint. */
export type Json = string | number | bigint | boolean | null | Json[] | { [key: string]: Json }

/** @throws MalformedBody, TooLarge */
export function parseJsonBody(bytes: Buffer): Json {
  let tokens = 0
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]
    if (byte === COMMA || byte === BRACE || byte === BRACKET) tokens += 1
  }
  if (tokens > MAX_TOKENS) throw new TooLarge(`more than ${MAX_TOKENS} JSON values`)
  const text = bytes.toString('utf8')
  try {
    return LONG_NUMBER.test(text) ? JSON.parse(text, exactInteger) : JSON.parse(text)
  } catch (error) {
    throw new MalformedBody(`not JSON: ${(error as Error).message}`)
  }
}

function exactInteger(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || !Number.isInteger(value)) return value
  const source = context?.source ?? ''
  return /^-?\d+$/.test(source) ? BigInt(source) : value
}
