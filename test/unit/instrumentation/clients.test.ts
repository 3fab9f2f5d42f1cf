// The real SDK clients against answers in the providers' wire formats (written after their references, not recorded; see
// test/fixtures/providers): what each case becomes, compared whole.
import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI, Models } from '@google/genai'
import OpenAI from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { traceClients, traceModelCall, withTenant } from '../../../instrumentation/index.ts'
import { type ProviderServer, providerCase, startProviderServer } from '../../support/provider-server.ts'
import { captureTelemetry } from '../../support/telemetry.ts'

// Anthropic's client would trace itself too; the preload sets this (start/instrumentations.ts).
process.env.ANTHROPIC_OPEN_TELEMETRY = 'false'

const telemetry = captureTelemetry()
let server: ProviderServer

beforeAll(async () => {
  traceClients({ OpenAI, Anthropic, GoogleModels: Models })
  server = await startProviderServer()
})
beforeEach(() => telemetry.reset())
afterAll(async () => {
  await server.stop()
  await telemetry.stop()
})

const openai = (name: string) => new OpenAI({ apiKey: 'test', baseURL: server.baseUrl('openai', name), maxRetries: 0 })
const anthropic = (name: string) =>
  new Anthropic({ apiKey: 'test', baseURL: server.baseUrl('anthropic', name), maxRetries: 0 })
const google = (name: string) =>
  new GoogleGenAI({ apiKey: 'test', httpOptions: { baseUrl: server.baseUrl('google', name) } })

const TENANT = { orgId: 'acme', dealId: 'falcon' }
/** 26 characters, so 7 tokens where the input has to be estimated. */
const QUESTION = 'What is the net debt, now?'
const MESSAGES = [{ role: 'user' as const, content: QUESTION }]
const MODEL = 'gpt-5-mini'
const ANTHROPIC = { model: 'claude-sonnet-4-0', max_tokens: 100, messages: MESSAGES }
const GEMINI = { model: 'gemini-2.5-flash', contents: QUESTION }

async function drain(stream: AsyncIterable<unknown>): Promise<number> {
  let chunks = 0
  for await (const _ of stream) chunks++
  return chunks
}

type Call = (name: string) => Promise<unknown>
const chat: Call = (name) => openai(name).chat.completions.create({ model: MODEL, messages: MESSAGES })
const chatStream: Call = async (name) =>
  drain(await openai(name).chat.completions.create({ model: MODEL, messages: MESSAGES, stream: true }))
const message: Call = (name) => anthropic(name).messages.create(ANTHROPIC)
const messageStream: Call = async (name) => drain(await anthropic(name).messages.create({ ...ANTHROPIC, stream: true }))
const generate: Call = (name) => google(name).models.generateContent(GEMINI)
const generateStream: Call = async (name) => drain(await google(name).models.generateContentStream(GEMINI))

const CASES: [provider: string, name: string, call: Call][] = [
  ['openai', 'plain', chat],
  ['openai', 'stream', chatStream],
  ['openai', 'stream-no-usage', chatStream],
  ['openai', 'tool-call', chat],
  ['openai', 'stream-tool-call', chatStream],
  ['openai', 'rate-limit', chat],
  ['openai', 'server-error', chat],
  ['openai', 'responses', (name) => openai(name).responses.create({ model: MODEL, input: QUESTION })],
  [
    'openai',
    'responses-stream',
    async (name) => drain(await openai(name).responses.create({ model: MODEL, input: QUESTION, stream: true })),
  ],
  [
    'openai',
    'embeddings',
    (name) =>
      openai(name).embeddings.create({ model: 'text-embedding-3-small', input: QUESTION, encoding_format: 'float' }),
  ],
  ['anthropic', 'plain', message],
  ['anthropic', 'stream', messageStream],
  ['anthropic', 'stream', async (name) => anthropic(name).messages.stream(ANTHROPIC).finalMessage()],
  ['anthropic', 'tool-call', message],
  ['anthropic', 'stream-tool-call', messageStream],
  ['anthropic', 'rate-limit', message],
  ['anthropic', 'server-error', message],
  ['google', 'plain', generate],
  ['google', 'stream', generateStream],
  ['google', 'tool-call', generate],
  ['google', 'rate-limit', generate],
  ['google', 'server-error', generate],
  [
    'google',
    'embeddings',
    (name) => google(name).models.embedContent({ model: 'gemini-embedding-001', contents: QUESTION }),
  ],
]

/** What every call with this question carries beside what its case expects; times are checked apart. */
const common = (provider: string, expected: Record<string, unknown>) => ({
  org_id: 'acme',
  deal_id: 'falcon',
  'spanledger.input.characters': 26,
  ...(provider !== 'google' && { 'server.address': '127.0.0.1', 'server.port': expect.any(Number) }),
  ...(expected['spanledger.stream.outcome'] !== undefined && {
    'gen_ai.response.time_to_first_chunk': expect.any(Number),
  }),
})

const modelSpans = async () => (await telemetry.spans()).filter((span) => 'gen_ai.provider.name' in span.attributes)

describe('clients without code per call', () => {
  it.each(CASES)('%s: %s', async (provider, name, call) => {
    const { status, expected } = providerCase(provider, name)
    const outcome = await withTenant(TENANT, () => call(name)).catch((error: unknown) => error)
    expect(outcome instanceof Error).toBe(status >= 400)
    const spans = await modelSpans()
    expect(spans.map(({ attributes }) => attributes)).toEqual([{ ...expected, ...common(provider, expected) }])
  })

  it('counts a call once when a wrapper stands around a traced client', async () => {
    await traceModelCall({ provider: 'openai', model: MODEL }, () => chat('plain'))
    expect((await modelSpans()).map(({ name }) => name)).toEqual(['chat gpt-5-mini'])
  })

  it('leaves the promise of OpenAI and Anthropic as it is: withResponse and asResponse work', async () => {
    const { data, response } = await openai('plain')
      .chat.completions.create({ model: MODEL, messages: MESSAGES })
      .withResponse()
    expect([data.choices[0]?.message.content, response.status]).toEqual(['Net debt is 42 million.', 200])
    const raw = await anthropic('plain').messages.create(ANTHROPIC).asResponse()
    expect(((await raw.json()) as { id: string }).id).toBe('msg_01Ab')
  })

  it('hands on the very errors of the SDK', async () => {
    await expect(chat('rate-limit')).rejects.toBeInstanceOf(OpenAI.RateLimitError)
    await expect(message('rate-limit')).rejects.toBeInstanceOf(Anthropic.RateLimitError)
  })
})
