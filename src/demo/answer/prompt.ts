// The prompt of an answer. In: question, passages, facts, corrections, earlier turns. Out: chat messages within a bound
// on characters, the newest turns first to be kept.
import type { GraphFact } from '../graph/deal-graph.ts'
import type { ChatMessage } from '../model/model-client.ts'
import type { Correction, Turn } from '../workspace/workspaces.ts'
import type { FoundPassage } from './retrieve.ts'

/** Characters of earlier turns that go into a prompt. */
const MAX_HISTORY_CHARACTERS = 6_000
const MAX_CORRECTIONS = 20

const INSTRUCTIONS = `You answer questions about one deal. Use only the sources, facts and corrections below and cite
sources by their number. A correction by the user outweighs a source. When they do not hold the answer, say so.`

const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim()

export interface PromptParts {
  question: string
  passages: readonly FoundPassage[]
  facts: readonly GraphFact[]
  corrections: readonly Correction[]
  turns: readonly Turn[]
}

export function buildPrompt(parts: PromptParts): ChatMessage[] {
  const sources = parts.passages.map(({ passage }, index) => `[${index + 1}] ${oneLine(passage.text)}`)
  const facts = parts.facts.map(({ from, relation, to }) => `Fact: ${from.name} ${relation} ${to.name}.`)
  const corrections = parts.corrections.slice(-MAX_CORRECTIONS).map(({ text }) => `Correction: ${oneLine(text)}`)
  const system = [oneLine(INSTRUCTIONS), ...sources, ...facts, ...corrections].join('\n')
  return [
    { role: 'system', content: system },
    ...recentTurns(parts.turns),
    { role: 'user', content: `Question: ${parts.question}` },
  ]
}

function recentTurns(turns: readonly Turn[]): ChatMessage[] {
  const kept: ChatMessage[] = []
  let characters = 0
  for (const { question, answer } of turns.toReversed()) {
    characters += question.length + answer.length
    if (characters > MAX_HISTORY_CHARACTERS) break
    kept.unshift({ role: 'user', content: question }, { role: 'assistant', content: answer })
  }
  return kept
}
