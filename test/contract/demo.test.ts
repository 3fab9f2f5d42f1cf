// The demo app against its stand-in model server, telemetry over real OTLP. Neo4j is absent here: see demo-graph.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CapturedSpan, jsonOf, type RunningDemo, startDemo } from '../support/demo.ts'
import { pollUntil } from '../support/poll.ts'

let demo: RunningDemo

beforeAll(async () => {
  demo = await startDemo()
}, 60_000)

afterAll(() => demo?.close())

const traceOf = (response: Response) => response.headers.get('x-trace-id') ?? ''
const named = (spans: CapturedSpan[], name: string) => spans.filter((span) => span.name === name)
const isRoot = (span: CapturedSpan) => span.parentSpanId === ''
const CONTRACT_QUESTION = 'When does the contract with Northwind Logistics end?'

describe('one chat', () => {
  it('answers from the deal’s documents and leaves a trace with its tenant on every span', async () => {
    const headers = {
      'X-User-Id': 'ana',
      'X-Model-Behaviour': 'prompt_tokens=1000&completion_tokens=500&cached_tokens=200',
    }
    const response = await demo.post(
      'falcon',
      '/api/chat',
      { message: CONTRACT_QUESTION, conversation_id: 'c-1' },
      headers,
    )
    expect(response.status).toBe(200)
    expect(await jsonOf(response)).toMatchObject({
      answer: expect.stringContaining('31 December 2026'),
      sources: expect.arrayContaining([expect.objectContaining({ n: 1, document: 'customer-contracts.md' })]),
      model: 'gemini-2.5-flash',
      usage: { input_tokens: 1000, output_tokens: 500 },
      conversation_id: 'c-1',
      trace_id: traceOf(response),
    })
    const spans = await demo.spansOf(traceOf(response), (found) => found.some(isRoot))
    expect(spans.map((span) => span.name)).toEqual(
      expect.arrayContaining(['feature chat', 'vector_search', 'graph_query', 'chat gemini-2.5-flash']),
    )
    for (const span of spans) {
      expect(span.attributes, span.name).toMatchObject({ org_id: 'acme', deal_id: 'falcon', 'user.id': 'ana' })
    }
    const calls = named(spans, 'chat gemini-2.5-flash')
    expect(calls).toHaveLength(1)
    expect(calls[0]).toMatchObject({
      kind: 3,
      attributes: {
        feature: 'chat',
        'session.id': 'c-1',
        'deployment.environment.name': 'production',
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'gcp.gemini',
        'gen_ai.request.model': 'gemini-2.5-flash',
        'gen_ai.response.model': 'gemini-2.5-flash',
        'gen_ai.response.finish_reasons': ['stop'],
        'gen_ai.usage.input_tokens': 1000,
        'gen_ai.usage.output_tokens': 500,
        'gen_ai.usage.cache_read.input_tokens': 200,
      },
    })
  })

  it('says in its answer and in its span that it had to do without the graph', async () => {
    const response = await demo.post('falcon', '/api/chat', { message: 'Who leads Falcon Robotics?' })
    expect(response.status).toBe(200)
    expect(await jsonOf(response)).toMatchObject({
      answer: expect.stringContaining('Mara Lindqvist'),
      degraded: [{ part: 'graph', message: expect.stringContaining('knowledge graph is unavailable') }],
    })
    const spans = await demo.spansOf(traceOf(response), (found) => found.some(isRoot))
    expect(named(spans, 'feature chat')[0]?.attributes).toMatchObject({
      'spanledger.feature.status': 'degraded',
      'spanledger.degraded.reason': 'graph unavailable',
    })
    expect(named(spans, 'graph_query')[0]?.statusCode).toBe(2)
  })

  it('streams when asked to: sources, text in pieces, then the whole', async () => {
    const response = await demo.post(
      'falcon',
      '/api/chat',
      { message: CONTRACT_QUESTION },
      { Accept: 'text/event-stream' },
    )
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    const frames = (await response.text()).split('\n\n').filter((frame) => frame !== '')
    const events = frames.map((frame) => {
      const [, event, data] = /^event: (.+)\ndata: (.+)$/.exec(frame) ?? []
      return { event, data: JSON.parse(data ?? 'null') }
    })
    expect(events[0]).toMatchObject({ event: 'sources', data: { sources: expect.any(Array) } })
    expect(events[0]?.data.sources[0]).toMatchObject({ n: 1, document: 'customer-contracts.md' })
    const text = events.filter(({ event }) => event === 'text').map(({ data }) => data.text)
    expect(text.length).toBeGreaterThan(5)
    expect(events.at(-1)).toMatchObject({ event: 'done', data: { answer: text.join(''), trace_id: traceOf(response) } })
    const spans = await demo.spansOf(traceOf(response), (found) => found.some(isRoot))
    expect(named(spans, 'response_stream')[0]?.attributes).toMatchObject({ 'spanledger.stream.chunks': text.length })
  })

  it('takes the tenant from the key and nothing else', async () => {
    const response = await demo.post('falcon', '/api/chat', { message: 'hello', org_id: 'globex', deal_id: 'atlas' })
    expect(response.status).toBe(400)
    expect((await jsonOf(response)).error.message).toMatch(/org_id/)
    const spans = await demo.spansOf(traceOf(response), (found) => found.some(isRoot))
    expect(spans.map((span) => span.attributes.org_id)).toEqual(spans.map(() => 'acme'))
  })

  it('without a known key is 401', async () => {
    const response = await demo.call(undefined, '/api/chat', {
      method: 'POST',
      headers: { Authorization: 'Bearer wrong-key' },
    })
    expect(response.status).toBe(401)
    expect(traceOf(response)).toMatch(/^[0-9a-f]{32}$/)
    expect((await jsonOf(response)).error).toMatchObject({ code: 'unauthenticated', request_id: traceOf(response) })
  })
})

describe('an answer', () => {
  it('is judged on its own trace: groundedness at once, feedback when it comes', async () => {
    const response = await demo.post('falcon', '/api/chat', { message: CONTRACT_QUESTION })
    const { answer_id } = await jsonOf(response)
    const rated = await demo.post('falcon', '/api/feedback', { answer_id, rating: 1 })
    expect(rated.status).toBe(204)
    await pollUntil('both judgements', () => {
      const judged = demo.logs().filter((record) => record.traceId === traceOf(response))
      const find = (body: string) => judged.find((record) => record.body === body)?.attributes
      expect(find('gen_ai.evaluation.result')).toMatchObject({
        org_id: 'acme',
        'gen_ai.evaluation.name': 'groundedness',
        'gen_ai.evaluation.score.value': expect.closeTo(0.9, 0),
      })
      expect(find('spanledger.feedback')).toMatchObject({
        org_id: 'acme',
        deal_id: 'falcon',
        'spanledger.feedback.rating': 1,
      })
    })
  })

  it('of another deal cannot be rated', async () => {
    const { answer_id } = await jsonOf(await demo.post('falcon', '/api/chat', { message: CONTRACT_QUESTION }))
    expect((await demo.post('atlas', '/api/feedback', { answer_id, rating: 1 })).status).toBe(404)
    expect((await demo.post('falcon', '/api/feedback', { answer_id, rating: 2 })).status).toBe(400)
    expect((await demo.post('falcon', '/api/feedback', { answer_id, rating: -1 })).status).toBe(204)
  })
})

describe('a model in trouble', () => {
  const chat = (behaviour: string) =>
    demo.post('heron', '/api/chat', { message: 'revenue' }, { 'X-Model-Behaviour': behaviour })

  it('is tried again after a rate limit, each attempt its own span, and the answer comes', async () => {
    await demo.order({ model: 'gemini-2.5-flash', times: 2, behaviour: { status: 429, retry_after: 0 } })
    const response = await chat('')
    expect(response.status).toBe(200)
    const spans = await demo.spansOf(traceOf(response), (found) => found.some(isRoot))
    const attempts = named(spans, 'chat gemini-2.5-flash').map((span) => ({
      number: span.attributes['spanledger.attempt.number'],
      error: span.attributes['error.type'],
    }))
    expect(attempts.sort((a, b) => Number(a.number) - Number(b.number))).toEqual([
      { number: 1, error: 'rate_limited' },
      { number: 2, error: 'rate_limited' },
      { number: 3, error: undefined },
    ])
  })

  it.each([
    ['status=429&retry_after=0', 'The model is busy right now. Wait a moment and try again.', 'rate_limited'],
    ['status=500', 'The model could not answer this request. Try again; if it stays, tell us the request id.', 'error'],
    ['status=400', 'The model could not answer this request. Try again; if it stays, tell us the request id.', 'error'],
    ['cut_after=0', 'The connection to the model was lost. Try again.', 'error'],
  ])('for good (%s) is a 503 with a message and no stack', async (behaviour, message, status) => {
    const response = await chat(behaviour)
    const body = await response.text()
    expect(response.status).toBe(503)
    expect(JSON.parse(body).error).toMatchObject({ code: 'unavailable', message })
    expect(body).not.toMatch(/ at .*\.[jt]s:\d+|APIError|node_modules/)
    const spans = await demo.spansOf(traceOf(response), (found) => found.some(isRoot))
    expect(named(spans, 'feature chat')[0]?.attributes['spanledger.feature.status']).toBe(status)
    await pollUntil('the log to have the stack the caller did not get', () => {
      const records = demo.logs().filter((record) => record.traceId === traceOf(response))
      expect(JSON.stringify(records)).toMatch(/ at /)
      expect(records[0]?.attributes).toMatchObject({ org_id: 'acme', deal_id: 'heron' })
    })
  })

  it('that breaks off in the middle of a stream ends it with an error event', async () => {
    const response = await demo.post(
      'heron',
      '/api/chat',
      { message: 'revenue' },
      { Accept: 'text/event-stream', 'X-Model-Behaviour': 'cut_after=3' },
    )
    const events = (await response.text()).split('\n\n').filter((frame) => frame !== '')
    expect(events.at(-1)).toMatch(/^event: error\n.*"code":"unavailable"/)
  })
})

it('keeps fifty chats of two organisations at the same time apart', async () => {
  const asked = Array.from({ length: 50 }, (_, turn) => (turn % 2 === 0 ? 'heron' : 'atlas') as 'heron' | 'atlas')
  const responses = await Promise.all(
    asked.map(async (deal) => {
      const response = await demo.post(deal, '/api/chat', { message: 'Who leads the company?' })
      expect(response.status).toBe(200)
      return { deal, traceId: traceOf(response), answer: (await jsonOf(response)).answer as string }
    }),
  )
  for (const { deal, traceId } of responses) {
    const spans = await demo.spansOf(traceId, (found) => found.some(isRoot))
    const tenant = deal === 'heron' ? { org_id: 'acme', deal_id: 'heron' } : { org_id: 'globex', deal_id: 'atlas' }
    for (const span of spans) expect(span.attributes, span.name).toMatchObject(tenant)
  }
  const answersOf = (deal: string) => responses.filter((item) => item.deal === deal).map((item) => item.answer)
  expect(answersOf('heron').filter((answer) => answersOf('atlas').includes(answer))).toEqual([])
})
