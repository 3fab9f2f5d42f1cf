// Answers the app does not let the client parse: raw responses, late readers and none. Each is one call with its figures.
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { PassThrough, Readable } from 'node:stream'
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { traceClients } from '../../../instrumentation/index.ts'
import { pollUntil } from '../../support/poll.ts'
import { type ProviderServer, providerCase, startProviderServer } from '../../support/provider-server.ts'
import { captureTelemetry } from '../../support/telemetry.ts'

// Anthropic's client would trace itself too; the preload sets this (start/instrumentations.ts).
process.env.ANTHROPIC_OPEN_TELEMETRY = 'false'

const telemetry = captureTelemetry()
let server: ProviderServer

beforeAll(async () => {
  traceClients({ OpenAI, Anthropic })
  server = await startProviderServer()
})
beforeEach(() => telemetry.reset())
afterAll(async () => {
  await server.stop()
  await telemetry.stop()
})

const QUESTION = 'What is the net debt, now?'
const MESSAGES = [{ role: 'user' as const, content: QUESTION }]
const openai = (name = 'plain') =>
  new OpenAI({ apiKey: 'test', baseURL: server.baseUrl('openai', name), maxRetries: 0 }).chat.completions
const chat = (name?: string) => openai(name).create({ model: 'gpt-5-mini', messages: MESSAGES })
const chatStream = (name = 'stream') => openai(name).create({ model: 'gpt-5-mini', messages: MESSAGES, stream: true })
const message = (stream = false) =>
  new Anthropic({
    apiKey: 'test',
    baseURL: server.baseUrl('anthropic', stream ? 'stream' : 'plain'),
    maxRetries: 0,
  }).messages.create({ model: 'claude-sonnet-4-0', max_tokens: 100, messages: MESSAGES, stream })

const only = async () => {
  const spans = await telemetry.spans()
  expect(spans).toHaveLength(1)
  return spans[0]?.attributes ?? {}
}
const bodyOf = (response: Response) => response.body as ReadableStream<Uint8Array>
const drain = async (source: AsyncIterable<unknown>) => {
  for await (const _ of source);
}

describe('a raw response', () => {
  it.each<[string, (response: Response) => Promise<unknown>]>([
    ['as JSON', (response) => response.json()],
    ['as text', (response) => response.text()],
    ['as bytes', (response) => response.arrayBuffer()],
    ['from a copy of it', (response) => response.clone().json()],
    ['twice, from two copies', (response) => Promise.all([response.clone().text(), response.text()])],
    ['handed on as another response', (response) => new Response(response.body).text()],
    ['chunk by chunk', (response) => drain(bodyOf(response))],
    ['through a pipe', (response) => drain(bodyOf(response).pipeThrough(new TextDecoderStream()))],
    ['as a stream of Node', (response) => drain(Readable.fromWeb(bodyOf(response) as never))],
  ])('that the app reads %s has the figures of the provider', async (_name, read) => {
    await read(await chat().asResponse())
    expect(await only()).toMatchObject(providerCase('openai', 'plain').expected)
    await telemetry.reset()
    await read(await message().asResponse())
    expect(await only()).toMatchObject(providerCase('anthropic', 'plain').expected)
  })

  it('with events has them too, and the times of its chunks', async () => {
    expect(await (await chatStream().asResponse()).text()).toMatch(/\[DONE\]\s*$/)
    expect(await only()).toMatchObject({
      ...providerCase('openai', 'stream').expected,
      'gen_ai.response.time_to_first_chunk': expect.any(Number),
    })
    await telemetry.reset()
    await drain(bodyOf(await message(true).asResponse()))
    expect(await only()).toMatchObject(providerCase('anthropic', 'stream').expected)
  })

  it('left early is booked with what was read', async () => {
    const reader = bodyOf(await chatStream('stream@hold=3').asResponse()).getReader()
    for (let text = ''; !text.includes('is 42'); ) text += new TextDecoder().decode((await reader.read()).value)
    await reader.cancel()
    expect(await only()).toMatchObject({
      'gen_ai.usage.input_tokens': 7,
      'gen_ai.usage.output_tokens': 4,
      'spanledger.stream.outcome': 'stopped',
      'spanledger.usage.estimated': true,
      'spanledger.usage.partial': true,
    })
  })

  it('broken in the middle is a failed call, and the reader gets the error', async () => {
    const response = await chatStream('stream@hold=3').asResponse()
    server.cut()
    await expect(response.text()).rejects.toThrow()
    expect(await only()).toMatchObject({ 'spanledger.stream.outcome': 'broken', 'error.type': expect.any(String) })
  })

  it('can still be parsed by the client, and is one call', async () => {
    const promise = chat()
    expect((await promise.asResponse()).status).toBe(200)
    expect((await promise).usage?.total_tokens).toBeGreaterThan(0)
    expect(await only()).toMatchObject(providerCase('openai', 'plain').expected)
  })

  it('beside the parsed answer is one call', async () => {
    const { data, response } = await chatStream().withResponse()
    expect(response.bodyUsed).toBe(false)
    await drain(data)
    expect(await only()).toMatchObject(providerCase('openai', 'stream').expected)
  })

  it('is as it was: locked and used as without telemetry', async () => {
    const response = await chat().asResponse()
    expect([response.bodyUsed, response.body?.locked]).toEqual([false, false])
    await response.text()
    expect(response.bodyUsed).toBe(true)
    await expect(response.text()).rejects.toThrow(TypeError)
  })
})

// What the clients of Google use, and openai before 5 brings: its bodies are streams of Node.
const nodeFetch = createRequire(import.meta.resolve('@google/genai'))('node-fetch') as { default: typeof fetch }
const raw = async (name: string, stream = false) => {
  const options = { apiKey: 'test', baseURL: server.baseUrl('openai', name), maxRetries: 0, fetch: nodeFetch.default }
  const request = { model: 'gpt-5-mini', messages: MESSAGES, stream }
  const response = await new OpenAI(options).chat.completions.create(request).asResponse()
  return { response, body: response.body as unknown as Readable }
}

describe('a raw response of node-fetch', () => {
  it.each<[string, (of: Awaited<ReturnType<typeof raw>>) => Promise<unknown>]>([
    ['as JSON', ({ response }) => response.json()],
    ['as text', ({ response }) => response.text()],
    ['as bytes', ({ response }) => response.arrayBuffer()],
    ['twice, from two copies', ({ response }) => Promise.all([response.clone().text(), response.text()])],
    ['chunk by chunk', ({ body }) => drain(body)],
    [
      'by its events',
      ({ body }) =>
        once(
          body.on('data', () => undefined),
          'end',
        ),
    ],
    [
      'as text, by its events',
      ({ body }) =>
        once(
          body.setEncoding('utf8').on('data', () => undefined),
          'end',
        ),
    ],
    [
      'by asking for more',
      ({ body }) =>
        once(
          body.on('readable', () => void body.read()),
          'end',
        ),
    ],
    ['through a pipe', ({ body }) => drain(body.pipe(new PassThrough()))],
    ['as a web stream', ({ body }) => new Response(Readable.toWeb(body) as ReadableStream).text()],
  ])('that the app reads %s has the figures of the provider', async (_name, read) => {
    await read(await raw('plain'))
    expect(await only()).toMatchObject(providerCase('openai', 'plain').expected)
  })

  it('with events has them too', async () => {
    expect(await (await raw('stream', true)).response.text()).toMatch(/\[DONE\]\s*$/)
    expect(await only()).toMatchObject(providerCase('openai', 'stream').expected)
  })

  it('is not read for the app', async () => {
    const { response, body } = await raw('plain')
    await new Promise((resolve) => setImmediate(resolve))
    expect([response.bodyUsed, body.readableFlowing, body.listenerCount('data')]).toEqual([false, null, 0])
    expect(await telemetry.spans()).toEqual([])
    await response.text()
  })

  it('left early is booked with what was read', async () => {
    const { body } = await raw('stream@hold=3', true)
    let text = ''
    for await (const chunk of body) {
      text += String(chunk)
      if (text.includes('is 42')) break
    }
    expect(await pollUntil('the call to end', only, { everyMs: 10 })).toMatchObject({
      'gen_ai.usage.output_tokens': 4,
      'spanledger.stream.outcome': 'stopped',
      'spanledger.usage.partial': true,
    })
  })

  it('broken in the middle is a failed call, and the reader gets the error', async () => {
    const { response } = await raw('stream@hold=3', true)
    server.cut()
    await expect(response.text()).rejects.toThrow()
    expect(await only()).toMatchObject({ 'spanledger.stream.outcome': 'broken', 'error.type': expect.any(String) })
  })
})

describe('a call awaited long after its answer came', () => {
  it('has the figures of the provider', async () => {
    const asked = server.received.length
    const late = chat()
    await pollUntil('the request', () => expect(server.received.length).toBe(asked + 1))
    await chat()
    await late
    const spans = await telemetry.spans()
    const { expected } = providerCase('openai', 'plain')
    expect(spans.map(({ attributes }) => attributes)).toMatchObject([expected, expected])
  })
})

describe('an answer nobody reads', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] }))
  afterEach(() => void vi.useRealTimers())

  it('is given up after a while, as of when it came; one with a reader is not', async () => {
    // Its own, whose timers have not begun before this clock.
    vi.resetModules()
    const { awaitReader, PATIENCE_MS, readerCame } = await import('../../../instrumentation/model-call/unread.ts')
    const given: [string, number | undefined][] = []
    const unread = (name: string) => ({ abandon: (sinceMs?: number) => void given.push([name, sinceMs]) })
    const [first, second, third] = [unread('first'), unread('second'), unread('third')]
    awaitReader(first)
    const firstMs = performance.now()
    vi.advanceTimersByTime(1_000)
    awaitReader(second)
    awaitReader(third)
    readerCame(second)
    vi.advanceTimersByTime(PATIENCE_MS - 1_001)
    expect(given).toEqual([])
    vi.advanceTimersByTime(1)
    expect(given).toEqual([['first', firstMs]])
    vi.advanceTimersByTime(PATIENCE_MS)
    expect(given).toEqual([
      ['first', firstMs],
      ['third', firstMs + 1_000],
    ])
  })
})
