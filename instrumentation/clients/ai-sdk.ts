// The Vercel AI SDK (`ai` 6 and 7). In: its hook for telemetry integrations. Out: one span per model call, below
// whatever generateText or streamText do around it. Prompts are not read here beyond counting their characters.

import { traceModelCall } from '../model-call/trace-model-call.ts'
import type { ModelCallOptions } from '../model-call/types.ts'

interface CallEvent {
  provider?: string
  modelId?: string
  messages?: unknown
  instructions?: unknown
}

interface Integration {
  executeLanguageModelCall<T>(event: CallEvent & { execute: () => PromiseLike<T> }): PromiseLike<T>
}

/** A telemetry integration for `registerTelemetry` or the `telemetry` option of one call. */
export const aiSdkIntegration = (): Integration => ({
  executeLanguageModelCall: <T>({ execute, ...event }: CallEvent & { execute: () => PromiseLike<T> }) => {
    const options: ModelCallOptions = {
      provider: toProvider(event.provider ?? 'unknown'),
      model: event.modelId ?? 'unknown',
      operation: 'chat',
      input: [event.instructions, event.messages],
    }
    return traceModelCall(options, async () => await execute())
  },
})

/** Registers the integration for every call of the AI SDK in this process; the SDK reads this global. */
export function registerAiSdk(): void {
  const shared = globalThis as { AI_SDK_TELEMETRY_INTEGRATIONS?: unknown[] }
  shared.AI_SDK_TELEMETRY_INTEGRATIONS ??= []
  shared.AI_SDK_TELEMETRY_INTEGRATIONS.push(aiSdkIntegration())
}

// The SDK names providers `openai.chat`, `google.generative-ai`, `amazon-bedrock`, …
const NAMES: Record<string, string> = {
  google: 'gcp.gemini',
  'google-vertex': 'gcp.vertex_ai',
  vertex: 'gcp.vertex_ai',
  'amazon-bedrock': 'aws.bedrock',
  azure: 'azure.ai.openai',
  'azure-openai': 'azure.ai.openai',
  xai: 'x_ai',
  mistral: 'mistral_ai',
}

function toProvider(name: string): string {
  const first = name.split('.', 1)[0] ?? name
  return NAMES[first] ?? first
}
