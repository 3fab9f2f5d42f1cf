// Feature runs, stages, retrieval steps, attempts, judgements, messages and jobs: what each becomes. Over 300 lines: spans
// are compared whole.
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import {
  getTelemetryHealth,
  type Judged,
  jobCarrier,
  recordEvaluation,
  recordFeedback,
  recordGuardrail,
  recordOutcome,
  tenantAttributes,
  traceEmbedding,
  traceFeature,
  traceGraphQuery,
  traceJob,
  traceModelCall,
  traceRerank,
  traceResponseStream,
  traceVectorSearch,
  webSocketHandler,
  withFallback,
  withRetries,
  withTenant,
} from '../../../instrumentation/index.ts'
import { captureTelemetry } from '../../support/telemetry.ts'

const telemetry = captureTelemetry()
beforeEach(() => telemetry.reset())
afterAll(() => telemetry.stop())

const TENANT = { orgId: 'acme', dealId: 'falcon' }
const TENANT_ATTRIBUTES = { org_id: 'acme', deal_id: 'falcon' }

const named = async (name: string) => {
  const found = (await telemetry.spans()).filter((span) => span.name === name)
  expect(found.map((span) => span.name)).toEqual([name])
  return found[0] as NonNullable<(typeof found)[0]>
}
const metadataOf = (span: { attributes: Record<string, unknown> }) =>
  JSON.parse(String(span.attributes['spanledger.feature.metadata'])) as Record<string, unknown>

describe('traceFeature', () => {
  it('records a run with its stages and metadata, and returns its result', async () => {
    const result = await withTenant(TENANT, () =>
      traceFeature('document_upload', async (run) => {
        await run.stage('parse', () => undefined)
        await run.stage('embed', () => undefined)
        await run.stage('embed', () => undefined)
        run.setMetadata({ pages: 10 })
        return 'done'
      }),
    )
    expect(result).toBe('done')
    const span = await named('feature document_upload')
    expect(span).toEqual({
      name: 'feature document_upload',
      kind: SpanKind.INTERNAL,
      status: { code: SpanStatusCode.UNSET },
      events: [],
      attributes: {
        ...TENANT_ATTRIBUTES,
        feature: 'document_upload',
        'spanledger.feature.status': 'success',
        'spanledger.feature.metadata': expect.any(String),
      },
    })
    expect(metadataOf(span)).toEqual({ pages: 10, stage_ms: { parse: expect.any(Number), embed: expect.any(Number) } })
    expect((await telemetry.spans()).filter(({ name }) => name === 'stage embed')).toHaveLength(2)
    expect(await telemetry.points('spanledger.feature.duration')).toEqual([
      {
        attributes: { ...TENANT_ATTRIBUTES, feature: 'document_upload', 'spanledger.feature.status': 'success' },
        count: 1,
        sum: expect.any(Number),
      },
    ])
  })

  it.each([
    ['error', new Error('boom'), 'Error'],
    ['timeout', Object.assign(new Error('late'), { name: 'TimeoutError' }), 'timeout'],
    ['rate_limited', Object.assign(new Error('slow down'), { status: 429 }), 'rate_limited'],
  ])('has status %s when its code throws so, and throws the same error on', async (status, error, type) => {
    await expect(traceFeature('chat', (run) => run.stage('ask', () => Promise.reject(error)))).rejects.toBe(error)
    const span = await named('feature chat')
    expect(span.status).toEqual({ code: SpanStatusCode.ERROR, message: error.message })
    expect(span.attributes).toMatchObject({ 'spanledger.feature.status': status, 'error.type': type })
    expect(metadataOf(span).error).toEqual({ type, message: error.message, stack: error.stack })
    expect((await named('stage ask')).status.code).toBe(SpanStatusCode.ERROR)
  })

  it('is degraded when it says so, but an error outweighs it', async () => {
    await traceFeature('chat', (run) => run.degrade('graph unavailable'))
    await expect(
      traceFeature('search', (run) => {
        run.degrade('graph unavailable')
        throw new Error('boom')
      }),
    ).rejects.toThrow('boom')
    expect((await named('feature chat')).attributes).toMatchObject({
      'spanledger.feature.status': 'degraded',
      'spanledger.degraded': true,
      'spanledger.degraded.reason': 'graph unavailable',
    })
    expect((await named('feature search')).attributes['spanledger.feature.status']).toBe('error')
  })

  it('keeps metadata that JSON cannot carry away from the caller', async () => {
    const loop: Record<string, unknown> = {}
    loop.self = loop
    await expect(traceFeature('chat', (run) => run.setMetadata(loop))).resolves.toBeUndefined()
    expect((await named('feature chat')).attributes['spanledger.feature.status']).toBe('success')
  })
})

describe('retrieval steps', () => {
  it('record what a slow chat is explained with', async () => {
    await traceEmbedding({ provider: 'voyageai', model: 'voyage-3.5', queryLength: 26 }, (report) =>
      report({ cacheHit: false }),
    )
    await traceVectorSearch({ mode: 'hybrid', threshold: 0.5, limit: 20, system: 'qdrant' }, (report) =>
      report({ retrieved: 2, used: 1, scores: [0.9, 0.7] }),
    )
    await traceRerank({ provider: 'voyageai', model: 'rerank-2.5', candidates: 20 }, (report) =>
      report({ kept: 5, topScore: 0.8 }),
    )
    await traceGraphQuery({ operation: 'neighbours' }, (report) => report({ results: 3 }))
    await traceResponseStream((stream) => {
      stream.wrote('héllo')
      stream.wrote(new Uint8Array(4))
    })
    expect((await telemetry.spans()).map(({ name, attributes }) => [name, attributes])).toEqual([
      [
        'embedding',
        {
          'spanledger.rag.step': 'embedding',
          'spanledger.embedding.provider': 'voyageai',
          'spanledger.embedding.model': 'voyage-3.5',
          'spanledger.embedding.query_length': 26,
          'spanledger.cache.hit': false,
        },
      ],
      [
        'vector_search',
        {
          'spanledger.rag.step': 'vector_search',
          'spanledger.search.mode': 'hybrid',
          'spanledger.search.score_threshold': 0.5,
          'spanledger.search.limit': 20,
          'db.system.name': 'qdrant',
          'spanledger.search.chunks_retrieved': 2,
          'spanledger.search.chunks_used': 1,
          'spanledger.search.top_score': 0.9,
          'spanledger.search.average_score': 0.8,
        },
      ],
      [
        'rerank',
        {
          'spanledger.rag.step': 'rerank',
          'spanledger.rerank.provider': 'voyageai',
          'spanledger.rerank.model': 'rerank-2.5',
          'spanledger.rerank.candidates': 20,
          'spanledger.rerank.kept': 5,
          'spanledger.search.top_score': 0.8,
        },
      ],
      [
        'graph_query',
        {
          'spanledger.rag.step': 'graph_query',
          'db.system.name': 'neo4j',
          'db.operation.name': 'neighbours',
          'spanledger.graph.results': 3,
        },
      ],
      [
        'response_stream',
        { 'spanledger.rag.step': 'response_stream', 'spanledger.stream.chunks': 2, 'spanledger.stream.bytes': 10 },
      ],
    ])
  })
})

describe('attempts', () => {
  const limited = Object.assign(new Error('slow down'), { status: 429 })

  it('of a retried call are one billable span each, numbered, with the wait between them on the run', async () => {
    const answer = await traceFeature('chat', () =>
      withRetries({ baseDelayMs: 1 }, (attempt) =>
        traceModelCall({ provider: 'openai', model: 'm' }, () => {
          if (attempt < 3) throw limited
          return 'answer'
        }),
      ),
    )
    expect(answer).toBe('answer')
    const calls = (await telemetry.spans()).filter(({ name }) => name === 'chat m')
    expect(calls.map(({ attributes }) => [attributes['spanledger.attempt.number'], attributes['error.type']])).toEqual([
      [1, 'rate_limited'],
      [2, 'rate_limited'],
      [3, undefined],
    ])
    expect(
      (await named('feature chat')).events.map(({ name, attributes }) => [
        name,
        attributes['spanledger.attempt.number'],
      ]),
    ).toEqual([
      ['spanledger.retry', 1],
      ['spanledger.retry', 2],
    ])
  })

  it('stop at errors that another attempt cannot mend, and at the last attempt', async () => {
    let calls = 0
    const fail = (error: Error) => () => {
      calls++
      throw error
    }
    const bad = Object.assign(new Error('bad request'), { status: 400 })
    await expect(withRetries({ baseDelayMs: 1 }, fail(bad))).rejects.toBe(bad)
    expect(calls).toBe(1)
    await expect(withRetries({ attempts: 2, baseDelayMs: 1 }, fail(limited))).rejects.toBe(limited)
    expect(calls).toBe(3)
  })

  it('of a fallback carry its name and degrade the run', async () => {
    await traceFeature('chat', () =>
      withFallback(
        'plain retrieval',
        () => Promise.reject(Object.assign(new Error('down'), { code: 'ECONNREFUSED' })),
        () => traceModelCall({ provider: 'openai', model: 'm' }, () => 'answer'),
      ),
    )
    expect((await named('chat m')).attributes['spanledger.fallback']).toBe('plain retrieval')
    expect((await named('feature chat')).attributes).toMatchObject({
      'spanledger.feature.status': 'degraded',
      'spanledger.degraded.reason': 'plain retrieval after ECONNREFUSED',
    })
  })
})

describe('judgements', () => {
  it('made during the run are events on the active span and on the trace', async () => {
    await withTenant(TENANT, () =>
      traceFeature('chat', () => {
        recordEvaluation({ name: 'faithfulness', score: 0.9, label: 'pass', explanation: 'cites the source' })
        recordGuardrail({ name: 'pii', verdict: 'flag', action: 'redacted' })
      }),
    )
    const [run] = await telemetry.rawSpans()
    expect(run?.events.map(({ name }) => name)).toEqual(['gen_ai.evaluation.result', 'spanledger.guardrail'])
    expect(await telemetry.logs()).toEqual([
      {
        body: 'gen_ai.evaluation.result',
        eventName: 'gen_ai.evaluation.result',
        // The explanation is content, which is off.
        attributes: {
          ...TENANT_ATTRIBUTES,
          feature: 'chat',
          'gen_ai.evaluation.name': 'faithfulness',
          'gen_ai.evaluation.score.value': 0.9,
          'gen_ai.evaluation.score.label': 'pass',
        },
        traceId: run?.spanContext().traceId,
        spanId: run?.spanContext().spanId,
      },
      expect.objectContaining({ eventName: 'spanledger.guardrail' }),
    ])
  })

  it.each([
    ['a trace alone', { traceId: '0af7651916cd43dd8448eb211c80319c' }],
    ['ids that are none', { traceId: 'answer-1', spanId: 'b7ad6b7169203331' }],
  ])('of %s are refused and said to be', async (_name, judged) => {
    const before = getTelemetryHealth().problems.judgement ?? 0
    recordFeedback({ rating: 1 }, judged as Judged)
    expect(getTelemetryHealth().problems.judgement).toBe(before + 1)
    expect([await telemetry.logs(), await telemetry.spans()]).toEqual([[], []])
  })

  it('made later, from another process, land on the judged trace by its ids', async () => {
    const judged = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }
    withTenant(TENANT, () => {
      recordFeedback({ rating: -1, kind: 'thumbs' }, judged)
      recordOutcome({ name: 'deal_closed', value: 42, unit: 'MUSD' }, judged)
    })
    expect((await telemetry.logs()).map(({ eventName, traceId, spanId }) => ({ eventName, traceId, spanId }))).toEqual([
      { eventName: 'spanledger.feedback', ...judged },
      { eventName: 'spanledger.outcome', ...judged },
    ])
    const [span] = await telemetry.rawSpans()
    expect([span?.name, span?.parentSpanContext?.spanId, span?.spanContext().traceId]).toEqual([
      'spanledger.feedback',
      judged.spanId,
      judged.traceId,
    ])
  })
})

describe('messages and jobs', () => {
  it('each WebSocket message has a trace and tenant of its own, linked to the connection', async () => {
    const tracer = trace.getTracer('app')
    const seen: unknown[] = []
    const handler = withTenant({ orgId: 'connection' }, () =>
      tracer.startActiveSpan('upgrade', (span) => {
        const made = webSocketHandler(
          (text: string) => ({ orgId: text }),
          () => void seen.push(tenantAttributes()),
        )
        span.end()
        return made
      }),
    )
    await withTenant({ orgId: 'someone else' }, () => Promise.all([handler('acme'), handler('globex')]))
    expect(seen).toEqual([{ org_id: 'acme' }, { org_id: 'globex' }])
    const messages = (await telemetry.rawSpans()).filter(({ name }) => name === 'websocket message')
    const upgrade = (await telemetry.rawSpans()).find(({ name }) => name === 'upgrade')
    expect(messages.map(({ attributes }) => attributes.org_id)).toEqual(['acme', 'globex'])
    expect(new Set(messages.map((span) => span.spanContext().traceId)).size).toBe(2)
    for (const message of messages)
      expect(message.links.map(({ context }) => context)).toEqual([upgrade?.spanContext()])
  })

  it('a job runs in the tenant and trace of the request that queued it', async () => {
    const carrier = await withTenant({ ...TENANT, feature: 'document_upload' }, () =>
      traceFeature('document_upload', () => jobCarrier()),
    )
    const stored = JSON.parse(JSON.stringify(carrier)) as typeof carrier
    await traceJob('index', stored, () => traceModelCall({ provider: 'p', model: 'm' }, () => 'x'))
    const [request, call, job] = await telemetry.rawSpans()
    expect([job?.name, job?.parentSpanContext?.spanId]).toEqual(['job index', request?.spanContext().spanId])
    for (const span of [job, call]) {
      expect(span?.attributes).toMatchObject({ ...TENANT_ATTRIBUTES, feature: 'document_upload' })
    }
  })
})
