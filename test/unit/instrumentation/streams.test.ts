// Streams that do not end as planned: what was used is recorded, the reader notices nothing.
import { setTimeout as wait } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { traceModelCall } from '../../../instrumentation/index.ts'
import { type ProviderServer, startProviderServer } from '../../support/provider-server.ts'
import { captureTelemetry } from '../../support/telemetry.ts'

const telemetry = captureTelemetry()
let server: ProviderServer

beforeAll(async () => {
  server = await startProviderServer()
})
beforeEach(() => telemetry.reset())
afterAll(async () => {
  await server.stop()
  await telemetry.stop()
})

const OPTIONS = { provider: 'openai', model: 'gpt-5-mini', stream: true, input: 'What is the net debt, now?' }
const MESSAGES = [{ role: 'user' as const, content: 'What is the net debt, now?' }]

const openStream = (name: string, signal?: AbortSignal) => {
  const client = new OpenAI({ apiKey: 'test', baseURL: server.baseUrl('openai', name), maxRetries: 0 })
  return traceModelCall(OPTIONS, () =>
    client.chat.completions.create(
      { model: 'gpt-5-mini', messages: MESSAGES, stream: true },
      signal ? { signal } : undefined,
    ),
  )
}

const attributes = async () => {
  const spans = await telemetry.spans()
  expect(spans).toHaveLength(1)
  return spans[0]?.attributes ?? {}
}

const estimated = (outputTokens: number) => ({
  'gen_ai.usage.input_tokens': 7,
  'gen_ai.usage.output_tokens': outputTokens,
  'spanledger.usage.estimated': true,
})

describe('a stream', () => {
  it('left early by its reader is booked with what was read', async () => {
    for await (const chunk of await openStream('stream')) if (chunk.choices[0]?.delta.content === ' is 42') break
    expect(await attributes()).toMatchObject({
      ...estimated(4),
      'spanledger.output.characters': 14,
      'spanledger.stream.outcome': 'stopped',
      'spanledger.usage.partial': true,
    })
    expect((await attributes())['error.type']).toBeUndefined()
  })

  it('aborted by its reader is booked with what was read, as aborted', async () => {
    const controller = new AbortController()
    const read = async () => {
      for await (const chunk of await openStream('stream@hold=2', controller.signal)) {
        if (chunk.choices[0]?.delta.content === 'Net debt') controller.abort()
      }
    }
    await read().catch((error: Error) => expect(error.name).toMatch(/Abort|Error/))
    expect(await attributes()).toMatchObject({
      ...estimated(2),
      'error.type': 'aborted',
      'spanledger.stream.outcome': 'aborted',
      'spanledger.usage.partial': true,
    })
  })

  it('broken by the network is booked with what was read, as failed; the reader gets the very error', async () => {
    const read = async () => {
      for await (const chunk of await openStream('stream@hold=3')) {
        if (chunk.choices[0]?.delta.content === ' is 42') server.cut()
      }
    }
    const error = await read().catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(Error)
    expect(await attributes()).toMatchObject({
      ...estimated(4),
      'error.type': expect.any(String),
      'spanledger.stream.outcome': 'broken',
      'spanledger.usage.partial': true,
    })
  })

  it('of Anthropic broken in the middle keeps the measured input and estimates only the output', async () => {
    const client = new Anthropic({
      apiKey: 'test',
      baseURL: server.baseUrl('anthropic', 'stream@hold=8'),
      maxRetries: 0,
    })
    const read = async () => {
      const stream = await traceModelCall({ provider: 'anthropic', model: 'claude-sonnet-4-0', stream: true }, () =>
        client.messages.create({ model: 'claude-sonnet-4-0', max_tokens: 100, messages: MESSAGES, stream: true }),
      )
      for await (const event of stream)
        if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') server.cut()
    }
    await expect(read()).rejects.toThrow()
    const found = (await telemetry.spans()).find(({ attributes: a }) => a['gen_ai.provider.name'] === 'anthropic')
    expect(found?.attributes).toMatchObject({
      'gen_ai.usage.input_tokens': 1233,
      'gen_ai.usage.cache_read.input_tokens': 1024,
      'gen_ai.usage.output_tokens': 6,
      'spanledger.output.characters': 21,
      'spanledger.usage.estimated': true,
      'spanledger.usage.partial': true,
    })
  })

  it('keeps its class and its methods: tee gives both branches every chunk, and counts them once', async () => {
    const stream = await openStream('stream')
    expect(stream.controller).toBeInstanceOf(AbortController)
    const texts = await Promise.all(
      stream.tee().map(async (branch) => {
        let text = ''
        for await (const chunk of branch) text += chunk.choices[0]?.delta.content ?? ''
        return text
      }),
    )
    expect(texts).toEqual(['Net debt is 42 million.', 'Net debt is 42 million.'])
    expect(await attributes()).toMatchObject({
      'spanledger.output.characters': 23,
      'spanledger.stream.outcome': 'completed',
    })
  })

  it('as a web stream gives the reader each chunk and ends the span at its end', async () => {
    const source = new ReadableStream<string>({
      start(controller) {
        for (const text of ['Net ', 'debt']) controller.enqueue(text)
        controller.close()
      },
    })
    const stream = await traceModelCall(OPTIONS, () => source)
    const chunks: string[] = []
    for await (const chunk of stream) chunks.push(chunk)
    expect(chunks).toEqual(['Net ', 'debt'])
    expect(await attributes()).toMatchObject({ ...estimated(2), 'spanledger.stream.outcome': 'completed' })
  })

  it('as a web stream cancelled by its reader is stopped', async () => {
    const source = new ReadableStream<string>({ pull: (controller) => controller.enqueue('more ') })
    const reader = (await traceModelCall(OPTIONS, () => source)).getReader()
    await reader.read()
    await reader.cancel()
    expect(await attributes()).toMatchObject({ ...estimated(2), 'spanledger.stream.outcome': 'stopped' })
  })

  it('as a plain generator works when driven by next', async () => {
    async function* words() {
      yield 'Net '
      yield 'debt'
    }
    const stream = await traceModelCall(OPTIONS, () => words())
    expect(await stream.next()).toEqual({ done: false, value: 'Net ' })
    expect(await stream.next()).toEqual({ done: false, value: 'debt' })
    expect(await stream.next()).toEqual({ done: true, value: undefined })
    expect(await attributes()).toMatchObject({ ...estimated(2), 'spanledger.stream.outcome': 'completed' })
  })

  it('that nobody reads ends its span when it is collected', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const open = async () => {
      await traceModelCall(OPTIONS, () =>
        (async function* () {
          yield 'never read'
        })(),
      )
    }
    await open()
    await expect
      .poll(
        async () => {
          collect()
          return (await telemetry.spans()).map((span) => span.attributes['spanledger.stream.outcome'])
        },
        { timeout: 30_000, interval: 20, message: 'the abandoned span to end' },
      )
      .toEqual(['abandoned'])
  }, 40_000)

  it('measures the time to the first chunk that carries output, and between later ones', async () => {
    const startedMs = performance.now()
    let [rolesMs, releasedMs] = [0, 0]
    for await (const chunk of await openStream('stream@hold=1')) {
      if (chunk.choices[0]?.delta.role === undefined || rolesMs > 0) continue
      // The first event has a role and no text; the second one carries output.
      rolesMs = performance.now()
      await wait(50)
      releasedMs = performance.now()
      server.release()
    }
    const endedMs = performance.now()
    const firstChunkMs = ((await attributes())['gen_ai.response.time_to_first_chunk'] as number) * 1000
    expect(firstChunkMs).toBeGreaterThan(releasedMs - rolesMs)
    expect(firstChunkMs).toBeLessThan(endedMs - startedMs)
    expect(await telemetry.points('gen_ai.client.operation.time_to_first_chunk')).toMatchObject([{ count: 1 }])
    expect(await telemetry.points('gen_ai.client.operation.time_per_output_chunk')).toMatchObject([{ count: 2 }])
  })
})
