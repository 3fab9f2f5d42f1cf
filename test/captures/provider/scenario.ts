// What the stand-in provider does next. In: a scenario set before a case runs and the request. Out: one reply plan.
// Figures follow from the request alone, so identical requests have identical usage, as with a real provider.

export type Flaw = 'none' | 'rate_limited' | 'server_error' | 'hang'

export interface Scenario {
  /** Tokens read from the provider's cache, and written to it (Anthropic only); input on the wire depends on the API. */
  cacheRead: number
  cacheWrite: number
  reasoning: number
  /** Answers with a flaw for the first n requests. */
  flaw: Flaw
  flawedRequests: number
  /** Milliseconds between the chunks of a stream. */
  chunkDelay: number
  /** The text that is answered, word by word in a stream. */
  text: string
}

export const CALM: Scenario = {
  cacheRead: 0,
  cacheWrite: 0,
  reasoning: 0,
  flaw: 'none',
  flawedRequests: 0,
  chunkDelay: 2,
  text: 'The answer is forty two.',
}

export interface Truth {
  provider: string
  model: string
  operation: 'chat' | 'embeddings'
  responseId: string
  streamed: boolean
  status: 'success' | 'error' | 'rate_limited' | 'aborted'
  /** Normal form: input includes cache, output includes reasoning. What the provider would bill. */
  usage: {
    inputTokens: number
    outputTokens: number
    cacheReadTokens: number
    cacheWriteTokens: number
    reasoningTokens: number
  }
}

export interface ToolCall {
  id: string
  name: string
  arguments: string
}

export interface Plan {
  flaw: Flaw
  id: string
  model: string
  text: string
  tool: ToolCall | undefined
  truth: Truth
  chunkDelay: number
}

/** Tokens of anything: a quarter of its JSON, at least one. */
export const countTokens = (value: unknown): number => Math.max(1, Math.ceil(JSON.stringify(value ?? '').length / 4))
