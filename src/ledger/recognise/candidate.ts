// What recognition passes on. `readSpan` (one table per dialect) turns a span into a Candidate or nothing; `resolve`
// (pure, over all candidates of one trace) decides which candidates are real calls.

/** Token counts in normal form: input includes cache reads and writes, output includes reasoning. */
export interface Usage {
  inputTokens: number
  outputTokens: number
  cacheReadTokens: number
  cacheWriteTokens: number
  reasoningTokens: number
}

export type CallStatus = 'success' | 'error' | 'timeout' | 'rate_limited'

/** Who emits: the vendor's SDK itself, an instrumentation of its client, a framework further out, or the provider's far end. */
export type Level = 'sdk' | 'client' | 'framework' | 'server'

/** Did the library count cache reads and writes inside its input figure? `assumed` when nothing told. */
export type CacheConvention = 'inclusive' | 'exclusive' | 'assumed'

/** measured: the provider's figures; estimated: from character counts; partial: a stream that ended early. */
export type Certainty = 'measured' | 'estimated' | 'partial'

export interface Candidate {
  traceId: string
  spanId: string
  parentSpanId: string
  startTimeUnixNano: bigint
  endTimeUnixNano: bigint
  /** OTLP SpanKind. */
  spanKind: number
  /** call: this span reports one model call; aggregate: it repeats what others report; the resolver has the last word. */
  role: 'call' | 'aggregate'
  /** Names the dialect and rule that read it, e.g. `otel-genai/chat`. */
  recognisedBy: string
  scopeName: string
  scopeVersion: string
  /** Process that emitted it (`service.name`): one call is not seen twice by two unrelated processes. */
  serviceName: string
  level: Level
  /** What the usage was normalised from; the resolver prefers a view that knows. */
  cacheConvention: CacheConvention
  /** Canonical provider, e.g. `openai`, `anthropic`, `gcp.gemini`; empty when unknown. */
  provider: string
  requestModel: string
  responseModel: string
  /** chat, text_completion, generate_content, embeddings, rerank, … */
  operation: string
  /** The provider's response id where a span carries it: equal ids are one call. */
  responseId: string
  /** Absent when nothing about usage is known (the call is booked unpriced). */
  usage?: Usage
  certainty: Certainty
  /** What it used besides text tokens at the usual price: `audio`, `audio+web_search`, `flex_tier`, …; absent for most. */
  besides?: string
  status: CallStatus
  errorClass: string
  finishReason: string
  streaming: boolean
  timeToFirstTokenMs?: number
  /** An aggregate that always means at least one call, even without figures. */
  standsForCalls?: boolean
}

export interface Decision {
  /** For `booked`: with what other views of the same call knew better (usage, provider, model, response id) filled in. */
  candidate: Candidate
  outcome: 'booked' | 'aggregate' | 'duplicate' | 'not_a_call'
  /** Span id of the booked candidate this one repeats, for `duplicate`. */
  duplicateOf?: string
  /** One sentence for `spanledger explain`. */
  reason: string
}

/** A span's place in its trace; resolving needs ancestors that are no candidates themselves. */
export interface SpanPlace {
  spanId: string
  parentSpanId: string
  name: string
}

// Contract of the two steps:
//   readSpan(span: Span): Candidate | undefined           src/ledger/recognise/read-span.ts
//   resolve(candidates: Candidate[], places: SpanPlace[]): Decision[]   src/ledger/recognise/resolve.ts
// `resolve` is order-independent: any permutation of its input gives the same decisions.
