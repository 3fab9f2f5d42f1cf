// OpenAI's chat completions, responses and embeddings. In: a reply plan and the request. Out: the API's JSON or events.
import { type Body, dataEvent, namedEvent } from './http.ts'
import type { Plan } from './scenario.ts'

const CREATED = 1_790_000_000

export function chatUsage({ truth: { usage } }: Plan): object {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cacheReadTokens, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens, audio_tokens: 0 },
  }
}

function toolCalls(plan: Plan): object[] | undefined {
  return (
    plan.tool && [
      {
        index: 0,
        id: plan.tool.id,
        type: 'function',
        function: { name: plan.tool.name, arguments: plan.tool.arguments },
      },
    ]
  )
}

export function chatReply(plan: Plan): object {
  return {
    id: plan.id,
    object: 'chat.completion',
    created: CREATED,
    model: plan.model,
    choices: [
      {
        index: 0,
        finish_reason: plan.tool ? 'tool_calls' : 'stop',
        message: {
          role: 'assistant',
          content: plan.tool ? null : plan.text,
          tool_calls: toolCalls(plan),
          refusal: null,
        },
      },
    ],
    usage: chatUsage(plan),
  }
}

export function chatEvents(plan: Plan, request: Body): string[] {
  const chunk = (delta: object, finish: string | null = null, rest: object = {}) =>
    dataEvent({
      id: plan.id,
      object: 'chat.completion.chunk',
      created: CREATED,
      model: plan.model,
      choices: [{ index: 0, delta, finish_reason: finish }],
      ...rest,
    })
  const events = [chunk({ role: 'assistant', content: '' })]
  if (plan.tool) events.push(chunk({ tool_calls: toolCalls(plan) }))
  else for (const word of plan.text.split(/(?<= )/)) events.push(chunk({ content: word }))
  events.push(chunk({}, plan.tool ? 'tool_calls' : 'stop'))
  if (request.stream_options?.include_usage === true)
    events.push(chunk({}, null, { choices: [], usage: chatUsage(plan) }))
  return [...events, 'data: [DONE]\n\n']
}

function responseItems(plan: Plan, finished: boolean): object[] {
  if (plan.tool) {
    return [
      {
        type: 'function_call',
        id: `fc_${plan.id}`,
        call_id: plan.tool.id,
        name: plan.tool.name,
        arguments: finished ? plan.tool.arguments : '',
        status: finished ? 'completed' : 'in_progress',
      },
    ]
  }
  return [
    {
      type: 'message',
      id: `msg_${plan.id}`,
      role: 'assistant',
      status: finished ? 'completed' : 'in_progress',
      content: finished ? [{ type: 'output_text', text: plan.text, annotations: [], logprobs: [] }] : [],
    },
  ]
}

export function responsesReply(plan: Plan, status = 'completed'): object {
  const { usage } = plan.truth
  const finished = status === 'completed'
  return {
    id: plan.id,
    object: 'response',
    created_at: CREATED,
    status,
    model: plan.model,
    output: finished ? responseItems(plan, true) : [],
    parallel_tool_calls: true,
    tool_choice: 'auto',
    tools: [],
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    temperature: 1,
    top_p: 1,
    usage: finished
      ? {
          input_tokens: usage.inputTokens,
          input_tokens_details: { cached_tokens: usage.cacheReadTokens, cache_write_tokens: 0 },
          output_tokens: usage.outputTokens,
          output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
          total_tokens: usage.inputTokens + usage.outputTokens,
        }
      : null,
  }
}

export function responsesEvents(plan: Plan): string[] {
  let sequence_number = 0
  const events: string[] = []
  const push = (type: string, rest: object) =>
    events.push(namedEvent({ type, sequence_number: sequence_number++, ...rest }))
  push('response.created', { response: responsesReply(plan, 'in_progress') })
  const at = { output_index: 0, item_id: plan.tool ? `fc_${plan.id}` : `msg_${plan.id}` }
  push('response.output_item.added', { output_index: 0, item: responseItems(plan, false)[0] })
  if (plan.tool) {
    push('response.function_call_arguments.delta', { ...at, delta: plan.tool.arguments })
    push('response.function_call_arguments.done', { ...at, name: plan.tool.name, arguments: plan.tool.arguments })
  } else {
    const part = { type: 'output_text', text: '', annotations: [], logprobs: [] }
    push('response.content_part.added', { ...at, content_index: 0, part })
    for (const delta of plan.text.split(/(?<= )/)) {
      push('response.output_text.delta', { ...at, content_index: 0, delta, logprobs: [] })
    }
    push('response.output_text.done', { ...at, content_index: 0, text: plan.text, logprobs: [] })
    push('response.content_part.done', { ...at, content_index: 0, part: { ...part, text: plan.text } })
  }
  push('response.output_item.done', { output_index: 0, item: responseItems(plan, true)[0] })
  push('response.completed', { response: responsesReply(plan) })
  return events
}

export function embeddingsReply(plan: Plan, request: Body): object {
  const inputs = Array.isArray(request.input) && typeof request.input[0] !== 'number' ? request.input : [request.input]
  const vector = [0.25, -0.5, 0.125]
  // The Python SDK asks for base64 of little-endian float32.
  const embedding =
    request.encoding_format === 'base64' ? Buffer.from(new Float32Array(vector).buffer).toString('base64') : vector
  return {
    object: 'list',
    model: plan.model,
    data: inputs.map((_: unknown, index: number) => ({ object: 'embedding', index, embedding })),
    usage: { prompt_tokens: plan.truth.usage.inputTokens, total_tokens: plan.truth.usage.inputTokens },
  }
}
