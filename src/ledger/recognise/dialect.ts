// The shape of a dialect table. A dialect says which spans are its own, under which names it keeps which fact, and
// what its words mean; read-table.ts does the reading. One file per dialect in dialects/.
import type { Span } from '../span.ts'
import type { Keys } from './attribute.ts'
import type { CacheConvention, Level } from './candidate.ts'
import type { OperationRule } from './operation.ts'
import type { ReportedUsage } from './usage.ts'

export interface Fields {
  operation: Keys
  provider: Keys
  requestModel: Keys
  responseModel: Keys
  responseId: Keys
  input: Keys
  output: Keys
  cacheRead: Keys
  cacheWrite: Keys
  reasoning: Keys
  total: Keys
  finish: Keys
  stream: Keys
  ttftSeconds: Keys
  ttftMilliseconds: Keys
  /** Where content lies when it was captured: used for estimates only. */
  inputText: Keys
  outputText: Keys
  /** The same for content spread over many attributes (`llm.input_messages.0.message.content`); first choice. */
  inputTextPattern?: RegExp
  outputTextPattern?: RegExp
}

export interface Identity {
  provider: string
  model: string
}

export interface Dialect {
  name: string
  level: Level | ((span: Span) => Level)
  owns(span: Span): boolean
  fields: Fields
  /** This dialect's own words, before the common ones of operation.ts; undefined when the span says nothing. */
  operation?(span: Span): OperationRule | undefined
  /** What the library is known to do with cached tokens, when the numbers themselves do not tell. */
  convention?(span: Span, identity: Identity): CacheConvention | undefined
  /** For figures kept in a form of their own (JSON, a Python repr); fields not given are read from the table. */
  reported?(span: Span): Partial<ReportedUsage> | undefined
  responseId?(span: Span): string
  /** Time of the first chunk when the library records it as an event of this name. */
  firstChunkEvent?: string
  /** True when the library made the figures up itself (its own tokeniser, a miscount). */
  invented?(span: Span): boolean
  /** True when the call streamed and no field of the table says so. */
  streams?(span: Span): boolean
  /** True for a stream that ended before its end; `finishReason` is '' when the span names none. */
  brokeOff?(span: Span, finishReason: string): boolean
  /** True for a sum that always means at least one call, even where it has no figures and nothing lies beneath. */
  standsForCalls?(span: Span): boolean
  /** The error's class where the library tells of a failure in words of its own; '' for none. */
  failure?(span: Span): string
  /** True for a provider's own spans: its SERVER spans are the calls it answered, not an application's. */
  answers?: boolean
  /** The model or provider when no field of the table has it. */
  model?(span: Span): string
  provider?(span: Span): string
}

/** Scopes of frameworks and routers: they see a call from further out than an instrumentation of the vendor's client. */
const FRAMEWORK =
  /langchain|langgraph|llama.?index|crewai|haystack|agent|autogen|agno|litellm|smolagents|strands|dspy|semantic.?kernel|pydantic|instructor|guardrails|mcp/i

/** A scope of this name, also with a version or part behind it (`openlit.v2`). */
export const isScope = ({ scopeName }: Span, name: string): boolean =>
  scopeName === name || (scopeName.startsWith(name) && /^[./@]/.test(scopeName.slice(name.length)))

export function levelOfScope(scopeName: string): Level {
  if (scopeName.startsWith('com.') && /^com\.[a-z0-9.]+\.sdk\b/.test(scopeName)) return 'sdk'
  return FRAMEWORK.test(scopeName) ? 'framework' : 'client'
}
