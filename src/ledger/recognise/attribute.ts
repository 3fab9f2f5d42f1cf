// Reading one attribute under any of its names. In: attributes and a list of names, best first. Out: text, count,
// number or boolean; undefined when no name holds a usable value. Every probe is a plain property read.
import type { Attributes, AttributeValue } from '../span.ts'

export type Keys = readonly string[]

export function readText(attributes: Attributes, keys: Keys): string {
  for (const key of keys) {
    const value = attributes[key]
    if (typeof value === 'string' && value !== '') return value
    if (Array.isArray(value) && typeof value[0] === 'string' && value[0] !== '') return value[0]
  }
  return ''
}

/** No call reads that many tokens: a larger figure is none. Sums of a call's parts stay within 32 bits this way. */
const MOST_TOKENS = 500_000_000

/** A token count: a non-negative whole number, also when written as text or int64. */
export function toCount(value: AttributeValue | undefined): number | undefined {
  const count = toNumber(value)
  return count !== undefined && count >= 0 && count <= MOST_TOKENS ? Math.round(count) : undefined
}

function toNumber(value: AttributeValue | undefined): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  return typeof value === 'string' && /^\d{1,15}(?:\.0+)?$/.test(value) ? Number(value) : undefined
}

export function readCount(attributes: Attributes, keys: Keys): number | undefined {
  for (const key of keys) {
    const value = attributes[key]
    if (value === undefined) continue
    const count = toCount(value)
    if (count !== undefined) return count
  }
  return undefined
}

export function readNumber(attributes: Attributes, keys: Keys): number | undefined {
  for (const key of keys) {
    const value = attributes[key]
    if (typeof value === 'number' && Number.isFinite(value)) return value
    if (typeof value === 'string' && value !== '' && Number.isFinite(Number(value))) return Number(value)
  }
  return undefined
}

export function readFlag(attributes: Attributes, keys: Keys): boolean {
  for (const key of keys) {
    const value = attributes[key]
    if (value === true || value === 'true' || value === 'True') return true
  }
  return false
}
