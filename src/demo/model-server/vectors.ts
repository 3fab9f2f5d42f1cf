// Embeddings and relevance without a model: signed feature hashing of words and their stems. In: text. Out: unit
// vectors whose cosine grows with the words two texts share; the same text gives the same vector everywhere.

export const DIMENSIONS = 256

const WORD = /[\p{L}\p{N}]+/gu

/** FNV-1a, 32 bit. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) {
    value ^= text.charCodeAt(i)
    value = Math.imul(value, 0x01000193)
  }
  return value >>> 0
}

/** Words and, for those of five letters and more, their first four letters, so that inflected forms come near. */
function featuresOf(text: string): string[] {
  const words = text.toLowerCase().match(WORD) ?? []
  return words.flatMap((word) => (word.length > 4 ? [word, `${word.slice(0, 4)}*`] : [word]))
}

/** @returns a vector of length 1, or all zeros for text without a word. */
export function embed(text: string): number[] {
  const vector = new Array<number>(DIMENSIONS).fill(0)
  for (const feature of featuresOf(text)) {
    const bits = hash(feature)
    const index = bits % DIMENSIONS
    vector[index] = (vector[index] ?? 0) + (bits & 0x80000000 ? -1 : 1)
  }
  const norm = Math.hypot(...vector)
  return norm === 0 ? vector : vector.map((value) => value / norm)
}

export const cosine = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0)
