// Figures out of an answer that a library kept as text: JSON, or Python's ways of writing it. In: the text. Out: the
// counts under any provider's names; a count that is not written is undefined.
import { toCount } from './attribute.ts'
import type { ReportedUsage } from './usage.ts'

const NAMES = {
  input: ['prompt_tokens', 'input_tokens', 'prompt_token_count', 'promptTokenCount'],
  output: ['completion_tokens', 'output_tokens'],
  candidates: ['candidates_token_count', 'candidatesTokenCount'],
  thoughts: ['thoughts_token_count', 'thoughtsTokenCount'],
  cacheRead: [
    ...['cached_tokens', 'cache_read_input_tokens', 'cached_content_token_count', 'cachedContentTokenCount'],
    ...['cache_read', 'cached_prompt_tokens'],
  ],
  cacheWrite: ['cache_creation_input_tokens', 'cache_write_tokens', 'cache_creation', 'cache_creation_tokens'],
  reasoning: ['reasoning_tokens', 'reasoning'],
  total: ['total_tokens', 'total_token_count', 'totalTokenCount'],
}

/** `'prompt_tokens': 13`, `"prompt_tokens":13`, `prompt_tokens=13`. */
const COUNT = /['"]([A-Za-z_]+)['"]: ?(\d+)|\b([a-z_]+)=(\d+)/g

export function readWritten(text: string): ReportedUsage {
  const written = new Map<string, string>()
  for (const [, quoted, count, bare, other] of text.matchAll(COUNT)) {
    const name = (quoted ?? bare) as string
    if (!written.has(name)) written.set(name, (count ?? other) as string)
  }
  const countOf = (names: readonly string[]): number | undefined =>
    toCount(written.get(names.find((name) => written.has(name)) ?? ''))
  const thoughts = countOf(NAMES.thoughts)
  const candidates = countOf(NAMES.candidates)
  return {
    input: countOf(NAMES.input),
    // Gemini counts thoughts beside the answer.
    output: candidates === undefined ? countOf(NAMES.output) : candidates + (thoughts ?? 0),
    cacheRead: countOf(NAMES.cacheRead),
    cacheWrite: countOf(NAMES.cacheWrite),
    reasoning: thoughts ?? countOf(NAMES.reasoning),
    total: countOf(NAMES.total),
  }
}

/** Around the word: `"usage": {`, `'token_usage': {`, `"usage_metadata":{`, `usage=CompletionUsage(`. */
const WORD = 'usage'
const BEFORE = /(?:(['"])(?:token_|response_)?|\b)$/
const QUOTED_AFTER = /^(?:_metadata|Metadata)?['"]: ?\{/
const BARE_AFTER = /^(?:_metadata)?=[A-Za-z]+\(/
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
  const found: WrittenAnswer[] = []
  if (typeof answer !== 'string') return found
  for (let at = answer.indexOf(WORD); at >= 0; at = answer.indexOf(WORD, at + 1)) {
    const quote = BEFORE.exec(answer.slice(Math.max(0, at - 12), at))?.[1]
    const after = answer.slice(at + WORD.length, at + WORD.length + 40)
    if (!(quote === undefined ? BARE_AFTER : QUOTED_AFTER).test(after)) continue
    found.push({ usage: readWritten(answer.slice(at, at + LONGEST_USAGE)), isStructure: quote === '"' })
    if (found.length === MOST_USAGES) break
  }
  return found
}
