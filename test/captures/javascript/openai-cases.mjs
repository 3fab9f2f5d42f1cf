// Cases of the plain OpenAI client, whichever instrumentation watches it.
import * as h from './harness.mjs'

const MODEL = 'gpt-4o-mini-2024-07-18'

export function openaiCases(OpenAI) {
  const client = new OpenAI({ apiKey: 'test', baseURL: `${h.URL}/v1`, maxRetries: 0 })
  const patient = new OpenAI({ apiKey: 'test', baseURL: `${h.URL}/v1`, maxRetries: 2 })
  const messages = [{ role: 'user', content: h.QUESTION }]
  const chat = (c = client, rest = {}) => c.chat.completions.create({ model: MODEL, messages, ...rest })
  const stream = async (rest = {}) => {
    for await (const _ of await chat(client, { stream: true, ...rest }));
  }
  const abort = async () => {
    let seen = 0
    for await (const _ of await chat(client, { stream: true, stream_options: { include_usage: true } })) {
      if (++seen === 3) break
    }
  }
  return {
    plain: [h.CALM, () => chat()],
    stream: [h.CALM, () => stream({ stream_options: { include_usage: true } })],
    'stream-without-usage': [h.CALM, () => stream()],
    cached: [h.CACHED, () => chat()],
    reasoning: [h.REASONING, () => chat()],
    'rate-limited': [h.RATE_LIMITED, () => chat()],
    retry: [h.RETRIED, () => chat(patient)],
    twins: [h.CALM, () => Promise.all([chat(), chat()])],
    abort: [h.SLOW, abort],
    embeddings: [h.CALM, () => client.embeddings.create({ model: 'text-embedding-3-small', input: ['one', 'two'] })],
    responses: [{ cacheRead: 1024, reasoning: 64 }, () => client.responses.create({ model: MODEL, input: h.QUESTION })],
  }
}
