// Careful access to values of unknown shape.

export type Json = Record<string, unknown>

export const asObject = (value: unknown): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined

export const asArray = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

export const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

export const asCount = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined

/** Sum of the given counts; undefined when the first is not given, since then there is nothing to add to. */
export const sum = (first: number | undefined, ...rest: (number | undefined)[]): number | undefined =>
  first === undefined ? undefined : rest.reduce<number>((total, value) => total + (value ?? 0), first)

/** Joins the texts that are there; undefined when there is none. */
export function joinTexts(texts: (string | undefined)[]): string | undefined {
  const present = texts.filter((text) => text !== undefined && text !== '')
  return present.length > 0 ? present.join('') : undefined
}
