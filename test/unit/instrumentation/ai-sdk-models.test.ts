// The Vercel AI SDK before version 7, whose models are traced where they are handed over. Its functions here are version 7's,
// without the hook that traces them by itself; versions 4, 5 and 6 were tried by hand (README, Model clients).
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import * as ai from 'ai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { tracedAiSdk } from '../../../instrumentation/clients/ai-sdk-models.ts'
import { traceAiModel, traceModelCall, withTenant } from '../../../instrumentation/index.ts'
import { createModelServer } from '../../../src/demo/model-server/server.ts'
import { captureTelemetry } from '../../support/telemetry.ts'

const telemetry = captureTelemetry()
const { embed, generateText, streamText, ToolLoopAgent } = { ...ai, ...(tracedAiSdk({ ...ai }) as Partial<typeof ai>) }
let server: Server
let models: ReturnType<typeof createOpenAICompatible>

beforeAll(async () => {
  server = createModelServer({ pace: { firstTokenMs: 0, chunkMs: 0 } }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  models = createOpenAICompatible({ name: 'openai', baseURL, apiKey: 'test', includeUsage: true })
})
beforeEach(() => telemetry.reset())
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await telemetry.stop()
})

const MODEL = 'gemini-2.5-flash?reply=Net%20debt%20is%2042.&prompt_tokens=100&completion_tokens=20&cached_tokens=64'
const EXPECTED = {
  org_id: 'acme',
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': MODEL,
  'gen_ai.usage.input_tokens': 100,
  'gen_ai.usage.output_tokens': 20,
  'gen_ai.usage.cache_read.input_tokens': 64,
}
const calls = async () =>
  (await telemetry.spans()).map(({ attributes }) => attributes).filter((found) => 'gen_ai.provider.name' in found)
const asAcme = <T>(fn: () => T): T => withTenant({ orgId: 'acme' }, fn)

describe('a model handed to the AI SDK', () => {
  it.each<[string, () => PromiseLike<string>]>([
    ['generateText', async () => (await generateText({ model: models(MODEL), prompt: 'Net debt?' })).text],
    [
      'an agent',
      async () => (await new ToolLoopAgent({ model: models(MODEL) }).generate({ prompt: 'Net debt?' })).text,
    ],
  ])('is one call of its tenant: %s', async (_name, ask) => {
    expect(await asAcme(ask)).toBe('Net debt is 42.')
    expect(await calls()).toEqual([expect.objectContaining(EXPECTED)])
  })

  it('that streams has its usage and the time to its first chunk', async () => {
    const { text } = asAcme(() => streamText({ model: models(MODEL), prompt: 'Net debt?' }))
    expect(await text).toBe('Net debt is 42.')
    expect(await calls()).toEqual([
      expect.objectContaining({
        ...EXPECTED,
        'spanledger.stream.outcome': 'completed',
        'gen_ai.response.time_to_first_chunk': expect.any(Number),
      }),
    ])
  })

  it('that is refused is a call an attempt, and the error is the SDK’s own', async () => {
    const model = models('gemini-2.5-flash?status=429&retry_after=0')
    const asked = asAcme(() => generateText({ model, prompt: 'x', maxRetries: 1 }))
    await expect(asked).rejects.toBeInstanceOf(ai.RetryError)
    expect((await calls()).map((found) => found['error.type'])).toEqual(['rate_limited', 'rate_limited'])
  })

  it('that embeds is an embeddings call', async () => {
    const { usage } = await asAcme(() => embed({ model: models.embeddingModel('voyage-3.5'), value: 'net debt' }))
    expect(await calls()).toEqual([
      expect.objectContaining({
        'gen_ai.operation.name': 'embeddings',
        'gen_ai.request.model': 'voyage-3.5',
        'gen_ai.usage.input_tokens': usage.tokens,
        'gen_ai.usage.output_tokens': 0,
      }),
    ])
  })

  it.each<[string, () => Promise<unknown>]>([
    ['traced by hand too', () => generateText({ model: traceAiModel(models(MODEL)), prompt: 'x' })],
    [
      'inside traceModelCall',
      () =>
        traceModelCall({ provider: 'openai', model: MODEL }, () => generateText({ model: models(MODEL), prompt: 'x' })),
    ],
  ])('is counted once: %s', async (_name, ask) => {
    await asAcme(ask)
    expect(await calls()).toEqual([expect.objectContaining(EXPECTED)])
  })

  it('that embeds inside traceModelCall is counted once', async () => {
    const model = models.embeddingModel('voyage-3.5')
    const asked = { provider: 'openai', model: 'wrapped', operation: 'embeddings' }
    const { usage } = await traceModelCall(asked, () => embed({ model, value: 'x' }))
    expect((await calls()).map((found) => found['gen_ai.usage.input_tokens'])).toEqual([usage.tokens])
  })

  it('by its name is the default provider’s', async () => {
    const shared = globalThis as { AI_SDK_DEFAULT_PROVIDER?: unknown }
    shared.AI_SDK_DEFAULT_PROVIDER = models
    await asAcme(() => generateText({ model: MODEL, prompt: 'Net debt?' }))
    delete shared.AI_SDK_DEFAULT_PROVIDER
    expect(await calls()).toEqual([expect.objectContaining(EXPECTED)])
  })

  it('may be frozen, and keeps the private fields of its class', async () => {
    class Own {
      readonly specificationVersion = 'v4'
      readonly provider = 'own'
      readonly modelId = 'm'
      readonly supportedUrls = {}
      readonly #answer = 'from within'
      async doGenerate() {
        const usage = { inputTokens: { total: 3 }, outputTokens: { total: 2 } }
        return {
          content: [{ type: 'text', text: this.#answer }],
          finishReason: { unified: 'stop' },
          usage,
          warnings: [],
        }
      }
      doStream = () => Promise.reject(new Error('not asked for'))
    }
    const model = Object.freeze(new Own()) as never
    const { text } = await asAcme(() => generateText({ model, prompt: 'x' }))
    expect(text).toBe('from within')
    expect((await calls()).map((found) => found['gen_ai.usage.output_tokens'])).toEqual([2])
  })
})
