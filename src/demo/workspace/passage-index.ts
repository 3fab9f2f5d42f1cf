// Finding passages by words: BM25 over one deal's passages. In: passages and a question. Out: the best passages with
// their score. Parameters k1 = 1.2, b = 0.75, idf as in Robertson and Zaragoza (2009) with the + 1 that keeps it positive.

const K1 = 1.2
const B = 0.75
const WORD = /[\p{L}\p{N}]+/gu

/** Words too common in questions to tell passages apart. */
const STOP_WORDS = new Set(
  'a an and are as at be by did do does for from had has have how in is it its of on or that the their there this to was were what when where which who why will with you we our i'.split(
    ' ',
  ),
)

/** Lower-case words without common ones; a plural s is dropped, so that `contracts` finds `contract`. */
export const termsOf = (text: string): string[] =>
  (text.toLowerCase().match(WORD) ?? [])
    .filter((word) => !STOP_WORDS.has(word))
    .map((word) => (word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word))

export interface Hit {
  /** Position of the passage in the order in which passages were added. */
  index: number
  score: number
}

export interface PassageIndex {
  add(text: string): number
  search(query: string, limit: number, accept?: (index: number) => boolean): Hit[]
  size(): number
}

export function createPassageIndex(): PassageIndex {
  const postings = new Map<string, Map<number, number>>()
  const lengths: number[] = []
  let totalLength = 0
  return {
    add(text) {
      const index = lengths.length
      const terms = termsOf(text)
      for (const term of terms) {
        const posting = postings.get(term) ?? new Map<number, number>()
        posting.set(index, (posting.get(index) ?? 0) + 1)
        postings.set(term, posting)
      }
      lengths.push(terms.length)
      totalLength += terms.length
      return index
    },
    search(query, limit, accept = () => true) {
      const scores = new Map<number, number>()
      const meanLength = totalLength / Math.max(lengths.length, 1) || 1
      for (const term of new Set(termsOf(query))) {
        const posting = postings.get(term)
        if (!posting) continue
        const idf = Math.log(1 + (lengths.length - posting.size + 0.5) / (posting.size + 0.5))
        for (const [index, frequency] of posting) {
          if (!accept(index)) continue
          const norm = K1 * (1 - B + (B * (lengths[index] ?? 0)) / meanLength)
          scores.set(index, (scores.get(index) ?? 0) + (idf * frequency * (K1 + 1)) / (frequency + norm))
        }
      }
      const hits = [...scores].map(([index, score]) => ({ index, score }))
      return hits.sort((a, b) => b.score - a.score || a.index - b.index).slice(0, limit)
    },
    size: () => lengths.length,
  }
}
