// The model-call wrapper: what one call becomes, compared whole.
import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { traceModelCall, withTenant } from '../../../instrumentation/index.ts'
import { captureTelemetry } from '../../support/telemetry.ts'

const TENANT = { orgId: 'acme', dealId: 'falcon', userId: 'u-1', feature: 'chat' }
const TENANT_ATTRIBUTES = { org_id: 'acme', deal_id: 'falcon', 'user.id': 'u-1', feature: 'chat' }

const telemetry = captureTelemetry()
beforeEach(() => telemetry.reset())
afterAll(() => telemetry.stop())

const only = async () => {
  const spans = await telemetry.spans()
  expect(spans).toHaveLength(1)
  return spans[0] as NonNullable<(typeof spans)[0]>
}

const completion = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  model: 'gpt-4.1-mini-2025-04-14',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Hello there' } }],
  usage: {
    prompt_tokens: 120,
    completion_tokens: 40,
    prompt_tokens_details: { cached_tokens: 100 },
    completion_tokens_details: { reasoning_tokens: 25 },
  },
}

describe('traceModelCall', () => {
  it('records a plain call with the usage of its response, and hands the response on', async () => {
    const result = await withTenant(TENANT, () =>
      traceModelCall({ provider: 'openai', model: 'gpt-4.1-mini', input: 'Say hello' }, () => completion),
    )
    expect(result).toBe(completion)
    expect(await only()).toEqual({
      name: 'chat gpt-4.1-mini',
      kind: SpanKind.CLIENT,
      status: { code: SpanStatusCode.UNSET },
      events: [],
      attributes: {
        ...TENANT_ATTRIBUTES,
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'gpt-4.1-mini',
        'gen_ai.response.id': 'chatcmpl-1',
        'gen_ai.response.model': 'gpt-4.1-mini-2025-04-14',
        'gen_ai.response.finish_reasons': ['stop'],
        'gen_ai.usage.input_tokens': 120,
        'gen_ai.usage.output_tokens': 40,
        'gen_ai.usage.cache_read.input_tokens': 100,
        'gen_ai.usage.reasoning.output_tokens': 25,
        'spanledger.input.characters': 9,
        'spanledger.output.characters': 11,
      },
    })
  })

  it('records the metrics of a call with tenant labels and no user, session or trace id', async () => {
    await withTenant({ ...TENANT, sessionId: 's-1' }, () =>
      traceModelCall({ provider: 'openai', model: 'gpt-4.1-mini' }, () => completion),
    )
    const labels = {
      org_id: 'acme',
      deal_id: 'falcon',
      feature: 'chat',
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4.1-mini',
      'gen_ai.response.model': 'gpt-4.1-mini-2025-04-14',
    }
    expect(await telemetry.points('gen_ai.client.token.usage')).toEqual([
      { attributes: { ...labels, 'gen_ai.token.type': 'input' }, count: 1, sum: 120 },
      { attributes: { ...labels, 'gen_ai.token.type': 'output' }, count: 1, sum: 40 },
    ])
    expect(await telemetry.points('gen_ai.client.operation.duration')).toEqual([
      { attributes: labels, count: 1, sum: expect.any(Number) },
    ])
  })

  it('estimates tokens as characters ÷ 4, flagged, when the provider gives none', async () => {
    await traceModelCall({ provider: 'local', model: 'm', input: 'x'.repeat(41) }, (call) => {
      call.setOutput('y'.repeat(8))
      return { unknown: 'shape' }
    })
    expect((await only()).attributes).toEqual({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'local',
      'gen_ai.request.model': 'm',
      'gen_ai.usage.input_tokens': 11,
      'gen_ai.usage.output_tokens': 2,
      'spanledger.input.characters': 41,
      'spanledger.output.characters': 8,
      'spanledger.usage.estimated': true,
    })
  })

  it('takes what the callback reports, in the normal form', async () => {
    await traceModelCall({ provider: 'local', model: 'm', operation: 'embeddings', conversationId: 'c-1' }, (call) => {
      call.setUsage({ inputTokens: 7, outputTokens: 0, cacheWriteTokens: 3 })
      call.setResponse({ id: 'r-1', model: 'm-2', finishReasons: ['stop'] })
    })
    expect(await only()).toMatchObject({
      name: 'embeddings m',
      attributes: {
        'gen_ai.conversation.id': 'c-1',
        'gen_ai.usage.input_tokens': 7,
        'gen_ai.usage.output_tokens': 0,
        'gen_ai.usage.cache_creation.input_tokens': 3,
        'gen_ai.response.id': 'r-1',
        'gen_ai.response.model': 'm-2',
      },
    })
  })

  it.each([
    ['rate limit', Object.assign(new Error('slow down'), { status: 429 }), 'rate_limited', 429, 'rate_limited'],
    ['timeout', Object.assign(new Error('late'), { name: 'TimeoutError' }), 'timeout', undefined, 'timeout'],
    ['gateway timeout', Object.assign(new Error('late'), { status: 504 }), 'timeout', 504, 'timeout'],
    ['server error', Object.assign(new Error('broken'), { status: 503 }), '503', 503, '503'],
    [
      'lost connection',
      new TypeError('fetch failed', { cause: { code: 'ECONNRESET' } }),
      'ECONNRESET',
      undefined,
      'connection_error',
    ],
    ['bug in the app', new RangeError('oops'), 'RangeError', undefined, '_OTHER'],
  ])('hands a %s on unchanged and records its class', async (_name, error, type, status, metricType) => {
    await expect(traceModelCall({ provider: 'openai', model: 'm' }, () => Promise.reject(error))).rejects.toBe(error)
    const span = await only()
    expect(span.status).toEqual({ code: SpanStatusCode.ERROR, message: error.message })
    expect(span.attributes['error.type']).toBe(type)
    expect(span.attributes['http.response.status_code']).toBe(status)
    expect(span.attributes['gen_ai.usage.output_tokens']).toBeUndefined()
    expect(span.events).toMatchObject([{ name: 'exception', attributes: { 'exception.message': error.message } }])
    expect((await telemetry.points('gen_ai.client.operation.duration'))[0]?.attributes['error.type']).toBe(metricType)
  })

  it('keeps a bug in the telemetry away from the caller', async () => {
    const trap = Object.defineProperty({}, 'choices', { get: raise })
    await expect(traceModelCall({ provider: 'openai', model: 'm' }, () => trap)).resolves.toBe(trap)
    expect((await only()).name).toBe('chat m')
  })
})

function raise(): never {
  throw new Error('a getter that throws')
}
