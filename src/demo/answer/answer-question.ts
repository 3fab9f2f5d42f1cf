// One answer from question to last word: passages and graph at the same time, then the model. In: a question within a
// feature run. Out: the answer with its sources and what it had to do without.
import { randomUUID } from 'node:crypto'
import {
  type FeatureRun,
  recordEvaluation,
  traceGraphQuery,
  traceResponseStream,
} from '../../../instrumentation/index.ts'
import type { GraphFact } from '../graph/deal-graph.ts'
import type { GraphMemory } from '../graph/graph-memory.ts'
import type { ModelClient } from '../model/model-client.ts'
import type { Workspace } from '../workspace/workspaces.ts'
import { groundedness } from './groundedness.ts'
import { buildPrompt } from './prompt.ts'
import { type FoundPassage, type RetrievalMode, retrieve } from './retrieve.ts'

export interface Degradation {
  part: 'graph' | 'embeddings'
  message: string
}

export interface Source {
  n: number
  document_id: string
  document: string
  quote: string
  score: number
}

export interface Answer {
  /** For feedback. */
  answer_id: string
  answer: string
  sources: Source[]
  facts: string[]
  degraded: Degradation[]
  model: string
  finish_reason: string
  usage: { input_tokens: number; output_tokens: number } | null
}

export interface Question {
  text: string
  conversationId: string
  retrieval: RetrievalMode
  documentId?: string | undefined
  behaviour?: string | undefined
  signal: AbortSignal
}

/** Hears of an answer while it is made; for streaming to the caller. */
export interface AnswerListener {
  found(sources: Source[], degraded: Degradation[]): void
  text(text: string): void
}

export interface AnswerParts {
  workspace: Workspace
  graph: GraphMemory
  models: ModelClient
}

const MAX_PASSAGES = 4
const MAX_FACTS = 12
const MAX_QUOTE_CHARACTERS = 240

/** What the caller reads when Neo4j is down; the span's reason says the same in fewer words. */
const GRAPH_UNAVAILABLE = 'The knowledge graph is unavailable; the answer rests on documents alone.'
const EMBEDDINGS_UNAVAILABLE = 'Search by meaning is unavailable; passages were found by their words alone.'

export async function answerQuestion(
  run: FeatureRun,
  question: Question,
  parts: AnswerParts,
  listener?: AnswerListener,
): Promise<Answer> {
  const { workspace, graph, models } = parts
  const degraded: Degradation[] = []
  const degrade = (part: Degradation['part'], message: string, reason: string) => {
    degraded.push({ part, message })
    run.degrade(reason)
  }
  const [passages, facts] = await Promise.all([
    retrieve(question.text, workspace, models, {
      mode: question.retrieval,
      limit: MAX_PASSAGES,
      signal: question.signal,
      documentId: question.documentId,
      behaviour: question.behaviour,
      onDegraded: (reason) => degrade('embeddings', EMBEDDINGS_UNAVAILABLE, reason),
    }),
    lookUpFacts(question.text, workspace.namespace, graph).catch((): GraphFact[] => {
      degrade('graph', GRAPH_UNAVAILABLE, 'graph unavailable')
      return []
    }),
  ])
  const sources = passages.map(toSource)
  listener?.found(sources, degraded)
  const messages = buildPrompt({
    question: question.text,
    passages,
    facts,
    corrections: workspace.corrections,
    turns: workspace.turnsOf(question.conversationId),
  })
  run.setMetadata({ passages: passages.length, facts: facts.length, retrieval: question.retrieval })
  let forward = (_text: string): void => {}
  const { signal, conversationId, behaviour } = question
  const answering = models.chat(messages, { signal, conversationId, behaviour, onText: (text) => forward(text) })
  if (listener) {
    await traceResponseStream(async (stream) => {
      forward = (text) => {
        stream.wrote(text)
        listener.text(text)
      }
      await answering
    })
  }
  const { text, model, finishReason, usage } = await answering
  workspace.remember(conversationId, { question: question.text, answer: text })
  const score = groundedness(text, [
    ...passages.map(({ passage }) => passage.text),
    ...facts.map(({ from, relation, to }) => `${from.name} ${relation} ${to.name}`),
    ...workspace.corrections.map((correction) => correction.text),
  ])
  if (passages.length > 0 && score !== undefined) {
    recordEvaluation({ name: 'groundedness', score, evaluator: 'word_overlap' })
  }
  const { traceId, spanId } = run.span.spanContext()
  const answerId = randomUUID()
  workspace.answers.set(answerId, { traceId, spanId })
  return {
    answer_id: answerId,
    answer: text,
    sources,
    facts: facts.map(({ from, relation, to }) => `${from.name} ${relation} ${to.name}`),
    degraded,
    model,
    finish_reason: finishReason,
    usage: usage ? { input_tokens: usage.inputTokens, output_tokens: usage.outputTokens } : null,
  }
}

export const lookUpFacts = (text: string, namespace: string, graph: GraphMemory): Promise<GraphFact[]> =>
  traceGraphQuery({ operation: 'facts about' }, async (report) => {
    const facts = await graph.factsAbout(namespace, text, MAX_FACTS)
    report({ results: facts.length })
    return facts
  })

export const toSource = ({ passage, score }: FoundPassage, index: number): Source => ({
  n: index + 1,
  document_id: passage.documentId,
  document: passage.documentName,
  quote: passage.text.slice(0, MAX_QUOTE_CHARACTERS),
  score: Math.round(score * 10_000) / 10_000,
})
