// Usage of one answer in OpenAI's shape. In: counted tokens and what the request ordered. Out: the wire object.
import type { Behaviour } from './behaviour.ts'
import type { ServedCall } from './control.ts'

/** Orders replace what was counted; the details never exceed their totals. */
export function toUsage(
  counted: { promptTokens: number; completionTokens: number },
  behaviour: Behaviour,
): ServedCall['usage'] {
  const promptTokens = behaviour.prompt_tokens ?? counted.promptTokens
  const completionTokens = behaviour.completion_tokens ?? counted.completionTokens + (behaviour.reasoning_tokens ?? 0)
  return {
    promptTokens,
    completionTokens,
    cachedTokens: Math.min(behaviour.cached_tokens ?? 0, promptTokens),
    reasoningTokens: Math.min(behaviour.reasoning_tokens ?? 0, completionTokens),
  }
}

export const toWireUsage = (usage: ServedCall['usage']) => ({
  prompt_tokens: usage.promptTokens,
  completion_tokens: usage.completionTokens,
  total_tokens: usage.promptTokens + usage.completionTokens,
  prompt_tokens_details: { cached_tokens: usage.cachedTokens, audio_tokens: 0 },
  completion_tokens_details: {
    reasoning_tokens: usage.reasoningTokens,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
})
