// Vercel AI SDK 4 to 7: its own telemetry. Version 7 registers it once, earlier ones take a flag per call.
import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogleGenerativeAI } from '@ai-sdk/google'
import { createOpenAI } from '@ai-sdk/openai'
import * as ai from 'ai'
import { z } from 'zod'
import * as h from './harness.mjs'

const { embed, embedMany, generateObject, generateText, streamText, tool } = ai
const major = Number(h.library('', 'ai').slice(1).split('.')[0])
if (major >= 7) {
  const { OpenTelemetry } = await import('@ai-sdk/otel')
  ai.registerTelemetry(new OpenTelemetry())
}
const telemetry = major >= 7 ? {} : { experimental_telemetry: { isEnabled: true, functionId: 'ask' } }

const openai = createOpenAI({ baseURL: `${h.URL}/v1`, apiKey: 'test' })
const anthropic = createAnthropic({ baseURL: `${h.URL}/v1`, apiKey: 'test' })
const google = createGoogleGenerativeAI({ baseURL: `${h.URL}/v1beta`, apiKey: 'test' })
const gpt = openai.chat('gpt-4o-mini')
const responses = openai('gpt-4o-mini')
const claude = anthropic('claude-sonnet-4-20250514')
const gemini = google('gemini-2.5-flash')

// Version 4 calls the schema `parameters` and counts steps otherwise.
const schema = (shape) => ({ [major < 5 ? 'parameters' : 'inputSchema']: z.object(shape) })
const weather = tool({
  description: 'Weather of a city',
  ...schema({ city: z.string() }),
  execute: async () => 'sunny',
})
const limit = major < 5 ? { maxSteps: 3 } : { stopWhen: (ai.stepCountIs ?? ai.isStepCount)(3) }
const steps = { tools: { weather }, ...limit }

const ask = (model = gpt, rest = {}) =>
  generateText({ model, prompt: h.QUESTION, maxRetries: 0, ...telemetry, ...rest })

async function stream(model = gpt, rest = {}) {
  const result = streamText({ model, prompt: h.QUESTION, maxRetries: 0, onError() {}, ...telemetry, ...rest })
  for await (const _ of result.textStream);
}

async function abort() {
  const stop = new AbortController()
  const result = streamText({ model: gpt, prompt: h.QUESTION, abortSignal: stop.signal, onError() {}, ...telemetry })
  let seen = 0
  for await (const _ of result.textStream) if (++seen === 2) stop.abort()
}

const delegation = () =>
  ask(gpt, {
    ...steps,
    tools: {
      colleague: tool({
        description: 'Asks a colleague',
        ...schema({ question: z.string() }),
        execute: async ({ question }) => (await ask(claude, { prompt: question })).text,
      }),
    },
  })

const object = (model) =>
  generateObject({ model, prompt: h.QUESTION, schema: z.object({ answer: z.string() }), maxRetries: 0, ...telemetry })

await h.capture(h.library('ai', 'ai'), {
  plain: [h.CALM, () => ask()],
  stream: [h.CALM, () => stream()],
  cached: [h.CACHED, () => ask()],
  reasoning: [h.REASONING, () => ask()],
  responses: [{ cacheRead: 1024, reasoning: 64 }, () => ask(responses)],
  agent: [h.CALM, () => ask(gpt, steps)],
  'stream-agent': [h.CALM, () => stream(gpt, steps)],
  delegation: [h.CALM, delegation],
  twins: [h.CALM, () => Promise.all([ask(), ask()])],
  'rate-limited': [h.RATE_LIMITED, () => ask()],
  retry: [h.RETRIED, () => ask(gpt, { maxRetries: 2 })],
  abort: [h.SLOW, abort],
  'object-unparsable': [h.CALM, () => object(gpt)],
  object: [{ text: '{"answer":"forty two"}' }, () => object(gpt)],
  embeddings: [h.CALM, () => embed({ model: openai.embedding('text-embedding-3-small'), value: 'one', ...telemetry })],
  'embeddings-many': [
    h.CALM,
    () => embedMany({ model: openai.embedding('text-embedding-3-small'), values: ['one', 'two'], ...telemetry }),
  ],
  'anthropic-plain': [h.CALM, () => ask(claude)],
  'anthropic-cache-write': [h.CACHE_WRITE, () => ask(claude)],
  'anthropic-cached-small': [h.CACHED_SMALL, () => ask(claude, { prompt: h.LONG_QUESTION })],
  'anthropic-stream': [h.CACHED_SMALL, () => stream(claude, { prompt: h.LONG_QUESTION })],
  'anthropic-agent': [h.CACHED_SMALL, () => ask(claude, { ...steps, prompt: h.LONG_QUESTION })],
  'gemini-reasoning': [h.REASONING, () => ask(gemini)],
  'gemini-cached': [h.CACHED, () => ask(gemini)],
})
