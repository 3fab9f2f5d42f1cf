// Anthropic's messages API. Its input_tokens leave out cache reads and writes; a stream names one output token first.
import { namedEvent } from './http.ts'
import type { Plan } from './scenario.ts'

function usage({ truth: { usage } }: Plan, outputTokens: number): object {
  return {
    input_tokens: usage.inputTokens - usage.cacheReadTokens - usage.cacheWriteTokens,
    cache_creation_input_tokens: usage.cacheWriteTokens,
    cache_read_input_tokens: usage.cacheReadTokens,
    cache_creation: { ephemeral_5m_input_tokens: usage.cacheWriteTokens, ephemeral_1h_input_tokens: 0 },
    output_tokens: outputTokens,
    service_tier: 'standard',
  }
}

const message = (plan: Plan, content: object[], stopReason: string | null, outputTokens: number): object => ({
  id: plan.id,
  type: 'message',
  role: 'assistant',
  model: plan.model,
  content,
  stop_reason: stopReason,
  stop_sequence: null,
  usage: usage(plan, outputTokens),
})

export function messageReply(plan: Plan): object {
  const content = plan.tool
    ? [{ type: 'tool_use', id: plan.tool.id, name: plan.tool.name, input: JSON.parse(plan.tool.arguments) }]
    : [{ type: 'text', text: plan.text }]
  return message(plan, content, plan.tool ? 'tool_use' : 'end_turn', plan.truth.usage.outputTokens)
}

export function messageEvents(plan: Plan): string[] {
  const events: { type: string; [key: string]: unknown }[] = [
    { type: 'message_start', message: message(plan, [], null, 1) },
    {
      type: 'content_block_start',
      index: 0,
      content_block: plan.tool
        ? { type: 'tool_use', id: plan.tool.id, name: plan.tool.name, input: {} }
        : { type: 'text', text: '' },
    },
  ]
  const deltas = plan.tool
    ? [{ type: 'input_json_delta', partial_json: plan.tool.arguments }]
    : plan.text.split(/(?<= )/).map((text) => ({ type: 'text_delta', text }))
  for (const delta of deltas) events.push({ type: 'content_block_delta', index: 0, delta })
  events.push(
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: plan.tool ? 'tool_use' : 'end_turn', stop_sequence: null },
      usage: usage(plan, plan.truth.usage.outputTokens),
    },
    { type: 'message_stop' },
  )
  return events.map(namedEvent)
}
