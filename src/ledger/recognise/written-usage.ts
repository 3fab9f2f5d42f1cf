// Figures out of an answer that a library kept as text: JSON, or Python's ways of writing it. In: the text. Out: the
// counts under any provider's names; a count that is not written is undefined.
import { toCount } from './attribute.ts'
import type { ReportedUsage } from './usage.ts'

const named = (names: string): RegExp => new RegExp(`(?:['"](?:${names})['"]: ?|\\b(?:${names})=)(\\d+)`)

const INPUT = named('prompt_tokens|input_tokens|prompt_token_count|promptTokenCount')
const OUTPUT = named('completion_tokens|output_tokens')
const CANDIDATES = named('candidates_token_count|candidatesTokenCount')
const THOUGHTS = named('thoughts_token_count|thoughtsTokenCount')
const CACHE_READ = named(
  'cached_tokens|cache_read_input_tokens|cached_content_token_count|cachedContentTokenCount|cache_read|cached_prompt_tokens',
)
const CACHE_WRITE = named('cache_creation_input_tokens|cache_write_tokens|cache_creation|cache_creation_tokens')
const REASONING = named('reasoning_tokens|reasoning')
const TOTAL = named('total_tokens|total_token_count|totalTokenCount')

export function readWritten(text: string): ReportedUsage {
  const count = (pattern: RegExp): number | undefined => toCount(pattern.exec(text)?.[1])
  const thoughts = count(THOUGHTS)
  const candidates = count(CANDIDATES)
  return {
    input: count(INPUT),
    // Gemini counts thoughts beside the answer.
    output: candidates === undefined ? count(OUTPUT) : candidates + (thoughts ?? 0),
    cacheRead: count(CACHE_READ),
    cacheWrite: count(CACHE_WRITE),
    reasoning: thoughts ?? count(REASONING),
    total: count(TOTAL),
  }
}

/** A response's usage object: `"usage": {`, `'token_usage': {`, `usage=CompletionUsage(`. */
const USAGE = /['"](?:token_|response_)?usage(?:_metadata|Metadata)?['"]: ?\{|\busage(?:_metadata)?=[A-Za-z]+\(/g
const LONGEST_USAGE = 1000
/** LangChain writes the same answer three times over, in the provider's words and in its own. */
const MOST_USAGES = 4

export interface WrittenAnswer {
  usage: ReportedUsage
  /** It stands in the JSON itself, where what a model wrote is escaped and cannot look like it. */
  isStructure: boolean
}

/** The first usage objects in a recorded answer. */
export function readAnswers(answer: unknown): WrittenAnswer[] {
  if (typeof answer !== 'string') return []
  const found: WrittenAnswer[] = []
  for (const { index } of answer.matchAll(USAGE)) {
    const usage = readWritten(answer.slice(index, index + LONGEST_USAGE))
    found.push({ usage, isStructure: answer[index] === '"' })
    if (found.length === MOST_USAGES) break
  }
  return found
}
