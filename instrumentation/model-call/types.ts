// Shapes of the model-call wrapper that callers see.
import type { Span } from '@opentelemetry/api'

/** Token counts in the one normal form: input includes cached tokens, output includes reasoning tokens. */
export interface Usage {
  inputTokens?: number | undefined
  outputTokens?: number | undefined
  /** Part of inputTokens that was read from the provider's prompt cache. */
  cacheReadTokens?: number | undefined
  /** Part of inputTokens that was written to the provider's prompt cache. */
  cacheWriteTokens?: number | undefined
  /** Part of outputTokens the model spent on reasoning. */
  reasoningTokens?: number | undefined
  /** Parts of inputTokens and outputTokens that were sound. */
  audioInputTokens?: number | undefined
  audioOutputTokens?: number | undefined
  /** Part of cacheWriteTokens that is kept for an hour. */
  cacheWriteHourTokens?: number | undefined
  /** Searches of the web that the provider made. */
  webSearches?: number | undefined
}

/** What is known before the call. */
export interface ModelCallOptions {
  /** `openai`, `anthropic`, `gcp.gemini`, `azure.ai.openai`, …: the names of gen_ai.provider.name. */
  provider: string
  /** The model asked for. */
  model: string
  /** `chat`, `embeddings`, `text_completion`, `generate_content`, `rerank`, …; default `chat`. */
  operation?: string | undefined
  /** Whether a stream was asked for. */
  stream?: boolean | undefined
  conversationId?: string | undefined
  /** The prompt or messages: counted for the estimate; content is recorded only when switched on (see README). */
  input?: unknown
  serverAddress?: string | undefined
  serverPort?: number | undefined
}

/** What the provider said about its answer. */
export interface ResponseInfo {
  id?: string | undefined
  model?: string | undefined
  finishReasons?: string[] | undefined
  /** The tier that answered, where it is not the usual one: `flex`, `priority`, `batch`, … */
  serviceTier?: string | undefined
}

/** Reports on one running call. Every method may be called at any time and never throws. */
export interface ModelCall {
  readonly span: Span
  /** Usage as the provider gave it, in the normal form; later calls replace the fields they name. */
  setUsage(usage: Usage): void
  setResponse(response: ResponseInfo): void
  /** The prompt, when it is only known inside the call. */
  setInput(input: unknown): void
  /** The answer's text, when the returned value is none of the known shapes. */
  setOutput(output: unknown): void
  /** One chunk of a stream that the callback reads itself: an SDK's chunk or plain text. */
  recordChunk(chunk: unknown): void
}
