// Traces of libraries that no capture was made of, written by hand after their documentation or source: what is booked is
// what a person would bill who read the trace. A line is `provider model input/output certainty`, with what else is told. Over 300 lines:
// a table of traces, each written out whole.
import { expect, test } from 'vitest'
import type { Candidate } from '../../../src/ledger/recognise/candidate.ts'
import { readSpan } from '../../../src/ledger/recognise/read-span.ts'
import { resolve } from '../../../src/ledger/recognise/resolve.ts'
import type { Attributes, Span } from '../../../src/ledger/span.ts'
import { id, span } from './spans.ts'

type Rest = Partial<Span> & { at?: number; for?: number }

const at = (n: number, parent: number, attributes: Attributes, rest: Rest = {}): Span =>
  span(attributes, {
    spanId: id(n),
    parentSpanId: parent === 0 ? '' : id(parent),
    resource: { 'service.name': 'app' },
    ...rest,
  })

function lineOf({ provider, requestModel, responseModel, usage, certainty, status, besides }: Candidate): string {
  const cached = [usage?.cacheReadTokens, usage?.cacheWriteTokens, usage?.reasoningTokens].map((part) => part ?? 0)
  const parts = cached.some((part) => part > 0) ? ` (${cached.join(' ')})` : ''
  const figures = usage === undefined ? 'unknown' : `${usage.inputTokens}/${usage.outputTokens}${parts}`
  const flags = [besides === undefined ? '' : `+${besides}`, status === 'success' ? '' : ` ${status}`].join('')
  return `${provider} ${responseModel || requestModel} ${figures} ${certainty}${flags}`
}

function booked(spans: readonly Span[]): string[] {
  const decisions = resolve(
    spans.map(readSpan).filter((candidate): candidate is Candidate => candidate !== undefined),
    spans.map(({ spanId, parentSpanId, name }) => ({ spanId, parentSpanId, name })),
  )
  return decisions.filter(({ outcome }) => outcome === 'booked').map(({ candidate }) => lineOf(candidate))
}

const usage = (input: number, output: number): Attributes => ({
  'gen_ai.usage.input_tokens': input,
  'gen_ai.usage.output_tokens': output,
})
const chat = (provider: string, model: string, ...more: Attributes[]): Attributes => ({
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': provider,
  'gen_ai.request.model': model,
  'gen_ai.response.finish_reasons': ['stop'],
  ...Object.assign({}, ...more),
})
const CODE: Rest = { name: 'claude_code.llm_request', kind: 1, scopeName: 'com.anthropic.claude_code.tracing' }
const code = (model: string, rest: Attributes): Attributes => ({
  'span.type': 'llm_request',
  'gen_ai.system': 'anthropic',
  'gen_ai.request.model': model,
  ...rest,
})
const API: Rest = { scopeName: 'com.anthropic.claude-platform', resource: { 'service.name': 'claude-platform' } }
const CLAUDE = chat('anthropic', 'claude-sonnet-4-5', usage(1000, 50), {
  'gen_ai.response.id': 'msg_01XyzAbc1234567',
  'gen_ai.usage.cache_read.input_tokens': 600,
})
const run = (kind: string, rest: Attributes = {}): Attributes => ({ 'langsmith.span.kind': kind, ...rest })
const RUN: Rest = { scopeName: 'langsmith', kind: 1, statusCode: 1 }
const V2: Rest = { scopeName: 'opentelemetry.instrumentation.openai_v2' }
const SDK: Rest = { scopeName: 'com.anthropic.sdk.python' }

test.each<[string, Span[], string[]]>([
  [
    'Claude Code: figures under bare names as on the wire; a refused request; a tool’s own request',
    [
      at(1, 0, { 'span.type': 'interaction' }, { ...CODE, name: 'claude_code.interaction', for: 9000 }),
      at(2, 1, code('claude-opus-4-5', { success: false, status_code: 429, error: 'slow down' }), { ...CODE, at: 5 }),
      at(
        3,
        1,
        code('claude-opus-4-5', {
          ...{ success: true, input_tokens: 2, output_tokens: 1200, stop_reason: 'tool_use' },
          ...{ cache_read_tokens: 84_562, cache_creation_tokens: 7096 },
        }),
        { ...CODE, at: 500, for: 3000 },
      ),
      at(4, 1, { 'span.type': 'tool' }, { ...CODE, name: 'claude_code.tool', at: 4000, for: 3000 }),
      at(5, 4, code('claude-haiku-4-5', { success: true, input_tokens: 50, output_tokens: 6 }), { ...CODE, at: 4100 }),
    ],
    [
      'anthropic claude-opus-4-5 0/0 measured rate_limited',
      'anthropic claude-opus-4-5 91660/1200 (84562 7096 0) measured',
      'anthropic claude-haiku-4-5 50/6 partial',
    ],
  ],
  [
    'Claude’s API alone: its SERVER span is the call',
    [at(1, 0, CLAUDE, { ...API, kind: 2 })],
    ['anthropic claude-sonnet-4-5 1000/50 (600 0 0) measured'],
  ],
  [
    'Claude’s API beneath the SDK’s span: one call',
    [
      at(1, 0, CLAUDE, { ...SDK, for: 1000 }),
      at(2, 1, CLAUDE, { ...API, kind: 2, at: 20, for: 900 }),
      at(3, 2, CLAUDE, { ...API, kind: 1, at: 40, for: 800 }),
    ],
    ['anthropic claude-sonnet-4-5 1000/50 (600 0 0) measured'],
  ],
  [
    'Claude’s API when one request runs a model twice: the runs, not their sum',
    [
      at(1, 0, chat('anthropic', 'claude-sonnet-4-5', usage(300, 30)), { ...API, kind: 2, for: 1000 }),
      at(2, 1, chat('anthropic', 'claude-sonnet-4-5', usage(100, 10)), { ...API, kind: 1, at: 20 }),
      at(3, 1, chat('anthropic', 'claude-sonnet-4-5', usage(200, 20)), { ...API, kind: 1, at: 400 }),
    ],
    ['anthropic claude-sonnet-4-5 100/10 measured', 'anthropic claude-sonnet-4-5 200/20 measured'],
  ],
  [
    'counting tokens is free, and so is a moderation that counts none',
    [
      at(1, 0, { ...CLAUDE, 'gen_ai.operation.name': 'count_tokens' }, SDK),
      at(2, 0, { ...chat('openai', 'omni-moderation-latest'), 'gen_ai.operation.name': 'moderation' }, { at: 1000 }),
      at(
        3,
        0,
        { ...chat('mistral_ai', 'a-moderation', usage(40, 0)), 'gen_ai.operation.name': 'moderation' },
        { at: 2000 },
      ),
    ],
    ['mistral_ai a-moderation 40/0 measured'],
  ],
  [
    'audio under the conventions’ newer names',
    [at(1, 0, chat('openai', 'gpt-4o-audio', usage(300, 50), { 'gen_ai.usage.audio.input_tokens': 200 }))],
    ['openai gpt-4o-audio 300/50 measured+audio'],
  ],
  [
    'cache writes kept for an hour cost more than the book says',
    [
      at(
        1,
        0,
        chat('anthropic', 'claude-sonnet-4-5', usage(1000, 50), {
          'gen_ai.usage.cache_write.input_tokens': 300,
          'anthropic.usage.cache_creation.ephemeral_1h_input_tokens': 300,
          'anthropic.response.service_tier': 'standard',
        }),
        SDK,
      ),
    ],
    ['anthropic claude-sonnet-4-5 1000/50 (0 300 0) measured+cache_1h'],
  ],
  [
    'a service tier with prices of its own; the usual ones are none',
    [
      at(1, 0, chat('openai', 'gpt-5', usage(3, 5), { 'openai.response.service_tier': 'flex' })),
      at(2, 0, chat('openai', 'gpt-5', usage(3, 5), { 'openai.response.service_tier': 'default' }), { at: 1000 }),
    ],
    ['openai gpt-5 3/5 measured+flex_tier', 'openai gpt-5 3/5 measured'],
  ],
  [
    'LiteLLM’s proxy, asked in Anthropic’s words',
    [
      at(
        1,
        0,
        { ...chat('anthropic', 'claude-sonnet-4-5', usage(300, 50)), 'gen_ai.operation.name': 'anthropic_messages' },
        { name: 'litellm_request', kind: 1, scopeName: 'litellm' },
      ),
    ],
    ['anthropic claude-sonnet-4-5 300/50 measured'],
  ],
  [
    'OpenAI’s client at other addresses: who answered has the price',
    [
      at(1, 0, chat('openai', 'deepseek-chat', usage(3, 5), { 'server.address': 'api.deepseek.com' }), V2),
      at(2, 0, chat('openai', 'anthropic/claude-sonnet-4.5', usage(3, 5), { 'server.address': 'openrouter.ai' }), {
        ...V2,
        at: 1000,
      }),
      at(3, 0, chat('openai', 'gpt-4o', usage(3, 5), { 'server.address': 'corp.openai.azure.com' }), { at: 2000 }),
      at(4, 0, chat('openai', 'gpt-4o', usage(3, 5), { 'server.address': 'gateway.corp.example' }), { at: 3000 }),
      at(5, 0, chat('openai', 'kimi-k2', usage(3, 5), { 'gen_ai.openai.api_base': 'https://api.moonshot.ai/v1' }), {
        at: 4000,
      }),
    ],
    [
      'deepseek deepseek-chat 3/5 measured',
      'openrouter anthropic/claude-sonnet-4.5 3/5 measured',
      'azure.ai.openai gpt-4o 3/5 measured',
      'openai gpt-4o 3/5 measured',
      'moonshot_ai kimi-k2 3/5 measured',
    ],
  ],
  [
    'Anthropic’s client at Bedrock and Vertex',
    [
      at(1, 0, chat('anthropic', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', usage(3, 5))),
      at(2, 0, chat('anthropic', 'claude-sonnet-4-5@20250929', usage(3, 5)), { at: 1000 }),
    ],
    [
      'aws.bedrock us.anthropic.claude-sonnet-4-5-20250929-v1:0 3/5 measured',
      'gcp.vertex_ai claude-sonnet-4-5@20250929 3/5 measured',
    ],
  ],
  [
    'a client’s request of which nobody wrote down what it asked for; HTTP beneath it, with its names copied',
    [
      at(1, 0, { 'gen_ai.system': 'openai', 'gen_ai.request.model': 'gpt-4o' }),
      at(2, 1, { 'gen_ai.system': 'openai', 'gen_ai.request.model': 'gpt-4o', 'http.request.method': 'POST' }),
    ],
    ['openai gpt-4o unknown partial'],
  ],
  [
    'an agent’s planning, and a word nobody knows, sum up the calls beneath',
    ['plan', 'model_step'].flatMap((operation, index) => [
      at(
        10 * index + 1,
        0,
        { 'gen_ai.operation.name': operation, ...usage(30, 3) },
        { kind: 1, for: 1000, at: index * 2000 },
      ),
      at(10 * index + 2, 10 * index + 1, chat('openai', 'gpt-4o', usage(10, 1)), { at: index * 2000 + 10 }),
      at(10 * index + 3, 10 * index + 1, chat('openai', 'gpt-4o', usage(20, 2)), { at: index * 2000 + 500 }),
    ]),
    [1, 2].flatMap(() => ['openai gpt-4o 10/1 measured', 'openai gpt-4o 20/2 measured']),
  ],
  [
    'LangSmith: a prompt and a retriever are no calls, whatever their operation is called',
    [
      at(1, 0, run('chain', { 'gen_ai.operation.name': 'chain', ...usage(100, 10) }), { ...RUN, for: 1000 }),
      at(2, 1, run('prompt', { 'gen_ai.operation.name': 'chat', 'gen_ai.system': 'langchain' }), {
        ...RUN,
        at: 1,
        for: 1,
      }),
      at(3, 1, run('retriever', { 'gen_ai.operation.name': 'embeddings' }), { ...RUN, at: 5, for: 10 }),
      at(
        4,
        1,
        run('llm', {
          ...chat('openai', 'gpt-4o-mini', usage(100, 10)),
          'gen_ai.usage.input_token_details': '{"audio": 0, "cache_read": 64}',
          'gen_ai.usage.output_token_details': '{"audio": 0, "reasoning": 4}',
        }),
        { ...RUN, at: 20, for: 500 },
      ),
    ],
    ['openai gpt-4o-mini 100/10 (64 0 4) measured'],
  ],
  [
    'rerankers and embeddings that write a total only',
    [
      at(1, 0, {
        ...chat('voyageai', 'rerank-2.5'),
        'gen_ai.operation.name': 'rerank',
        'gen_ai.usage.total_tokens': 512,
      }),
      at(
        2,
        0,
        { 'openinference.span.kind': 'EMBEDDING', 'embedding.model_name': 'voyage-3.5', 'llm.token_count.total': 77 },
        { at: 1000, kind: 1, statusCode: 1 },
      ),
      // Control: a chat's total does not say how it divides.
      at(3, 0, chat('openai', 'gpt-4o', { 'gen_ai.usage.total_tokens': 99 }), { at: 2000 }),
    ],
    ['voyageai rerank-2.5 512/0 measured', 'voyageai voyage-3.5 77/0 measured', 'openai gpt-4o unknown partial'],
  ],
  [
    'kinds of spans in words of their own (LoongSuite, Dify)',
    [
      at(1, 0, { 'gen_ai.span.kind': 'CHAIN', ...usage(100, 10) }, { kind: 1, for: 1000 }),
      at(
        2,
        1,
        { 'gen_ai.span.kind': 'LLM', 'gen_ai.request.model': 'qwen-max', ...usage(100, 10) },
        { kind: 1, at: 10 },
      ),
      at(3, 1, { 'gen_ai.span.kind': 'TOOL', ...usage(100, 10) }, { kind: 1, at: 600 }),
    ],
    [' qwen-max 100/10 measured'],
  ],
  [
    'Spring AI: counts as text, a chat client around the call',
    [
      at(1, 0, { 'gen_ai.operation.name': 'framework', 'gen_ai.system': 'spring_ai' }, { kind: 1, for: 1000 }),
      at(
        2,
        1,
        chat('openai', 'gpt-4o', {
          'gen_ai.usage.input_tokens': '100',
          'gen_ai.usage.output_tokens': '10',
          'gen_ai.usage.total_tokens': '110',
        }),
        { kind: 1, at: 10 },
      ),
    ],
    ['openai gpt-4o 100/10 measured'],
  ],
  [
    'Microsoft.Extensions.AI: a chat around two requests and a tool is their sum',
    [
      at(1, 0, chat('openai', 'gpt-4o', usage(300, 30)), {
        scopeName: 'Experimental.Microsoft.Extensions.AI',
        for: 1000,
      }),
      at(2, 1, chat('openai', 'gpt-4o', usage(100, 10)), { scopeName: 'Experimental.OpenAI.ChatClient', at: 10 }),
      at(3, 1, { 'gen_ai.operation.name': 'execute_tool' }, { name: 'execute_tool weather', kind: 1, at: 150 }),
      at(4, 1, chat('openai', 'gpt-4o', usage(200, 20)), { scopeName: 'Experimental.OpenAI.ChatClient', at: 300 }),
    ],
    ['openai gpt-4o 100/10 measured', 'openai gpt-4o 200/20 measured'],
  ],
  [
    'Copilot: an agent’s total without the agent its tool ran',
    [
      at(1, 0, { 'gen_ai.operation.name': 'invoke_agent', ...usage(300, 30) }, { kind: 1, for: 3000 }),
      at(2, 1, chat('openai', 'gpt-4o', usage(100, 10)), { at: 10 }),
      at(3, 1, { 'gen_ai.operation.name': 'execute_tool' }, { name: 'execute_tool sub', kind: 1, at: 150, for: 900 }),
      at(4, 3, { 'gen_ai.operation.name': 'invoke_agent', ...usage(77, 7) }, { kind: 1, at: 160, for: 800 }),
      at(5, 4, chat('openai', 'gpt-4o', usage(77, 7)), { at: 170 }),
      at(6, 1, chat('openai', 'gpt-4o', usage(200, 20)), { at: 1300 }),
    ],
    ['openai gpt-4o 100/10 measured', 'openai gpt-4o 77/7 measured', 'openai gpt-4o 200/20 measured'],
  ],
  [
    'AI SDK: providers by the name of their package and interface',
    [
      ['cerebras.chat', 'llama-3.3-70b'],
      ['googleVertex.anthropic.messages', 'claude-sonnet-4-5@20250929'],
      ['moonshotai.chat', 'kimi-k2'],
    ].map(([provider = '', model = ''], index) =>
      at(
        index + 1,
        0,
        {
          'ai.operationId': 'ai.generateText.doGenerate',
          'ai.model.provider': provider,
          'ai.model.id': model,
          'ai.usage.inputTokens': 10,
          'ai.usage.inputTokenDetails.noCacheTokens': 10,
          'ai.usage.outputTokens': 5,
        },
        { kind: 1, scopeName: 'ai', at: index * 1000 },
      ),
    ),
    [
      'cerebras llama-3.3-70b 10/5 measured',
      'gcp.vertex_ai claude-sonnet-4-5@20250929 10/5 measured',
      'moonshot_ai kimi-k2 10/5 measured',
    ],
  ],
  [
    'three instrumentations of one call without any response id',
    [
      at(
        1,
        0,
        {
          'openinference.span.kind': 'LLM',
          'llm.model_name': 'gpt-4o',
          'llm.token_count.prompt': 100,
          'llm.token_count.completion': 10,
        },
        { kind: 1, statusCode: 1, scopeName: 'openinference.instrumentation.openai', for: 500 },
      ),
      at(
        2,
        1,
        { ...chat('openai', 'gpt-4o', usage(100, 10)), 'llm.request.type': 'chat' },
        {
          ...{ scopeName: 'opentelemetry.instrumentation.openai.v1', at: 2, for: 490 },
        },
      ),
      at(3, 2, chat('openai', 'gpt-4o', usage(100, 10)), { ...V2, at: 4, for: 480 }),
    ],
    ['openai gpt-4o 100/10 measured'],
  ],
  [
    'streams that told no figures: estimated where content lies beside, else unknown',
    [
      at(1, 0, chat('openai', 'gpt-4o', { 'gen_ai.request.stream': true })),
      at(
        2,
        0,
        chat('openai', 'gpt-4o', {
          'gen_ai.request.stream': true,
          'gen_ai.input.messages': '[{"role":"user","parts":[{"type":"text","content":"12345678"}]}]',
          'gen_ai.output.messages': '[{"role":"assistant","parts":[{"type":"text","content":"1234"}]}]',
        }),
        { at: 1000 },
      ),
    ],
    ['openai gpt-4o unknown partial', 'openai gpt-4o 2/1 estimated'],
  ],
])('%s', (_, spans, lines) => {
  expect(booked(spans)).toEqual(lines)
  expect(booked(spans.toReversed())).toEqual(lines)
})
