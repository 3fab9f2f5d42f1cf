import type { Server } from 'node:http'
import OpenAI from 'openai'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createModelServer } from '../../../src/demo/model-server/server.ts'
import { closeServer, listen } from '../../../src/shared/listen.ts'

let server: Server
let url: string
let client: OpenAI

beforeEach(async () => {
  const started = await listen(createModelServer({ pace: { firstTokenMs: 0, chunkMs: 0 } }), 0, '127.0.0.1')
  server = started.server
  url = started.url
  client = new OpenAI({ apiKey: 'any', baseURL: `${url}/v1`, maxRetries: 0 })
})

afterEach(() => closeServer(server))

// 3 for the request; system: 3 + [1], Revenue, grew, 12, %, . = 3 + 3 + 5; user: 3 + How, much, did, revenue, grow, ? = 3 + 6.
const messages = [
  { role: 'system' as const, content: '[1] Revenue grew 12%.' },
  { role: 'user' as const, content: 'How much did revenue grow?' },
]
const PROMPT_TOKENS = 3 + (3 + 8) + (3 + 6)
const REPLY = 'According to [1]: Revenue grew 12%. [1]'
// According, to, [, 1, ], :, Revenue, grew, 12, %, ., [, 1, ]
const COMPLETION_TOKENS = 14

const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

const usage = (given: { prompt: number; completion: number; cached?: number; reasoning?: number }) =>
  expect.objectContaining({
    prompt_tokens: given.prompt,
    completion_tokens: given.completion,
    total_tokens: given.prompt + given.completion,
    prompt_tokens_details: expect.objectContaining({ cached_tokens: given.cached ?? 0 }),
    completion_tokens_details: expect.objectContaining({ reasoning_tokens: given.reasoning ?? 0 }),
  })

const order = (rule: object) =>
  fetch(`${url}/control`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(rule),
  })

const calls = async () => ((await (await fetch(`${url}/control/calls`)).json()) as { calls: unknown[] }).calls

describe('chat completions', () => {
  it('answer from the sources in the prompt with tokens anyone can count', async () => {
    const completion = await client.chat.completions.create({ model: 'gemini-2.5-flash', messages })
    expect(completion.choices[0]).toMatchObject({ message: { content: REPLY }, finish_reason: 'stop' })
    expect(completion.model).toBe('gemini-2.5-flash')
    expect(completion.usage).toEqual(usage({ prompt: PROMPT_TOKENS, completion: COMPLETION_TOKENS }))
  })

  it('stream the same text, with a usage chunk only when asked', async () => {
    const read = async (includeUsage: boolean) => {
      const stream = await client.chat.completions.create({
        model: 'gemini-2.5-flash',
        messages,
        stream: true,
        ...(includeUsage ? { stream_options: { include_usage: true } } : {}),
      })
      const chunks = await collect(stream)
      const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')
      return { text, usage: chunks.flatMap((chunk) => (chunk.usage ? [chunk.usage] : [])), last: chunks.at(-1) }
    }
    const withUsage = await read(true)
    expect(withUsage.text).toBe(REPLY)
    expect(withUsage.usage).toEqual([usage({ prompt: PROMPT_TOKENS, completion: COMPLETION_TOKENS })])
    expect(withUsage.last?.choices).toEqual([])
    const without = await read(false)
    expect(without).toMatchObject({ text: REPLY, usage: [] })
    expect(without.last?.choices[0]?.finish_reason).toBe('stop')
  })

  it('have an id of their own each', async () => {
    const ids = await Promise.all(
      Array.from(
        { length: 20 },
        async () => (await client.chat.completions.create({ model: 'grok-beta', messages })).id,
      ),
    )
    expect(new Set(ids).size).toBe(20)
  })

  it('stop at max_tokens with finish reason length', async () => {
    const completion = await client.chat.completions.create({ model: 'gemini-2.5-flash', messages, max_tokens: 2 })
    expect(completion.choices[0]).toMatchObject({ message: { content: 'According to' }, finish_reason: 'length' })
  })

  it('of a model that is not offered are 404 with its name', async () => {
    await expect(client.chat.completions.create({ model: 'gpt-nope', messages })).rejects.toMatchObject({
      status: 404,
      code: 'model_not_found',
      message: expect.stringContaining("'gpt-nope'"),
    })
  })

  it.each([
    ['no messages', { model: 'gemini-2.5-flash', messages: [] }],
    ['no model', { messages }],
    ['a body that is not JSON', '{'],
  ])('with %s are 400', async (_name, body) => {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } })
  })
})

describe('on request', () => {
  const ask = (behaviour: string) =>
    client.chat.completions.create(
      { model: 'gemini-2.5-flash', messages },
      { headers: { 'x-model-behaviour': behaviour } },
    )

  it.each([400, 401, 403, 429, 500, 503])('fails with %i', async (status) => {
    await expect(ask(`status=${status}`)).rejects.toMatchObject({ status })
  })

  it('rate-limits with the Retry-After it was given', async () => {
    const error = await ask('status=429&retry_after=7').catch(
      (failure: InstanceType<typeof OpenAI.APIError>) => failure,
    )
    expect(error).toMatchObject({ status: 429, code: 'rate_limit_exceeded' })
    expect((error as InstanceType<typeof OpenAI.APIError>).headers?.get('retry-after')).toBe('7')
  })

  it('reports the usage it was given', async () => {
    const completion = await ask('prompt_tokens=1000&completion_tokens=500&cached_tokens=400&reasoning_tokens=120')
    expect(completion.usage).toEqual(usage({ prompt: 1000, completion: 500, cached: 400, reasoning: 120 }))
    expect(await calls()).toEqual([
      {
        id: completion.id,
        at: expect.any(String),
        endpoint: 'chat.completions',
        model: 'gemini-2.5-flash',
        status: 200,
        outcome: 'complete',
        usage: { promptTokens: 1000, completionTokens: 500, cachedTokens: 400, reasoningTokens: 120 },
      },
    ])
  })

  it('reports no usage at all', async () => {
    expect((await ask('no_usage=true')).usage).toBeUndefined()
  })

  it('waits before the first token', async () => {
    const started = performance.now()
    await ask('first_token_ms=80')
    expect(performance.now() - started).toBeGreaterThanOrEqual(79)
  })

  it('cuts a stream after some chunks, and charges what it had produced', async () => {
    const stream = await client.chat.completions.create(
      { model: 'gemini-2.5-flash', messages, stream: true },
      { headers: { 'x-model-behaviour': 'cut_after=2&chunk_ms=5' } },
    )
    const texts: string[] = []
    const reading = (async () => {
      for await (const chunk of stream) texts.push(chunk.choices[0]?.delta.content ?? '')
    })()
    await expect(reading).rejects.toThrow()
    expect(texts.join('')).toBe('According to')
    expect(await calls()).toMatchObject([{ outcome: 'cut', usage: { completionTokens: 2 } }])
  })

  it('cuts the connection before any answer', async () => {
    await expect(ask('cut_after=0')).rejects.toThrow('Connection error')
  })

  it('takes its orders from the model name too, and answers with the plain name', async () => {
    const model = 'gemini-2.5-flash?prompt_tokens=10&completion_tokens=5'
    const completion = await client.chat.completions.create({ model, messages })
    expect(completion).toMatchObject({ model: 'gemini-2.5-flash', usage: { prompt_tokens: 10, completion_tokens: 5 } })
  })

  it('refuses an order it does not know instead of answering as if all were well', async () => {
    await expect(ask('statsu=500')).rejects.toMatchObject({ status: 400, message: expect.stringContaining('statsu') })
  })

  it('keeps standing orders until reset, each with its own model, rhythm and end', async () => {
    await order({ model: 'gemini-2.5-flash', every: 2, times: 1, behaviour: { status: 503 } })
    const outcome = async (model: string) =>
      (await client.chat.completions.create({ model, messages }).catch((error) => error)).status ?? 'ok'
    expect(await outcome('gemini-2.5-flash')).toBe('ok')
    expect(await outcome('grok-beta')).toBe('ok')
    expect(await outcome('gemini-2.5-flash')).toBe(503)
    expect(await outcome('gemini-2.5-flash')).toBe('ok')
    expect(await outcome('gemini-2.5-flash')).toBe('ok')
    await order({ behaviour: { status: 500 } })
    expect(await outcome('grok-beta')).toBe(500)
    expect((await fetch(`${url}/control`, { method: 'DELETE' })).status).toBe(204)
    expect(await outcome('grok-beta')).toBe('ok')
  })

  it('refuses a standing order it does not know', async () => {
    expect((await order({ behaviour: { speed: 1 } })).status).toBe(400)
  })
})

describe('embeddings', () => {
  it('are the same as base64 and as floats, and near for texts that share words', async () => {
    const input = ['falling revenue in Europe', 'revenues fell across Europe', 'the cat sat on the mat']
    const packed = await client.embeddings.create({ model: 'voyage-3.5', input })
    const plain = await client.embeddings.create({ model: 'voyage-3.5', input, encoding_format: 'float' })
    const vectors = plain.data.map((item) => item.embedding)
    expect(packed.data.map((item) => item.embedding)).toEqual(
      vectors.map((vector) => vector.map((value) => expect.closeTo(value, 6))),
    )
    const similarity = (a: number, b: number) =>
      (vectors[a] ?? []).reduce((sum, value, index) => sum + value * (vectors[b]?.[index] ?? 0), 0)
    expect(similarity(0, 0)).toBeCloseTo(1)
    expect(similarity(0, 1)).toBeGreaterThan(similarity(0, 2) + 0.3)
    expect(plain.usage).toEqual({ prompt_tokens: 4 + 4 + 6, total_tokens: 14 })
  })
})

it('reranks with the fitting document first and charges the query once per document', async () => {
  const response = await fetch(`${url}/v1/rerank`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'rerank-2.5', query: 'revenue growth', documents: ['a cat', 'growth of revenue'] }),
  })
  expect(await response.json()).toMatchObject({
    data: [{ index: 1 }, { index: 0 }],
    usage: { total_tokens: 2 + 2 + 2 + 3 },
  })
})

it('lists its models', async () => {
  const ids = (await collect(client.models.list())).map((model) => model.id)
  expect(ids).toEqual(expect.arrayContaining(['gemini-2.5-flash', 'claude-opus-4-5', 'unlisted-model-1', 'bge-m3']))
})
