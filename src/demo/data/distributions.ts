// The shape of the demo data, as figures: what share of the traces has which version, environment, segment, model, how
// long they take, how many fail. Tests hold the generator to these tables.

export interface Share {
  name: string
  share: number
}

export const VERSIONS: readonly Share[] = [
  { name: 'v3.1', share: 0.4 },
  { name: 'v3.0', share: 0.3 },
  { name: 'v2.4', share: 0.2 },
  { name: 'v2.0', share: 0.08 },
  { name: 'v1.0', share: 0.02 },
]

export const ENVIRONMENTS: readonly Share[] = [
  { name: 'production', share: 0.7 },
  { name: 'staging', share: 0.2 },
  { name: 'development', share: 0.1 },
]

export const SEGMENTS: readonly Share[] = [
  { name: 'power', share: 0.1 },
  { name: 'regular', share: 0.7 },
  { name: 'occasional', share: 0.15 },
  { name: 'new', share: 0.05 },
]

export const FEATURES: readonly Share[] = [
  { name: 'chat', share: 0.46 },
  { name: 'search', share: 0.17 },
  { name: 'qa_response', share: 0.15 },
  { name: 'extraction', share: 0.1 },
  { name: 'document_upload', share: 0.06 },
  { name: 'document_analysis', share: 0.06 },
]

export interface DemoModel extends Share {
  provider: string
  /** USD per million input and output tokens, for budgets only; what a call costs is the price book's business. */
  inputUsd: number
  outputUsd: number
  reasons: boolean
  host: string
}

const GOOGLE = { provider: 'gcp.gemini', host: 'generativelanguage.googleapis.com' }
const ANTHROPIC = { provider: 'anthropic', host: 'api.anthropic.com' }

/** By agent: an agent works with one model. */
export const MODELS: readonly DemoModel[] = [
  { ...GOOGLE, name: 'gemini-2.5-flash', share: 0.55, inputUsd: 0.075, outputUsd: 0.3, reasons: false },
  { ...ANTHROPIC, name: 'claude-sonnet-4-0', share: 0.18, inputUsd: 3, outputUsd: 15, reasons: false },
  { ...GOOGLE, name: 'gemini-2.5-pro', share: 0.15, inputUsd: 1.25, outputUsd: 5, reasons: true },
  { name: 'grok-beta', share: 0.08, provider: 'x_ai', host: 'api.x.ai', inputUsd: 5, outputUsd: 5, reasons: false },
  { ...ANTHROPIC, name: 'claude-opus-4-5', share: 0.04, inputUsd: 15, outputUsd: 75, reasons: true },
]

export const EMBEDDING = { name: 'voyage-3.5', provider: 'voyageai', host: 'api.voyageai.com' }
export const RERANKER = { name: 'rerank-2.5', provider: 'voyageai', host: 'api.voyageai.com' }

/** Duration of a request that went well: log-normal. */
export const LATENCY = { medianMs: 1_100, sigma: 0.45 }

/** Factors on the median: a search has no long answer, an upload has several stages. */
export const LATENCY_FACTOR: Readonly<Record<string, number>> = { search: 0.55, document_upload: 1.6 }

/** Each department has a rate between these. */
export const ERROR_RATE = { least: 0.02, most: 0.05 }

export const ERROR_KINDS: readonly Share[] = [
  { name: 'timeout', share: 0.3 },
  { name: 'rate_limited', share: 0.25 },
  { name: 'provider', share: 0.27 },
  { name: 'content_filter', share: 0.18 },
]

/** Traffic of a weekend day against a working day. */
export const WEEKEND = 0.3

/** Traffic by hour of the day, UTC: business hours, a lunch dip, a quiet night. */
export const HOURS: readonly number[] = [
  1, 0.8, 0.7, 0.7, 0.9, 1.6, 4, 9, 16, 20, 21, 19, 15, 19, 21, 20, 17, 12, 7, 5, 3.5, 2.5, 1.8, 1.3,
]

export const INPUT_TOKENS = { median: 1_700, sigma: 0.55 }
export const OUTPUT_TOKENS = { median: 240, sigma: 0.6 }

/** Share of model calls whose prompt was partly in the provider's cache. */
export const CACHED_CALLS = 0.3
/** Share of query embeddings answered by the app's own cache. */
export const EMBEDDING_CACHE_HITS = 0.62
/** Share of calls that succeed only at the second attempt. */
export const RETRIED_CALLS = 0.015

/** Shares of answers that were scored by a model, rated by a person, stopped or flagged by a guardrail. */
export const EVALUATED = 0.08
export const RATED = 0.03
export const GUARDED = 0.006

/** Mean score of an agent's answers lies between these. */
export const QUALITY = { least: 0.74, most: 0.94 }
