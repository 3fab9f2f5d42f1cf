// How much of an answer stands in its sources: the share of its longer words that some source, fact or correction has.
// Plain counting, no model; it finds answers that wander off, not answers that are wrong. In: texts. Out: 0 to 1.

const WORD = /[\p{L}\p{N}]{4,}/gu

const wordsOf = (text: string): string[] => text.toLowerCase().match(WORD) ?? []

/** @returns undefined when the answer has no word to judge. */
export function groundedness(answer: string, grounds: readonly string[]): number | undefined {
  const known = new Set(grounds.flatMap(wordsOf))
  const words = wordsOf(answer)
  if (words.length === 0) return undefined
  return words.filter((word) => known.has(word)).length / words.length
}
