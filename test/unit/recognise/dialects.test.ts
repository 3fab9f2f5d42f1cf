// Hand-written spans (no capture could be made of these, or one would hide the point): names that only look like
// usage, words of operations, providers and models as libraries spell them.
import { describe, expect, test } from 'vitest'
import { toOperation } from '../../../src/ledger/recognise/operation.ts'
import { providerOfModel, toModelName, toProvider } from '../../../src/ledger/recognise/provider.ts'
import { readSpan } from '../../../src/ledger/recognise/read-span.ts'
import { span } from './spans.ts'

const CHAT = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-4o-mini',
}

describe('names that only look like usage', () => {
  test.each([
    'gen_ai.aggregated_usage.input_tokens',
    'gen_ai.usage.details.input_audio_tokens',
    'gen_ai.usage.cost',
    'gen_ai.client.token.usage',
    'llm.cost.total',
    'gen_ai.cost.total_cost',
    'gen_ai.request.max_tokens',
  ])('%s is none', (name) => {
    expect(readSpan(span({ ...CHAT, [name]: 4711 }))?.usage).toBeUndefined()
    // Control: the real name beside it is read.
    const real = readSpan(span({ ...CHAT, [name]: 4711, 'gen_ai.usage.input_tokens': 5 }))
    expect(real?.usage).toMatchObject({ inputTokens: 5, outputTokens: 0 })
  })

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 'many', null, true])('a count of %s is none', (value) => {
    expect(readSpan(span({ ...CHAT, 'gen_ai.usage.input_tokens': value }))?.usage).toBeUndefined()
  })

  test.each([
    [12n, 12],
    ['12', 12],
    [12.0, 12],
  ])('a count of %s is %i', (value, count) => {
    expect(readSpan(span({ ...CHAT, 'gen_ai.usage.input_tokens': value }))?.usage?.inputTokens).toBe(count)
  })
})

describe('roles', () => {
  test('an application span with a call written onto it is a sum', () => {
    const read = readSpan(span({ ...CHAT, 'gen_ai.usage.input_tokens': 5 }, { kind: 2 }))
    expect(read).toMatchObject({ role: 'aggregate' })
  })

  test('an unknown word is a call on a client span and a sum on an internal one', () => {
    const odd = { ...CHAT, 'gen_ai.operation.name': 'ponder', 'gen_ai.usage.input_tokens': 5 }
    expect(readSpan(span(odd))).toMatchObject({ role: 'call', operation: 'ponder' })
    expect(readSpan(span(odd, { kind: 1 }))).toMatchObject({ role: 'aggregate' })
  })

  test('an agent span of a library that names no operation is a sum', () => {
    const agent = { agent_name: 'helper', model_name: 'gpt-4o', 'gen_ai.usage.input_tokens': 5 }
    expect(readSpan(span(agent, { scopeName: 'pydantic-ai', kind: 1 }))).toMatchObject({ role: 'aggregate' })
  })
})

test.each([
  ['acompletion', 'chat', 'call'],
  ['completion', 'chat', 'call'],
  ['aembedding', 'embeddings', 'call'],
  ['atext_completion', 'text_completion', 'call'],
  ['arerank', 'rerank', 'call'],
  ['Chat', 'chat', 'call'],
  ['invoke_agent', 'invoke_agent', 'aggregate'],
  ['execute_tool', 'execute_tool', 'other'],
])('operation %s is %s, a %s', (word, operation, role) => {
  expect(toOperation(word)).toEqual({ operation, role })
})

test.each([
  ['openai.chat', 'openai'],
  ['openai.responses', 'openai'],
  ['anthropic.messages', 'anthropic'],
  ['google.generative-ai', 'gcp.gemini'],
  ['gemini', 'gcp.gemini'],
  ['Anthropic', 'anthropic'],
  ['azure.chat', 'azure.ai.openai'],
  ['amazon-bedrock', 'aws.bedrock'],
  ['strands-agents', ''],
  ['langgraph', ''],
  ['', ''],
  ['our-own-house', 'our-own-house'],
])('provider %s is %s', (written, provider) => {
  expect(toProvider(written)).toBe(provider)
})

test.each([
  ['anthropic/claude-sonnet-4-20250514', 'claude-sonnet-4-20250514', 'anthropic'],
  ['gemini/gemini-2.5-flash', 'gemini-2.5-flash', 'gcp.gemini'],
  ['models/gemini-2.5-pro', 'gemini-2.5-pro', ''],
  ['openrouter/anthropic/claude-sonnet-4', 'anthropic/claude-sonnet-4', 'openrouter'],
  ['accounts/fireworks/models/llama', 'accounts/fireworks/models/llama', ''],
  ['gpt-4o', 'gpt-4o', ''],
])('model %s is %s of %s', (written, model, prefix) => {
  expect(toModelName(written)).toEqual({ model, prefix })
})

test.each([
  ['claude-opus-4-5', 'anthropic'],
  ['us.anthropic.claude-sonnet-4-20250514-v1:0', 'aws.bedrock'],
  ['gpt-5-mini', 'openai'],
  ['o3', 'openai'],
  ['gemini-2.5-pro', 'gcp.gemini'],
  ['voyage-3.5', 'voyageai'],
  ['rerank-2.5', 'voyageai'],
  ['grok-beta', 'x_ai'],
  ['bge-m3', ''],
])('model %s alone tells the provider %s', (model, provider) => {
  expect(providerOfModel(model)).toBe(provider)
})

test.each([
  ['text-embedding-3-small', 'embeddings'],
  ['rerank-2.5', 'rerank'],
  ['gpt-4o', ''],
])('a call of %s that names no operation is of class %s', (model, operation) => {
  const unnamed = { 'gen_ai.request.model': model, 'gen_ai.usage.input_tokens': 5 }
  expect(readSpan(span(unnamed))?.operation).toBe(operation)
})

test('a router keeps the maker in the model name, whose price is the router’s own', () => {
  const routed = { ...CHAT, 'gen_ai.provider.name': 'openrouter', 'gen_ai.request.model': 'anthropic/claude-sonnet-4' }
  expect(readSpan(span(routed))).toMatchObject({ provider: 'openrouter', requestModel: 'anthropic/claude-sonnet-4' })
})

test.each([
  [
    'Semantic Kernel',
    'Microsoft.SemanticKernel.Diagnostics',
    { ...CHAT, 'gen_ai.response.prompt_tokens': 13, 'gen_ai.response.completion_tokens': 7 },
  ],
  [
    'OpenLLMetry before it used gen_ai names',
    'opentelemetry.instrumentation.openai',
    {
      'llm.request.type': 'chat',
      'llm.vendor': 'OpenAI',
      'llm.request.model': 'gpt-4o-mini',
      'llm.usage.prompt_tokens': 13,
      'llm.usage.completion_tokens': 7,
      'llm.usage.total_tokens': 20,
    },
  ],
])('reads %s', (_, scopeName, attributes) => {
  expect(readSpan(span(attributes, { scopeName }))).toMatchObject({
    provider: 'openai',
    requestModel: 'gpt-4o-mini',
    operation: 'chat',
    usage: { inputTokens: 13, outputTokens: 7 },
    certainty: 'measured',
  })
})

test.each([
  ['gpt-4o-mini', 1043],
  ['claude-sonnet-4-0', 2067],
  ['a-deployment', 2067],
])('under Anthropic’s names of the cached tokens, input of %s is %i: its wire decides', (model, inputTokens) => {
  const attributes = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.system': 'strands-agents',
    'gen_ai.request.model': model,
    'gen_ai.usage.input_tokens': 1043,
    'gen_ai.usage.output_tokens': 7,
    'gen_ai.usage.total_tokens': 1050,
    'gen_ai.usage.cache_read_input_tokens': 1024,
  }
  for (const scopeName of ['strands.telemetry.tracer', 'a.library.nobody.knows']) {
    expect(readSpan(span(attributes, { scopeName }))?.usage).toMatchObject({ inputTokens, cacheReadTokens: 1024 })
  }
})

test('reads a LiteLLM answer that survived only as Python text', () => {
  const usage =
    "{'prompt_tokens': 13, 'completion_tokens': 7, 'prompt_tokens_details': {'cached_tokens': 4}, 'total_tokens': 20}"
  const raw = { 'llm.openai.id': 'chatcmpl-1', 'llm.openai.model': 'gpt-4o-mini', 'llm.openai.usage': usage }
  expect(readSpan(span(raw, { name: 'raw_gen_ai_request', scopeName: 'litellm', kind: 1 }))).toMatchObject({
    provider: 'openai',
    responseId: 'chatcmpl-1',
    usage: { inputTokens: 13, outputTokens: 7, cacheReadTokens: 4 },
    certainty: 'measured',
  })
})
