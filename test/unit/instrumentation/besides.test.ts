// Usage beside text at the usual price: what each provider tells of it is on the span, and the ledger understands it.
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { traceModelCall } from '../../../instrumentation/index.ts'
import { readBesides } from '../../../src/ledger/recognise/besides.ts'
import type { Attributes } from '../../../src/ledger/span.ts'
import { captureTelemetry } from '../../support/telemetry.ts'

const telemetry = captureTelemetry()
beforeEach(() => telemetry.reset())
afterAll(() => telemetry.stop())

const attributesOf = async (response: unknown) => {
  await traceModelCall({ provider: 'p', model: 'm' }, () => response)
  const [span] = await telemetry.spans()
  return span?.attributes ?? {}
}

const chat = (usage: object, more: object = {}) => ({
  choices: [],
  usage: { prompt_tokens: 100, completion_tokens: 50, ...usage },
  ...more,
})
const responses = (usage: object, more: object = {}) => ({
  object: 'response',
  status: 'completed',
  usage: { input_tokens: 100, output_tokens: 50, ...usage },
  ...more,
})
const message = (usage: object) => ({
  type: 'message',
  content: [],
  usage: { input_tokens: 60, cache_read_input_tokens: 0, cache_creation_input_tokens: 40, output_tokens: 50, ...usage },
})
const gemini = (usage: object, candidate: object = {}) => ({
  candidates: [candidate],
  usageMetadata: { promptTokenCount: 100, candidatesTokenCount: 50, ...usage },
})
const aiSdk = (raw: object, more: object = {}) => ({ usage: { inputTokens: 100, outputTokens: 50, raw }, ...more })

const SOUND = { 'gen_ai.usage.input_audio_tokens': 30, 'gen_ai.usage.output_audio_tokens': 20 }
const HOUR = { 'anthropic.usage.cache_creation.ephemeral_1h_input_tokens': 40 }
const SEARCHED = { 'gen_ai.usage.web_search_requests': 2 }
const openAiSound = { prompt_tokens_details: { audio_tokens: 30 }, completion_tokens_details: { audio_tokens: 20 } }
const anthropicSearch = { server_tool_use: { web_search_requests: 2 } }
const hour = { cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 40 } }

describe('a call', () => {
  it.each<[string, unknown, object, string]>([
    ['OpenAI: sound', chat(openAiSound), SOUND, 'audio'],
    [
      'OpenAI: another tier',
      chat({}, { service_tier: 'flex' }),
      { 'gen_ai.response.service_tier': 'flex' },
      'flex_tier',
    ],
    [
      'OpenAI, Responses: searches',
      responses({}, { output: [{ type: 'web_search_call' }, { type: 'message' }, { type: 'web_search_call' }] }),
      SEARCHED,
      'web_search',
    ],
    [
      'OpenAI, Responses: another tier',
      responses({}, { service_tier: 'priority' }),
      { 'gen_ai.response.service_tier': 'priority' },
      'priority_tier',
    ],
    ['Anthropic: a cache for an hour', message(hour), HOUR, 'cache_1h'],
    ['Anthropic: searches', message(anthropicSearch), SEARCHED, 'web_search'],
    [
      'Anthropic: another tier',
      message({ service_tier: 'batch' }),
      { 'gen_ai.response.service_tier': 'batch' },
      'batch_tier',
    ],
    [
      'Google: sound',
      gemini({
        promptTokensDetails: [
          { modality: 'TEXT', tokenCount: 70 },
          { modality: 'AUDIO', tokenCount: 30 },
        ],
        candidatesTokensDetails: [{ modality: 'AUDIO', tokenCount: 20 }],
      }),
      SOUND,
      'audio',
    ],
    ['Google: searches', gemini({}, { groundingMetadata: { webSearchQueries: ['a', 'b'] } }), SEARCHED, 'web_search'],
    ['the AI SDK: sound', aiSdk(openAiSound), SOUND, 'audio'],
    ['the AI SDK: a cache for an hour', aiSdk(hour), HOUR, 'cache_1h'],
    [
      'the AI SDK: another tier, beside',
      aiSdk({}, { providerMetadata: { openai: { serviceTier: 'flex' } } }),
      { 'gen_ai.response.service_tier': 'flex' },
      'flex_tier',
    ],
  ])('of %s', async (_name, response, found, besides) => {
    const attributes = await attributesOf(response)
    expect(attributes).toMatchObject({ 'gen_ai.usage.input_tokens': 100, 'gen_ai.usage.output_tokens': 50, ...found })
    expect(readBesides(attributes as Attributes, 'chat')).toBe(besides)
  })

  it.each([
    ['OpenAI', chat({ prompt_tokens_details: { audio_tokens: 0 } }, { service_tier: 'default' })],
    ['Anthropic', message({ ...hour, cache_creation: { ephemeral_1h_input_tokens: 0 }, service_tier: 'standard' })],
    ['Google', gemini({ promptTokensDetails: [{ modality: 'TEXT', tokenCount: 100 }] })],
  ])('of %s with none of these says nothing of them', async (_name, response) => {
    const attributes = await attributesOf(response)
    expect(Object.keys(attributes).filter((key) => /audio|1h|search|tier/.test(key))).toEqual([])
    expect(readBesides(attributes as Attributes, 'chat')).toBe('')
  })
})

describe('tokens', () => {
  it.each<[string, unknown, object]>([
    [
      'written to the cache: OpenAI',
      chat({ prompt_tokens_details: { cached_tokens: 10, cache_write_tokens: 40 } }),
      { 'gen_ai.usage.cache_creation.input_tokens': 40 },
    ],
    [
      'written to the cache: OpenAI, Responses',
      responses({ input_tokens_details: { cached_tokens: 10, cache_write_tokens: 40 } }),
      { 'gen_ai.usage.cache_creation.input_tokens': 40 },
    ],
    [
      'spent on reasoning: Anthropic',
      message({ output_tokens_details: { thinking_tokens: 30 } }),
      { 'gen_ai.usage.reasoning.output_tokens': 30 },
    ],
  ])('%s', async (_name, response, found) => expect(await attributesOf(response)).toMatchObject(found))

  it('of a stream of Anthropic’s keep their cached part when its end does not repeat it', async () => {
    const events = [
      { type: 'message_start', message: message({ cache_read_input_tokens: 1_000, output_tokens: 1 }) },
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn' },
        usage: {
          input_tokens: 60,
          cache_read_input_tokens: null,
          cache_creation_input_tokens: null,
          output_tokens: 64,
          output_tokens_details: { thinking_tokens: 30 },
        },
      },
    ]
    async function* stream() {
      yield* events
    }
    for await (const _ of await traceModelCall({ provider: 'anthropic', model: 'm' }, () => stream()));
    const [span] = await telemetry.spans()
    expect(span?.attributes).toMatchObject({
      'gen_ai.usage.input_tokens': 1_100,
      'gen_ai.usage.cache_read.input_tokens': 1_000,
      'gen_ai.usage.cache_creation.input_tokens': 40,
      'gen_ai.usage.output_tokens': 64,
      'gen_ai.usage.reasoning.output_tokens': 30,
    })
  })
})
