// What happens inside one feature run of the demo data: its steps in order, within the time the request has. In: the
// feature's span and the request. Out: spans below it, and how the run ended.
import { ATTR, type FeatureStatus, STAGE_SPAN_PREFIX } from '../../../instrumentation/semconv.ts'
import type { Random } from '../../shared/random.ts'
import { EMBEDDING } from './distributions.ts'
import { addModelCall, addSideCall } from './model-call.ts'
import type { PlannedSpan } from './planned-trace.ts'
import type { Request } from './request.ts'
import { addEmbedding, addGraphQuery, addRerank, addVectorSearch, GRAPH_ERROR } from './retrieval.ts'
import type { TraceBuilder } from './trace-builder.ts'

export interface FeatureResult {
  status: FeatureStatus
  error?: PlannedSpan['error']
  degraded?: string | undefined
  /** Microseconds by stage. */
  stages: Record<string, number>
}

/** Shares of a run's time; what is left over is the app's own. */
const RETRIEVAL = 0.16
const ANSWER = 0.78

export function runFeature(trace: TraceBuilder, random: Random, feature: number, request: Request): FeatureResult {
  switch (request.feature) {
    case 'search':
      return search(trace, random, feature, request)
    case 'document_upload':
      return upload(trace, random, feature, request)
    case 'extraction':
      return answer(trace, random, feature, request, 0, 1)
    case 'document_analysis':
      return analyse(trace, random, feature, request)
    default:
      return answerWithRetrieval(trace, random, feature, request)
  }
}

const statusOf = (error: PlannedSpan['error']): FeatureStatus =>
  error?.type === 'timeout' || error?.type === 'rate_limited' ? error.type : error ? 'error' : 'success'

function answerWithRetrieval(trace: TraceBuilder, random: Random, feature: number, request: Request): FeatureResult {
  const { startUs, endUs } = trace.span(feature)
  const spanUs = endUs - startUs
  const retrievalUs = spanUs * RETRIEVAL * (0.7 + 0.6 * random.next())
  const hybrid = request.feature === 'qa_response' || random.next() < 0.25
  const at = startUs + spanUs * 0.02
  if (hybrid) addEmbedding(trace, random, { parent: feature, startUs: at, durationUs: retrievalUs * 0.5 })
  addVectorSearch(
    trace,
    random,
    { parent: feature, startUs: at + retrievalUs * 0.5, durationUs: retrievalUs * 0.4 },
    hybrid ? 'hybrid' : 'keyword',
  )
  if (request.feature === 'qa_response' && random.next() < 0.3) {
    addRerank(trace, random, { parent: feature, startUs: at + retrievalUs * 0.9, durationUs: retrievalUs * 0.3 })
  }
  const asksGraph = request.feature === 'chat' && random.next() < 0.6
  const place = { parent: feature, startUs: at, durationUs: retrievalUs * (0.3 + 0.5 * random.next()) }
  const degraded = asksGraph && !addGraphQuery(trace, random, place, request.incidents)
  const waitedUs = degraded ? Math.max(retrievalUs, 1_500_000) : retrievalUs
  const usesTool = request.feature === 'chat' && random.next() < 0.15
  const result = answer(trace, random, feature, request, waitedUs + spanUs * 0.03, usesTool ? 2 : 1)
  if (!degraded) return result
  return { ...result, status: result.error ? result.status : 'degraded', degraded: 'graph unavailable' }
}

/** Model calls one after another, with a tool between them. */
function answer(
  trace: TraceBuilder,
  random: Random,
  feature: number,
  request: Request,
  afterUs: number,
  calls: number,
): FeatureResult {
  const { startUs, endUs } = trace.span(feature)
  const share = ((endUs - startUs) * ANSWER) / calls
  let at = startUs + afterUs
  let error: PlannedSpan['error']
  for (let call = 1; call <= calls && !error; call += 1) {
    // Only the last call meets the request's fate; those before it led there.
    const fate = call === calls ? request.fate : 'success'
    const result = addModelCall(trace, random, {
      parent: feature,
      model: request.model,
      startUs: at,
      durationUs: call < calls ? share * 0.9 : share,
      fate,
      inputFactor: request.inputFactor,
      incidents: request.incidents,
    })
    error = result.error
    at = result.endUs
    if (call < calls && !error) {
      trace.add({
        parent: feature,
        name: 'execute_tool search_filings',
        startUs: at,
        durationUs: share * 0.08,
        attributes: { [ATTR.operationName]: 'execute_tool', 'gen_ai.tool.name': 'search_filings' },
      })
      at += share * 0.1
    }
  }
  return { status: statusOf(error), error, stages: {} }
}

function analyse(trace: TraceBuilder, random: Random, feature: number, request: Request): FeatureResult {
  const { startUs, endUs } = trace.span(feature)
  const extractUs = (endUs - startUs) * 0.1
  trace.add({
    parent: feature,
    name: `${STAGE_SPAN_PREFIX}extract`,
    startUs,
    durationUs: extractUs,
    attributes: { [ATTR.stage]: 'extract' },
  })
  const result = answer(trace, random, feature, request, extractUs, random.next() < 0.35 ? 2 : 1)
  return { ...result, stages: { extract: extractUs } }
}

function search(trace: TraceBuilder, random: Random, feature: number, request: Request): FeatureResult {
  const { startUs, endUs } = trace.span(feature)
  const spanUs = endUs - startUs
  const error =
    request.fate === 'success' ? undefined : { type: 'timeout', message: 'The vector store did not answer in time.' }
  addEmbedding(trace, random, { parent: feature, startUs, durationUs: spanUs * 0.45 })
  addVectorSearch(
    trace,
    random,
    { parent: feature, startUs: startUs + spanUs * 0.46, durationUs: spanUs * 0.5 },
    'hybrid',
  )
  if (error) {
    const failed = trace.span(trace.spans.length - 1)
    failed.error = error
    failed.attributes[ATTR.errorType] = error.type
  }
  return { status: error ? 'timeout' : 'success', error, stages: {} }
}

const STAGES = [
  ['parse', 0.2],
  ['chunk', 0.08],
  ['embed', 0.5],
  ['graph', 0.2],
] as const

function upload(trace: TraceBuilder, random: Random, feature: number, request: Request): FeatureResult {
  const { startUs, endUs } = trace.span(feature)
  const stages: Record<string, number> = {}
  // What fails in an upload is the document: encrypted, empty, malformed.
  const unreadable =
    request.fate === 'success'
      ? undefined
      : { type: 'document_unreadable', message: 'The file is protected by a password.' }
  let at = startUs
  let degraded: string | undefined
  for (const [name, share] of STAGES) {
    const durationUs = (endUs - startUs) * share
    const error = name === 'parse' ? unreadable : undefined
    const stage = trace.add({
      parent: feature,
      name: STAGE_SPAN_PREFIX + name,
      startUs: at,
      durationUs,
      error,
      attributes: { [ATTR.stage]: name, ...(error && { [ATTR.errorType]: error.type }) },
    })
    stages[name] = durationUs
    if (error) return { status: 'error', error, stages }
    if (name === 'embed') {
      const call = { model: EMBEDDING, operation: 'embeddings', inputTokens: random.between(400, 30_000) }
      addSideCall(trace, { ...call, parent: stage, startUs: at + durationUs * 0.02, durationUs: durationUs * 0.95 })
    }
    const place = { parent: stage, startUs: at + durationUs * 0.05, durationUs: durationUs * 0.9 }
    if (name === 'graph' && !addGraphQuery(trace, random, place, request.incidents)) {
      trace.span(stage).error = GRAPH_ERROR
      at += 1_500_000
      degraded = 'graph unavailable'
    }
    at += durationUs
  }
  return { status: degraded ? 'degraded' : 'success', degraded, stages }
}
