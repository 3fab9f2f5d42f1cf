// Cases of LangChain, whichever instrumentation watches it: models, agents (of version 1, or of LangGraph before), twins.
import { ChatAnthropic } from '@langchain/anthropic'
import { tool } from '@langchain/core/tools'
import { ChatOpenAI } from '@langchain/openai'
import { z } from 'zod'
import * as h from './harness.mjs'

const openai = { model: 'gpt-4o-mini', apiKey: 'test', maxRetries: 0, configuration: { baseURL: `${h.URL}/v1` } }
const gpt = new ChatOpenAI(openai)
const silent = new ChatOpenAI({ ...openai, streamUsage: false })
const claude = new ChatAnthropic({
  model: 'claude-sonnet-4-20250514',
  apiKey: 'test',
  maxRetries: 0,
  anthropicApiUrl: h.URL,
})

const weather = tool(async () => 'sunny', {
  name: 'weather',
  description: 'Weather of a city',
  schema: z.object({ city: z.string() }),
})
const { createAgent = async () => undefined } = await import('langchain').catch(() => ({}))
const { createReactAgent } = await import('@langchain/langgraph/prebuilt').catch(() => ({}))
const agentOf = (model, tools) =>
  createAgent.length > 0 ? createAgent({ model, tools }) : createReactAgent({ llm: model, tools })
const run = (model, tools, text) => agentOf(model, tools).invoke({ messages: [{ role: 'user', content: text }] })

const colleague = tool(async ({ question }) => String((await run(gpt, [], question)).messages.at(-1).content), {
  name: 'colleague',
  description: 'Asks a colleague',
  schema: z.object({ question: z.string() }),
})

async function stream(model = gpt) {
  for await (const _ of await model.stream(h.QUESTION));
}

async function abort() {
  let seen = 0
  for await (const _ of await gpt.stream(h.QUESTION)) if (++seen === 2) break
}

export const CASES = {
  plain: [h.CALM, () => gpt.invoke(h.QUESTION)],
  stream: [h.CALM, () => stream()],
  'stream-without-usage': [h.CALM, () => stream(silent)],
  cached: [h.CACHED, () => gpt.invoke(h.QUESTION)],
  reasoning: [h.REASONING, () => gpt.invoke(h.QUESTION)],
  agent: [h.CALM, () => run(gpt, [weather], 'Weather in Paris?')],
  delegation: [h.CALM, () => run(gpt, [colleague], 'Ask your colleague')],
  twins: [h.CALM, () => Promise.all([gpt.invoke(h.QUESTION), gpt.invoke(h.QUESTION)])],
  'rate-limited': [h.RATE_LIMITED, () => gpt.invoke(h.QUESTION)],
  abort: [h.SLOW, abort],
  'anthropic-plain': [h.CALM, () => claude.invoke(h.QUESTION)],
  'anthropic-cached-small': [h.CACHED_SMALL, () => claude.invoke(h.LONG_QUESTION)],
  'anthropic-cache-write': [h.CACHE_WRITE, () => claude.invoke(h.QUESTION)],
  'anthropic-stream': [h.CACHED_SMALL, () => stream(claude)],
  'anthropic-agent': [h.CALM, () => run(claude, [weather], 'Weather in Paris?')],
}
