// Reading of hand-written spans: OpenTelemetry GenAI current and earlier names, and our own instrumentation.
import { describe, expect, test } from 'vitest'
import { readSpan } from '../../../src/ledger/recognise/read-span.ts'
import { span } from './spans.ts'

const CURRENT = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-4o-mini',
  'gen_ai.response.model': 'gpt-4o-mini-2024-07-18',
  'gen_ai.response.id': 'chatcmpl-1',
  'gen_ai.response.finish_reasons': ['stop'],
  'gen_ai.usage.input_tokens': 100,
  'gen_ai.usage.output_tokens': 40,
  'gen_ai.usage.cache_read.input_tokens': 64,
  'gen_ai.usage.reasoning.output_tokens': 16,
}

describe('OpenTelemetry GenAI', () => {
  test('reads the current names whole', () => {
    expect(readSpan(span(CURRENT, { scopeName: 'opentelemetry.instrumentation.openai_v2' }))).toMatchObject({
      role: 'call',
      recognisedBy: 'otel-genai/chat',
      provider: 'openai',
      requestModel: 'gpt-4o-mini',
      responseModel: 'gpt-4o-mini-2024-07-18',
      operation: 'chat',
      responseId: 'chatcmpl-1',
      finishReason: 'stop',
      usage: { inputTokens: 100, outputTokens: 40, cacheReadTokens: 64, cacheWriteTokens: 0, reasoningTokens: 16 },
      certainty: 'measured',
      status: 'success',
    })
  })

  test('reads gen_ai.system with prompt and completion tokens', () => {
    const read = readSpan(
      span({
        'gen_ai.system': 'openai',
        'gen_ai.request.model': 'gpt-4',
        'gen_ai.usage.prompt_tokens': 7,
        'gen_ai.usage.completion_tokens': 3,
      }),
    )
    expect(read).toMatchObject({ provider: 'openai', usage: { inputTokens: 7, outputTokens: 3 } })
  })

  test('adds cached tokens to an input that cannot include them', () => {
    const read = readSpan(
      span({
        ...CURRENT,
        'gen_ai.provider.name': 'anthropic',
        'gen_ai.request.model': 'claude-sonnet-4-0',
        'gen_ai.usage.input_tokens': 10,
      }),
    )
    expect(read).toMatchObject({ usage: { inputTokens: 74, cacheReadTokens: 64 }, cacheConvention: 'exclusive' })
  })

  test('reads nothing from a tool span, nor from an agent span without figures', () => {
    expect(readSpan(span({ ...CURRENT, 'gen_ai.operation.name': 'execute_tool' }))).toBeUndefined()
    expect(readSpan(span({ 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.request.model': 'x' }))).toBeUndefined()
    expect(readSpan(span({ 'http.request.method': 'POST' }))).toBeUndefined()
  })

  test.each([
    ['429', 'rate_limited'],
    ['RateLimitError', 'rate_limited'],
    ['openai.APITimeoutError', 'timeout'],
    ['InternalServerError', 'error'],
  ])('reads error.type %s as %s, costing nothing', (type, status) => {
    const { 'gen_ai.usage.input_tokens': _in, 'gen_ai.usage.output_tokens': _out, ...rest } = CURRENT
    const read = readSpan(span({ ...rest, 'error.type': type }, { statusCode: 2 }))
    expect(read).toMatchObject({ status, usage: { inputTokens: 0, outputTokens: 0 } })
  })
})

describe('our own instrumentation', () => {
  test('is taken at its word: a stream without a finish reason is partial only when flagged', () => {
    const { 'gen_ai.response.finish_reasons': _finish, ...rest } = CURRENT
    const stream = { ...rest, 'gen_ai.provider.name': 'mistral_ai', 'gen_ai.request.stream': true }
    expect(readSpan(span(stream, { scopeName: 'spanledger' }))).toMatchObject({
      certainty: 'measured',
      recognisedBy: 'spanledger/chat',
    })
    expect(readSpan(span(stream, { scopeName: 'another' }))).toMatchObject({ certainty: 'partial' })
  })

  test('keeps the estimated and the partial flag', () => {
    expect(readSpan(span({ ...CURRENT, 'spanledger.usage.estimated': true }))).toMatchObject({ certainty: 'estimated' })
    expect(readSpan(span({ ...CURRENT, 'spanledger.usage.partial': true }))).toMatchObject({ certainty: 'partial' })
  })

  test('estimates missing usage from character counts, and from nothing at all makes nothing', () => {
    const { 'gen_ai.usage.input_tokens': _in, 'gen_ai.usage.output_tokens': _out, ...rest } = CURRENT
    const counted = { ...rest, 'spanledger.input.characters': 401, 'spanledger.output.characters': 80 }
    expect(readSpan(span(counted))).toMatchObject({
      usage: { inputTokens: 101, outputTokens: 20 },
      certainty: 'estimated',
    })
    expect(readSpan(span(rest))?.usage).toBeUndefined()
  })

  test('reads the time to the first chunk in milliseconds', () => {
    expect(readSpan(span({ ...CURRENT, 'gen_ai.response.time_to_first_chunk': 0.25 }))).toMatchObject({
      timeToFirstTokenMs: 250,
      streaming: true,
    })
  })
})
