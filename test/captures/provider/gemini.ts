// Gemini's generateContent. Its prompt count includes cached tokens; thoughts are counted beside the candidates.
import { dataEvent } from './http.ts'
import type { Plan } from './scenario.ts'

function chunk(plan: Plan, parts: object[], last: boolean): object {
  const { usage } = plan.truth
  return {
    candidates: [{ index: 0, content: { role: 'model', parts }, ...(last ? { finishReason: 'STOP' } : {}) }],
    usageMetadata: {
      promptTokenCount: usage.inputTokens,
      cachedContentTokenCount: usage.cacheReadTokens || undefined,
      candidatesTokenCount: usage.outputTokens - usage.reasoningTokens,
      thoughtsTokenCount: usage.reasoningTokens || undefined,
      totalTokenCount: usage.inputTokens + usage.outputTokens,
    },
    modelVersion: plan.model,
    responseId: plan.id,
  }
}

const toolParts = (plan: Plan): object[] | undefined =>
  plan.tool && [{ functionCall: { name: plan.tool.name, args: JSON.parse(plan.tool.arguments) } }]

export function generateReply(plan: Plan): object {
  return chunk(plan, toolParts(plan) ?? [{ text: plan.text }], true)
}

export function generateEvents(plan: Plan): string[] {
  const parts = toolParts(plan)
  if (parts) return [dataEvent(chunk(plan, parts, true))]
  const words = plan.text.split(/(?<= )/)
  return words.map((text, i) => dataEvent(chunk(plan, [{ text }], i === words.length - 1)))
}
