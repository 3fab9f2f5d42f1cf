// Finding the passages an answer is built on. In: a question and a deal's workspace. Out: the best passages, by words
// alone or by words and meaning (reciprocal rank fusion), traced with how many were found and how good they are.
import { traceVectorSearch } from '../../../instrumentation/index.ts'
import type { ModelClient } from '../model/model-client.ts'
import type { Passage, Workspace } from '../workspace/workspaces.ts'

export type RetrievalMode = 'keyword' | 'hybrid'

export interface FoundPassage {
  passage: Passage
  score: number
}

export interface RetrieveOptions {
  mode: RetrievalMode
  limit: number
  signal: AbortSignal
  documentId?: string | undefined
  behaviour?: string | undefined
  /** Told why the search fell back to words. */
  onDegraded(reason: string): void
}

/** Candidates each ranking contributes. */
const CANDIDATES = 20
/** Constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009). */
const RRF_K = 60
const MIN_COSINE = 0.1

const dot = (a: Float32Array, b: Float32Array): number => {
  let sum = 0
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0)
  return sum
}

export async function retrieve(
  question: string,
  workspace: Workspace,
  models: ModelClient,
  options: RetrieveOptions,
): Promise<FoundPassage[]> {
  const vector = options.mode === 'hybrid' ? await queryVector(question, models, options) : undefined
  const step = { mode: vector ? 'hybrid' : 'keyword', limit: options.limit, collection: workspace.namespace }
  return traceVectorSearch({ ...step, ...(vector && { threshold: MIN_COSINE }) }, (report) => {
    const accept = (index: number) =>
      options.documentId === undefined || workspace.passages[index]?.documentId === options.documentId
    const byWords = workspace.index.search(question, CANDIDATES, accept)
    const ranked = vector ? fuse(byWords, byMeaning(vector, workspace, accept)) : byWords
    const found = ranked.slice(0, options.limit).flatMap(({ index, score }) => {
      const passage = workspace.passages[index]
      return passage ? [{ passage, score }] : []
    })
    report({ retrieved: ranked.length, used: found.length, scores: found.map(({ score }) => score) })
    return found
  })
}

async function queryVector(question: string, models: ModelClient, options: RetrieveOptions) {
  try {
    return await models.embedQuery(question, options)
  } catch (error) {
    options.signal.throwIfAborted()
    options.onDegraded(`embeddings unavailable: ${error instanceof Error ? error.name : 'error'}`)
    return undefined
  }
}

function byMeaning(vector: Float32Array, workspace: Workspace, accept: (index: number) => boolean) {
  const hits = workspace.passages.flatMap((passage, index) => {
    if (!passage.vector || !accept(index)) return []
    const score = dot(vector, passage.vector)
    return score >= MIN_COSINE ? [{ index, score }] : []
  })
  return hits.sort((a, b) => b.score - a.score).slice(0, CANDIDATES)
}

function fuse(...rankings: { index: number }[][]): { index: number; score: number }[] {
  const scores = new Map<number, number>()
  for (const ranking of rankings) {
    for (const [rank, { index }] of ranking.entries()) {
      scores.set(index, (scores.get(index) ?? 0) + 1 / (RRF_K + rank + 1))
    }
  }
  return [...scores].map(([index, score]) => ({ index, score })).sort((a, b) => b.score - a.score || a.index - b.index)
}
