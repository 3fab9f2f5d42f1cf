// The Vercel AI SDK against the stand-in model server: its calls become spans without code per call.
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { embed, generateText, streamText } from 'ai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { registerAiSdk } from '../../../instrumentation/clients/ai-sdk.ts'
import { traceModelCall, withTenant } from '../../../instrumentation/index.ts'
import { createModelServer } from '../../../src/demo/model-server/server.ts'
import { captureTelemetry } from '../../support/telemetry.ts'

const telemetry = captureTelemetry()
let server: Server
let models: ReturnType<typeof createOpenAICompatible>

beforeAll(async () => {
  registerAiSdk()
  server = createModelServer({ pace: { firstTokenMs: 0, chunkMs: 0 } }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  models = createOpenAICompatible({
    name: 'openai',
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    apiKey: 'test',
    includeUsage: true,
  })
})
beforeEach(() => telemetry.reset())
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await telemetry.stop()
})

const MODEL =
  'gemini-2.5-flash?reply=Net%20debt%20is%2042.&prompt_tokens=100&completion_tokens=20&cached_tokens=64&reasoning_tokens=8'

const EXPECTED = {
  org_id: 'acme',
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.usage.input_tokens': 100,
  'gen_ai.usage.output_tokens': 20,
  'gen_ai.usage.cache_read.input_tokens': 64,
  'gen_ai.usage.reasoning.output_tokens': 8,
  'gen_ai.response.finish_reasons': ['stop'],
}
const modelSpans = async () =>
  (await telemetry.spans()).filter(({ attributes }) => 'gen_ai.provider.name' in attributes)

describe('the Vercel AI SDK', () => {
  it('generateText is one model call with its usage', async () => {
    const { text } = await withTenant({ orgId: 'acme' }, () =>
      generateText({ model: models(MODEL), prompt: 'Net debt?' }),
    )
    expect(text).toBe('Net debt is 42.')
    expect((await modelSpans()).map(({ attributes }) => attributes)).toEqual([expect.objectContaining(EXPECTED)])
  })

  it('streamText is one model call with its usage and its time to the first chunk', async () => {
    const result = withTenant({ orgId: 'acme' }, () => streamText({ model: models(MODEL), prompt: 'Net debt?' }))
    let text = ''
    for await (const part of result.textStream) text += part
    expect(text).toBe('Net debt is 42.')
    expect((await modelSpans()).map(({ attributes }) => attributes)).toEqual([
      expect.objectContaining({
        ...EXPECTED,
        'spanledger.stream.outcome': 'completed',
        'gen_ai.response.time_to_first_chunk': expect.any(Number),
      }),
    ])
  })

  it('each attempt of a rate-limited call is a span', async () => {
    const model = models('gemini-2.5-flash?status=429&retry_after=0')
    await expect(
      withTenant({ orgId: 'acme' }, () => generateText({ model, prompt: 'x', maxRetries: 1 })),
    ).rejects.toThrow()
    expect((await modelSpans()).map(({ attributes }) => attributes['error.type'])).toEqual([
      'rate_limited',
      'rate_limited',
    ])
  })

  it('embed is one embeddings call with its usage', async () => {
    const model = models.embeddingModel('voyage-3.5')
    const { usage } = await withTenant({ orgId: 'acme' }, () => embed({ model, value: 'net debt' }))
    expect(usage.tokens).toBeGreaterThan(0)
    expect((await modelSpans()).map(({ attributes }) => attributes)).toEqual([
      expect.objectContaining({
        org_id: 'acme',
        'gen_ai.operation.name': 'embeddings',
        'gen_ai.request.model': 'voyage-3.5',
        'gen_ai.usage.input_tokens': usage.tokens,
      }),
    ])
  })
})

async function textOf(stream: AsyncIterable<string>): Promise<string> {
  let text = ''
  for await (const part of stream) text += part
  return text
}

describe('the Vercel AI SDK inside traceModelCall', () => {
  const WRAPPED = { provider: 'openai', model: 'wrapped', input: 'Net debt?' }
  const wrapped = [expect.objectContaining({ ...EXPECTED, 'gen_ai.request.model': 'wrapped' })]
  const streamWrapped = (model = models(MODEL)) =>
    withTenant({ orgId: 'acme' }, () =>
      traceModelCall(WRAPPED, () =>
        streamText({ model, prompt: 'Net debt?', maxRetries: 0, onError: () => undefined }),
      ),
    )
  const durations = async () => (await telemetry.points('gen_ai.client.operation.duration')).map(({ count }) => count)

  it('generateText is one call, in spans and metrics', async () => {
    const { text } = await withTenant({ orgId: 'acme' }, () =>
      traceModelCall(WRAPPED, () => generateText({ model: models(MODEL), prompt: 'Net debt?' })),
    )
    expect(text).toBe('Net debt is 42.')
    expect((await modelSpans()).map(({ attributes }) => attributes)).toEqual(wrapped)
    expect(await durations()).toEqual([1])
  })

  it.each<[string, (result: Awaited<ReturnType<typeof streamWrapped>>) => PromiseLike<unknown>]>([
    ['its text stream', ({ textStream }) => textOf(textStream)],
    ['its text', ({ text }) => text],
    ['the whole stream', async (result) => [await result.consumeStream(), await result.text][1]],
    ['a response', async (result) => result.toTextStreamResponse().text()],
  ])('streamText is one call, read by %s', async (_name, read) => {
    expect(await read(await streamWrapped())).toBe('Net debt is 42.')
    expect((await modelSpans()).map(({ attributes }) => attributes)).toEqual(wrapped)
    expect(await durations()).toEqual([1])
  })

  it('each attempt is a call, beside the first and not below it', async () => {
    const model = models('gemini-2.5-flash?status=429&retry_after=0')
    await expect(traceModelCall(WRAPPED, () => generateText({ model, prompt: 'x', maxRetries: 1 }))).rejects.toThrow()
    const [first, second] = (await telemetry.rawSpans()).filter(({ name }) => name.startsWith('chat '))
    expect([first, second].map((span) => span?.attributes['error.type'])).toEqual(['rate_limited', 'rate_limited'])
    expect(second?.parentSpanContext).toEqual(first?.parentSpanContext)
  })

  it('a stream that the provider refuses is one failed call', async () => {
    const result = await streamWrapped(models('gemini-2.5-flash?status=500'))
    await result.consumeStream()
    expect((await modelSpans()).map(({ attributes }) => attributes['error.type'])).toEqual(['500'])
  })

  it('embed is one call', async () => {
    const model = models.embeddingModel('voyage-3.5')
    const { usage } = await traceModelCall({ ...WRAPPED, operation: 'embeddings' }, () => embed({ model, value: 'x' }))
    expect((await modelSpans()).map(({ attributes }) => attributes)).toEqual([
      expect.objectContaining({ 'gen_ai.request.model': 'wrapped', 'gen_ai.usage.input_tokens': usage.tokens }),
    ])
  })
})
