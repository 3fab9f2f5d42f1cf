// What error.type says of an error: on spans in the words of who threw it, on metrics whether the provider was to blame.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { describeError } from '../../../instrumentation/errors.ts'
import { traceClients, traceFeature, traceModelCall } from '../../../instrumentation/index.ts'
import { captureTelemetry } from '../../support/telemetry.ts'

process.env.ANTHROPIC_OPEN_TELEMETRY = 'false'

const telemetry = captureTelemetry()
// Answers as its path says: a status and an error code, an event inside a stream, or nothing at all.
const server: Server = createServer((request, response) => {
  request.resume()
  const [, how = '', code = ''] = (request.url ?? '').split('/')
  if (how === 'reset') response.destroy()
  else if (how === 'event') {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const error = { type: code, code, message: 'm' }
    response.end(`event: error\ndata: ${JSON.stringify({ type: 'error', error })}\n\n`)
  } else if (how !== 'hang') {
    response.writeHead(Number(how), { 'content-type': 'application/json' })
    response.end(JSON.stringify({ error: { message: 'm', type: 'invalid_request_error', code } }))
  }
})

beforeAll(async () => {
  traceClients({ OpenAI, Anthropic })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
beforeEach(() => telemetry.reset())
afterAll(async () => {
  server.close()
  server.closeAllConnections()
  await telemetry.stop()
})

const options = (path: string) => ({
  apiKey: 'test',
  baseURL: path.startsWith('http') ? path : `http://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`,
  maxRetries: 0,
})
const MESSAGES = [{ role: 'user' as const, content: 'x' }]
const openai = (path: string, timeout = 5_000) =>
  new OpenAI({ ...options(path), timeout }).chat.completions.create({ model: 'm', messages: MESSAGES })
const anthropic = (path: string) =>
  new Anthropic(options(path)).messages.create({ model: 'm', max_tokens: 9, messages: MESSAGES })
const stream = async (path: string) => {
  const chunks = new OpenAI(options(path)).chat.completions.create({ model: 'm', messages: MESSAGES, stream: true })
  for await (const _ of await chunks);
}
const streamAnthropic = async (path: string) => {
  const create = { model: 'm', max_tokens: 9, messages: MESSAGES, stream: true as const }
  for await (const _ of await new Anthropic(options(path)).messages.create(create));
}
const abortedCall = () => {
  const controller = new AbortController()
  const call = new OpenAI(options('hang')).chat.completions.create(
    { model: 'm', messages: MESSAGES },
    { signal: controller.signal },
  )
  setImmediate(() => controller.abort())
  return call
}
const NOBODY = 'http://127.0.0.1:9'

describe('error.type of a model call', () => {
  it.each<[string, () => Promise<unknown>, span: string, metric: string]>([
    ['a prompt too long', () => openai('400/context_length_exceeded'), 'context_length_exceeded', '400'],
    ['an unknown model', () => openai('404/model_not_found'), 'model_not_found', '404'],
    ['a wrong key', () => openai('401/invalid_api_key'), 'invalid_api_key', '401'],
    ['a wrong key of Anthropic', () => anthropic('401/x'), '401', '401'],
    ['a rate limit', () => openai('429/rate_limit_exceeded'), 'rate_limited', 'rate_limited'],
    ['no quota', () => openai('429/insufficient_quota'), 'rate_limited', 'rate_limited'],
    ['a broken provider', () => openai('500/server_error'), 'server_error', '500'],
    ['an overloaded provider', () => anthropic('529/x'), '529', '529'],
    ['an overload inside a stream', () => streamAnthropic('event/overloaded_error'), expect.any(String), '529'],
    ['a failure inside a stream', () => stream('event/server_error'), 'server_error', '500'],
    ['a mistake told inside a stream', () => stream('event/invalid_request_error'), 'invalid_request_error', '400'],
    ['a gateway that gives up', () => openai('504/x'), 'timeout', 'timeout'],
    ['no answer in time', () => openai('hang', 50), 'timeout', 'timeout'],
    ['nobody there', () => openai(NOBODY), expect.any(String), 'connection_error'],
    ['nobody there, for Anthropic', () => anthropic(NOBODY), expect.any(String), 'connection_error'],
    ['a lost connection', () => openai('reset'), expect.any(String), 'connection_error'],
    ['a user who left', abortedCall, 'aborted', 'aborted'],
  ])('%s', async (_name, call, span, metric) => {
    await expect(call()).rejects.toThrow()
    const found = (await telemetry.spans()).filter(({ attributes }) => 'gen_ai.provider.name' in attributes)
    expect(found.map(({ attributes }) => attributes['error.type'])).toEqual([span])
    const points = await telemetry.points('gen_ai.client.operation.duration')
    expect(points.map(({ attributes }) => attributes['error.type'])).toEqual([metric])
  })

  it.each<[string, unknown, string]>([
    ['a bug of the app', new RangeError('oops'), '_OTHER'],
    ['no error at all', 'a text', '_OTHER'],
    ['a status no server sends', Object.assign(new Error('m'), { status: 7 }), '_OTHER'],
    ['a status of AWS', Object.assign(new Error('m'), { $metadata: { httpStatusCode: 503 } }), '503'],
    ['a status of axios', Object.assign(new Error('m'), { response: { status: 422 } }), '422'],
    ['a name nobody knows', fetchFailed('ENOTFOUND'), 'connection_error'],
    ['a certificate nobody trusts', fetchFailed('SELF_SIGNED_CERT_IN_CHAIN'), 'connection_error'],
    ['a body that stops coming', fetchFailed('UND_ERR_BODY_TIMEOUT'), 'timeout'],
    ['a file that is not there', Object.assign(new Error('m'), { code: 'ENOENT' }), '_OTHER'],
    ['the AI SDK, which gave up', givenUp(Object.assign(new Error('m'), { statusCode: 503 })), '503'],
  ])('%s', (_name, error, metricType) => expect(describeError(error).metricType).toBe(metricType))
})

function fetchFailed(code: string): Error {
  return new TypeError('fetch failed', { cause: Object.assign(new Error('m'), { code }) })
}

function givenUp(lastError: Error): Error {
  return Object.assign(new Error('m'), { name: 'AI_RetryError', lastError })
}

describe('error.type of a feature run', () => {
  it('is that of the error on the span, and one of few values on the metric', async () => {
    const failed = Object.assign(new Error('too long'), { status: 400, code: 'context_length_exceeded' })
    const run = traceFeature('chat', () => traceModelCall({ provider: 'p', model: 'm' }, () => Promise.reject(failed)))
    await expect(run).rejects.toBe(failed)
    const spans = await telemetry.spans()
    expect(spans.map(({ attributes }) => attributes['error.type'])).toEqual([
      'context_length_exceeded',
      'context_length_exceeded',
    ])
    const points = await telemetry.points('spanledger.feature.duration')
    expect(points.map(({ attributes }) => attributes['error.type'])).toEqual(['400'])
  })
})
