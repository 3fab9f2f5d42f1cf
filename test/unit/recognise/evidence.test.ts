// Evidence found in captures of many versions, each rule with the control that shows where it ends.
import { describe, expect, test } from 'vitest'
import type { Candidate } from '../../../src/ledger/recognise/candidate.ts'
import { readSpan } from '../../../src/ledger/recognise/read-span.ts'
import { resolve } from '../../../src/ledger/recognise/resolve.ts'
import type { Attributes, Span } from '../../../src/ledger/span.ts'
import { candidate, id, place, span } from './spans.ts'

const read = (attributes: Attributes, rest: Partial<Span> = {}): Candidate =>
  readSpan(span(attributes, rest)) as Candidate

const GEMINI = {
  'gen_ai.operation.name': 'generate_content',
  'gen_ai.provider.name': 'gcp.gemini',
  'gen_ai.request.model': 'gemini-2.5-flash',
  'gen_ai.usage.input_tokens': 17,
  'gen_ai.usage.output_tokens': 7,
}

describe('a total beyond input and output', () => {
  test('is what Gemini thought', () => {
    expect(read({ ...GEMINI, 'gen_ai.usage.total_tokens': 88 }).usage).toMatchObject({
      outputTokens: 71,
      reasoningTokens: 64,
    })
  })

  test('is nothing where the maker is another', () => {
    const claude = { ...GEMINI, 'gen_ai.provider.name': 'anthropic', 'gen_ai.request.model': 'claude-sonnet-4' }
    expect(read({ ...claude, 'gen_ai.usage.total_tokens': 88 }).usage).toMatchObject({ outputTokens: 7 })
  })

  test('tells that reasoning is counted beside output, for every maker', () => {
    const gpt = { ...GEMINI, 'gen_ai.provider.name': 'openai', 'gen_ai.request.model': 'gpt-5' }
    const reasoned = { ...gpt, 'gen_ai.usage.output_tokens': 70, 'gen_ai.usage.reasoning.output_tokens': 64 }
    expect(read({ ...reasoned, 'gen_ai.usage.total_tokens': 17 + 70 + 64 }).usage?.outputTokens).toBe(134)
    expect(read({ ...reasoned, 'gen_ai.usage.total_tokens': 17 + 70 }).usage?.outputTokens).toBe(70)
  })
})

describe('who answered', () => {
  test.each([
    ['gcp.gemini', 'anthropic/claude-sonnet-4', 'anthropic'],
    ['gcp.gemini', 'gpt-4o-mini', 'openai'],
    ['gcp.gemini', 'gemini-2.5-flash', 'gcp.gemini'],
    ['gcp.vertex.agent', 'gemini-2.5-flash', 'gcp.gemini'],
    // Others do sell foreign models.
    ['groq', 'openai/gpt-oss-120b', 'groq'],
    ['gcp.vertex_ai', 'claude-sonnet-4', 'gcp.vertex_ai'],
  ])('%s asked for %s is %s', (named, model, expected) => {
    expect(read({ ...GEMINI, 'gen_ai.provider.name': named, 'gen_ai.request.model': model }).provider).toBe(expected)
  })

  test('a call that failed before it named anyone shows it by what it threw', () => {
    const events = [{ name: 'exception', timeUnixNano: 0n, attributes: { 'exception.type': 'openai.RateLimitError' } }]
    const failed = read({ 'openinference.span.kind': 'LLM' }, { statusCode: 2, events })
    expect(failed).toMatchObject({ provider: 'openai', status: 'rate_limited', errorClass: 'RateLimitError' })
  })
})

describe('an exception on a span that ended well', () => {
  const events = [{ name: 'exception', timeUnixNano: 0n, attributes: { 'exception.type': 'agno.ModelProviderError' } }]
  const asked = { 'openinference.span.kind': 'LLM', 'llm.model_name': 'gpt-4o-mini', 'input.value': 'a question' }

  test('is a failure where no answer is', () => {
    expect(read(asked, { statusCode: 1, events })).toMatchObject({ status: 'error', usage: { inputTokens: 0 } })
  })

  test('is none beside an answer', () => {
    expect(read({ ...asked, 'output.value': 'an answer' }, { statusCode: 1, events }).status).toBe('success')
  })
})

describe('LiteLLM’s cache writes', () => {
  const usage = (details: string): Attributes => ({
    'litellm.call_id': 'c',
    'gen_ai.request.model': 'anthropic/claude-sonnet-4',
    'metadata.usage_object': `{'prompt_tokens': 28, 'completion_tokens': 7, 'prompt_tokens_details': {${details}}, 'cache_creation_input_tokens': 3, 'cache_read_input_tokens': 7}`,
  })

  test.each([
    ["'cached_tokens': 7", 31],
    ["'cached_tokens': 7, 'cache_creation_tokens': 3", 28],
  ])('with details {%s} the input is %i', (details, inputTokens) => {
    const call = read(usage(details), { scopeName: 'litellm', name: 'litellm_request' })
    expect(call.usage).toMatchObject({ inputTokens, cacheReadTokens: 7, cacheWriteTokens: 3 })
  })
})

test('a model called unknown is none', () => {
  const call = read({ ...GEMINI, 'gen_ai.request.model': 'unknown', 'gen_ai.response.model': 'unknown' })
  expect(call).toMatchObject({ requestModel: '', responseModel: '', usage: { inputTokens: 17 } })
})

describe('AI SDK on Anthropic without cached parts of its own', () => {
  const usage =
    '{"anthropic":{"usage":{"input_tokens":76,"cache_creation_input_tokens":3,"cache_read_input_tokens":7}}}'
  const call = (promptTokens: number): Candidate =>
    read({
      'ai.operationId': 'ai.generateText.doGenerate',
      'ai.model.provider': 'anthropic.messages',
      'ai.model.id': 'claude-sonnet-4',
      'ai.usage.promptTokens': promptTokens,
      'ai.usage.completionTokens': 7,
      'ai.response.providerMetadata': usage,
    })

  test.each([76, 86])('an input of %i beside the wire’s 76 and 10 cached is 86', (promptTokens) => {
    expect(call(promptTokens).usage).toMatchObject({ inputTokens: 86, cacheReadTokens: 7, cacheWriteTokens: 3 })
  })
})

test.each([
  ['openinference.instrumentation.litellm', 1557],
  // Control: elsewhere an input smaller than its cached part leaves out all of it.
  ['openinference.instrumentation.langchain', 2581],
])('an input between cache reads and writes on %s is %i', (scopeName, inputTokens) => {
  const attributes = {
    'openinference.span.kind': 'LLM',
    'llm.model_name': 'anthropic/claude-sonnet-4',
    'llm.token_count.prompt': 1045,
    'llm.token_count.completion': 7,
    'llm.token_count.total': 1052,
    'llm.token_count.prompt_details.cache_read': 1024,
    'llm.token_count.prompt_details.cache_write': 512,
  }
  expect(read(attributes, { scopeName }).usage).toMatchObject({ inputTokens, cacheWriteTokens: 512 })
})

describe('Google’s ADK', () => {
  const call = (attributes: Attributes, scopeVersion: string): Candidate =>
    read(
      { 'gen_ai.system': 'gcp.vertex.agent', 'gen_ai.request.model': 'gemini-2.5-flash', ...attributes },
      { scopeName: 'gcp.vertex.agent', scopeVersion, name: 'call_llm' },
    )
  const figures = { 'gen_ai.usage.input_tokens': 51, 'gen_ai.usage.output_tokens': 7 }

  test('flags an output that may leave out thoughts, and counts them where they are told', () => {
    expect(call(figures, '1.25.1').certainty).toBe('partial')
    expect(call(figures, '2.6.0').certainty).toBe('measured')
    const told = call({ ...figures, 'gen_ai.usage.experimental.reasoning_tokens': 64 }, '1.30.0')
    expect(told).toMatchObject({ certainty: 'measured', usage: { outputTokens: 71, reasoningTokens: 64 } })
  })
})

describe('what a tool did', () => {
  const tool = { ...place(2, 1), name: 'execute_tool colleague' }
  const calls = [
    candidate(1, 0, { tokens: [50, 11], for: 900, level: 'framework', spanKind: 1 }),
    candidate(3, 2, { tokens: [47, 7], at: 100, level: 'framework', spanKind: 1 }),
  ]
  const booked = (places: Parameters<typeof resolve>[1]): string[] =>
    resolve(calls, places)
      .filter(({ outcome }) => outcome === 'booked')
      .map(({ candidate: { spanId } }) => spanId)

  test('is no part of the call beneath whose open span it ran', () => {
    expect(booked([tool])).toEqual([id(1), id(3)])
    // Control: without the tool the outer one wraps the inner.
    expect(booked([place(2, 1)])).toEqual([id(3)])
  })

  test('is not in the total of the agent that used it', () => {
    const agent = candidate(1, 0, { role: 'aggregate', operation: 'invoke_agent', tokens: [86, 18], for: 900 })
    const decisions = resolve([agent, candidate(3, 2, { tokens: [9, 7], at: 100 })], [tool])
    expect(decisions.map(({ outcome }) => outcome)).toEqual(['booked', 'booked'])
  })
})

// A plain object would answer these with what every object has.
test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
  '%s is no provider, and no known word',
  (name) => {
    const call = read({ ...GEMINI, 'gen_ai.provider.name': name, 'gen_ai.request.model': `${name}/x` })
    expect(call.requestModel).toBe(`${name}/x`)
    expect(typeof call.provider).toBe('string')
    expect(call.provider in {}).toBe(false)
    const asked = read({ ...GEMINI, 'gen_ai.operation.name': name }, { kind: 3 })
    expect(asked).toMatchObject({ operation: name, role: 'call', recognisedBy: `otel-genai/${name}` })
    expect(asked.besides).toBeUndefined()
  },
)
