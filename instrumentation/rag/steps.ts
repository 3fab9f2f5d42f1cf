// The retrieval steps of a GenAI feature, each with the attributes of TELEMETRY.md. In: the step's figures, before
// (first argument) and after (`report`). Out: the code's own result and one span.
import { type Attributes, SpanKind } from '@opentelemetry/api'
import { ATTR } from '../semconv.ts'
import { traceStep } from './trace-step.ts'

type Reporter<R> = (found: R) => void

const step =
  <O, R>(name: string, kind: SpanKind, before: (options: O) => Attributes, after: (found: R) => Attributes) =>
  <T>(options: O, fn: (report: Reporter<R>) => T | Promise<T>): Promise<T> =>
    traceStep({ name, kind, attributes: { [ATTR.ragStep]: name } }, (report) => {
      report(() => before(options))
      return fn((found) => report(() => after(found)))
    })

export interface EmbeddingOptions {
  provider: string
  model?: string | undefined
  /** Characters of the text to embed; the text itself is not recorded. */
  queryLength: number
}

/** The embedding step: cache look-up and, on a miss, the model call (itself a traceModelCall below this span). */
export const traceEmbedding = step(
  'embedding',
  SpanKind.INTERNAL,
  (options: EmbeddingOptions): Attributes => ({
    [ATTR.embeddingProvider]: options.provider,
    [ATTR.embeddingModel]: options.model,
    [ATTR.embeddingQueryLength]: options.queryLength,
  }),
  (found: { cacheHit: boolean }): Attributes => ({ [ATTR.cacheHit]: found.cacheHit }),
)

export interface VectorSearchOptions {
  /** `vector`, `keyword`, `hybrid`, … */
  mode: string
  threshold?: number | undefined
  limit?: number | undefined
  system?: string | undefined
  collection?: string | undefined
}

/** The search for chunks. `scores` are those of the retrieved chunks; `used` is how many went into the prompt. */
export const traceVectorSearch = step(
  'vector_search',
  SpanKind.CLIENT,
  (options: VectorSearchOptions): Attributes => ({
    [ATTR.searchMode]: options.mode,
    [ATTR.scoreThreshold]: options.threshold,
    [ATTR.searchLimit]: options.limit,
    [ATTR.dbSystem]: options.system,
    [ATTR.dbCollection]: options.collection,
  }),
  (found: { retrieved: number; used?: number | undefined; scores?: readonly number[] | undefined }): Attributes => ({
    [ATTR.chunksRetrieved]: found.retrieved,
    [ATTR.chunksUsed]: found.used,
    ...(found.scores?.length && {
      // Not Math.max(...): an argument list has a limit.
      [ATTR.topScore]: found.scores.reduce((top, score) => Math.max(top, score)),
      [ATTR.averageScore]: found.scores.reduce((total, score) => total + score, 0) / found.scores.length,
    }),
  }),
)

export interface RerankOptions {
  provider: string
  model: string
  candidates: number
}

/** The reranking of candidates; a paid reranker's call is a traceModelCall with operation `rerank` below this span. */
export const traceRerank = step(
  'rerank',
  SpanKind.INTERNAL,
  (options: RerankOptions): Attributes => ({
    [ATTR.rerankProvider]: options.provider,
    [ATTR.rerankModel]: options.model,
    [ATTR.rerankCandidates]: options.candidates,
  }),
  (found: { kept: number; topScore?: number | undefined }): Attributes => ({
    [ATTR.rerankKept]: found.kept,
    [ATTR.topScore]: found.topScore,
  }),
)

export interface GraphQueryOptions {
  /** Default `neo4j`. */
  system?: string | undefined
  database?: string | undefined
  /** What the query does, in a few fixed words; the query text is not recorded. */
  operation?: string | undefined
}

/** A question to the graph database. */
export const traceGraphQuery = step(
  'graph_query',
  SpanKind.CLIENT,
  (options: GraphQueryOptions): Attributes => ({
    [ATTR.dbSystem]: options.system ?? 'neo4j',
    [ATTR.dbNamespace]: options.database,
    [ATTR.dbOperation]: options.operation,
  }),
  (found: { results: number }): Attributes => ({ [ATTR.graphResults]: found.results }),
)
