// What the stand-in server answers. It is no language model: it looks for the sentence of the given sources that shares
// most words with the question and quotes it. In: chat messages. Out: text; the same messages give the same text.

export interface ChatMessage {
  role: string
  content: string
}

const SOURCE = /^\[(\d+)\]\s*(.+)$/
const WORD = /[\p{L}\p{N}]{3,}/gu

const wordsOf = (text: string): Set<string> => new Set(text.toLowerCase().match(WORD) ?? [])

const overlap = (words: Set<string>, text: string): number => {
  let shared = 0
  for (const word of wordsOf(text)) if (words.has(word)) shared += 1
  return shared
}

/**
 * Answers the last user message from lines of the form `[1] text` found in any message.
 * Lines of the form `Correction: text` win over sources when they fit as well.
 */
export function replyTo(messages: readonly ChatMessage[]): string {
  const question = messages.findLast((message) => message.role === 'user')?.content ?? ''
  const asked = wordsOf(question.slice(question.lastIndexOf('Question:') + 1))
  let best = { text: '', label: '', score: 0 }
  for (const line of messages.flatMap((message) => message.content.split('\n'))) {
    const source = SOURCE.exec(line)
    const correction = line.startsWith('Correction: ') ? line.slice('Correction: '.length) : undefined
    const text = source?.[2] ?? correction
    if (text === undefined) continue
    for (const sentence of text.split(/(?<=[.!?])\s+/)) {
      // A correction is the later word of a person, so it wins a tie and near-ties.
      const score = overlap(asked, sentence) + (correction === undefined ? 0 : 1.5)
      const enough = correction === undefined || overlap(asked, sentence) > 1
      if (enough && score > best.score) best = { text: sentence, label: source ? `[${source[1]}]` : '', score }
    }
  }
  if (best.score === 0) return 'The documents at hand do not answer this question.'
  return best.label
    ? `According to ${best.label}: ${best.text} ${best.label}`
    : `As you corrected earlier: ${best.text}`
}

/** Chunks of a streamed answer: each word with the space before it. */
export const toChunks = (text: string): string[] => text.match(/\s*\S+/g) ?? []
