// The retrieval steps of a planned trace: query embedding, vector search, rerank, graph. In: where they hang and how
// long they may take. Out: spans with the figures our instrumentation reports; whether the graph answered.
import { ATTR } from '../../../instrumentation/semconv.ts'
import type { Random } from '../../shared/random.ts'
import { EMBEDDING, EMBEDDING_CACHE_HITS, RERANKER } from './distributions.ts'
import { type Incidents, within } from './incidents.ts'
import { addSideCall } from './model-call.ts'
import type { TraceBuilder } from './trace-builder.ts'

export interface Place {
  parent: number
  startUs: number
  durationUs: number
}

const rounded = (value: number): number => Math.round(value * 10_000) / 10_000

export function addEmbedding(trace: TraceBuilder, random: Random, { parent, startUs, durationUs }: Place): void {
  const cacheHit = random.next() < EMBEDDING_CACHE_HITS
  const length = random.between(12, 220)
  const step = trace.add({
    parent,
    name: 'embedding',
    startUs,
    durationUs: cacheHit ? durationUs / 40 : durationUs,
    attributes: {
      [ATTR.ragStep]: 'embedding',
      [ATTR.embeddingProvider]: EMBEDDING.provider,
      [ATTR.embeddingModel]: EMBEDDING.name,
      [ATTR.embeddingQueryLength]: length,
      [ATTR.cacheHit]: cacheHit,
    },
  })
  if (cacheHit) return
  const call = { model: EMBEDDING, operation: 'embeddings', inputTokens: Math.round(length / 4) }
  addSideCall(trace, { ...call, parent: step, startUs: startUs + durationUs * 0.05, durationUs: durationUs * 0.9 })
}

/** Scores as the demo app's own search gives them: BM25 for words, reciprocal rank fusion for hybrid with a floor on the cosine. */
const SCORES: Readonly<Record<string, { scale: number; threshold?: number }>> = {
  keyword: { scale: 9 },
  hybrid: { scale: 0.033, threshold: 0.1 },
}

export function addVectorSearch(
  trace: TraceBuilder,
  random: Random,
  { parent, startUs, durationUs }: Place,
  mode: string,
): void {
  const { scale, threshold } = SCORES[mode] ?? { scale: 1 }
  const top = scale * (0.55 + 0.4 * random.next())
  trace.add({
    parent,
    name: 'vector_search',
    kind: 3,
    startUs,
    durationUs,
    attributes: {
      [ATTR.ragStep]: 'vector_search',
      [ATTR.searchMode]: mode,
      [ATTR.dbSystem]: 'postgresql',
      [ATTR.chunksRetrieved]: random.between(6, 21),
      [ATTR.chunksUsed]: random.between(2, 7),
      [ATTR.topScore]: rounded(top),
      [ATTR.averageScore]: rounded(top * (0.6 + 0.25 * random.next())),
      ...(threshold !== undefined && { [ATTR.scoreThreshold]: threshold }),
    },
  })
}

export function addRerank(trace: TraceBuilder, random: Random, { parent, startUs, durationUs }: Place): void {
  const candidates = random.between(10, 21)
  const step = trace.add({
    parent,
    name: 'rerank',
    startUs,
    durationUs,
    attributes: {
      [ATTR.ragStep]: 'rerank',
      [ATTR.rerankProvider]: RERANKER.provider,
      [ATTR.rerankModel]: RERANKER.name,
      [ATTR.rerankCandidates]: candidates,
      [ATTR.rerankKept]: random.between(3, 7),
      [ATTR.topScore]: rounded(0.6 + 0.39 * random.next()),
    },
  })
  const call = { model: RERANKER, operation: 'rerank', inputTokens: candidates * random.between(90, 180) }
  addSideCall(trace, { ...call, parent: step, startUs: startUs + durationUs * 0.03, durationUs: durationUs * 0.94 })
}

export const GRAPH_ERROR = {
  type: 'ServiceUnavailable',
  message: 'Could not perform discovery. No routing servers available.',
}

/** @returns false when Neo4j was down at that moment. */
export function addGraphQuery(trace: TraceBuilder, random: Random, place: Place, incidents: Incidents): boolean {
  const down = within(incidents.graphOutage, place.startUs / 1000)
  trace.add({
    ...place,
    durationUs: down ? 1_500_000 : place.durationUs,
    name: 'graph_query',
    kind: 3,
    ...(down && { error: GRAPH_ERROR }),
    attributes: {
      [ATTR.ragStep]: 'graph_query',
      [ATTR.dbSystem]: 'neo4j',
      [ATTR.dbOperation]: 'facts about',
      ...(down ? { [ATTR.errorType]: GRAPH_ERROR.type } : { [ATTR.graphResults]: random.between(0, 12) }),
    },
  })
  return !down
}
