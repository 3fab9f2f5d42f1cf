// Cases of the plain Anthropic client, whichever instrumentation watches it (newer SDKs also emit spans of their own).
import * as h from './harness.mjs'

const MODEL = 'claude-sonnet-4-20250514'

export function anthropicCases(Anthropic) {
  const client = new Anthropic({ apiKey: 'test', baseURL: h.URL, maxRetries: 0 })
  const create = (rest = {}) =>
    client.messages.create({
      model: MODEL,
      max_tokens: 100,
      messages: [{ role: 'user', content: h.QUESTION }],
      ...rest,
    })
  const long = { messages: [{ role: 'user', content: h.LONG_QUESTION }] }
  const stream = async (rest = {}) => {
    for await (const _ of await create({ stream: true, ...rest }));
  }
  const abort = async () => {
    let seen = 0
    for await (const _ of await create({ stream: true })) if (++seen === 4) break
  }
  return {
    plain: [h.CALM, () => create()],
    stream: [h.CALM, () => stream()],
    'cache-write': [h.CACHE_WRITE, () => create()],
    'cached-small': [h.CACHED_SMALL, () => create(long)],
    'cached-stream': [h.CACHED_SMALL, () => stream(long)],
    'rate-limited': [h.RATE_LIMITED, () => create()],
    twins: [h.CALM, () => Promise.all([create(), create()])],
    abort: [h.SLOW, abort],
  }
}
