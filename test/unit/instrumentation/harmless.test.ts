// What is odd about the app's values or streams stays without consequence: the app gets what it would get without us.
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import {
  traceEmbedding,
  traceGraphQuery,
  traceModelCall,
  traceRerank,
  traceResponseStream,
  traceVectorSearch,
} from '../../../instrumentation/index.ts'
import { captureTelemetry } from '../../support/telemetry.ts'

const telemetry = captureTelemetry()
beforeEach(() => telemetry.reset())
afterAll(() => telemetry.stop())

const attributes = async () => {
  const spans = await telemetry.spans()
  expect(spans).toHaveLength(1)
  return spans[0]?.attributes ?? {}
}
const OPTIONS = { provider: 'local', model: 'm', stream: true, input: 'What is the net debt, now?' }

describe('a figure of a retrieval step', () => {
  const odd = undefined as never
  it.each<[string, () => Promise<unknown>]>([
    ['none reported', () => traceVectorSearch({ mode: 'vector' }, (report) => done(report(odd)))],
    [
      'scores of null',
      () => traceVectorSearch({ mode: 'vector' }, (report) => done(report({ retrieved: 1, scores: null as never }))),
    ],
    [
      'an iterator of scores',
      () =>
        traceVectorSearch({ mode: 'vector' }, (report) =>
          done(report({ retrieved: 1, scores: new Set([1]).values() as never })),
        ),
    ],
    ['no kept', () => traceRerank({ provider: 'p', model: 'm', candidates: 1 }, (report) => done(report(odd)))],
    ['no results', () => traceGraphQuery({}, (report) => done(report(odd)))],
    ['no options', () => traceEmbedding(odd, () => 'answer')],
    ['a chunk of nothing', () => traceResponseStream((stream) => done(stream.wrote(odd)))],
  ])('that makes no sense is left out: %s', async (_name, step) => {
    expect(await step()).toBe('answer')
    expect(await attributes()).toHaveProperty('spanledger.rag.step')
  })

  it('may come from 200 000 scores', async () => {
    const scores = Array.from({ length: 200_000 }, (_, index) => (index % 2) / 2)
    await traceVectorSearch({ mode: 'vector' }, (report) => report({ retrieved: scores.length, scores }))
    expect(await attributes()).toMatchObject({
      'spanledger.search.chunks_retrieved': 200_000,
      'spanledger.search.top_score': 0.5,
      'spanledger.search.average_score': 0.25,
    })
  })
})

const done = (_reported: unknown) => 'answer'

describe('a stream of the app’s own making', () => {
  const COMPLETED = { 'spanledger.output.characters': 8, 'spanledger.stream.outcome': 'completed' }

  it('may have an iterator without promises', async () => {
    const left = ['Net ', 'debt']
    const source = {
      [Symbol.asyncIterator]: () => ({ next: () => ({ done: left.length === 0, value: left.shift() }) }),
    }
    const stream = (await traceModelCall(OPTIONS, () => source)) as unknown as AsyncIterable<string>
    const read: string[] = []
    for await (const text of stream) read.push(text)
    expect(read).toEqual(['Net ', 'debt'])
    expect(await attributes()).toMatchObject(COMPLETED)
  })

  it('may throw where it should reject, and the reader gets that error', async () => {
    const broken = new Error('broken')
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: (): never => {
          throw broken
        },
      }),
    }
    const stream = (await traceModelCall(OPTIONS, () => source)) as unknown as AsyncIterable<string>
    const read = async () => {
      for await (const _ of stream);
    }
    await expect(read()).rejects.toBe(broken)
    expect(await attributes()).toMatchObject({ 'spanledger.stream.outcome': 'broken' })
  })

  it('of bytes still gives them to a reader that brings its own buffer', async () => {
    const stream = await traceModelCall(OPTIONS, () => new Response('Net debt').body as ReadableStream<Uint8Array>)
    const reader = stream.getReader({ mode: 'byob' })
    const first = await reader.read(new Uint8Array(4))
    const second = await reader.read(new Uint8Array(10))
    expect([first, second].map(({ value }) => new TextDecoder().decode(value))).toEqual(['Net ', 'debt'])
    expect((await reader.read(new Uint8Array(10))).done).toBe(true)
    expect(await attributes()).toMatchObject({ 'spanledger.stream.outcome': 'completed' })
  })
})
