// The Vercel AI SDK (`ai` 7; earlier ones: ai-sdk-models.ts). In: its hook for telemetry integrations. Out: one span per model call, below
// whatever generateText or streamText do around it. Prompts are not read here beyond counting their characters.

import { context } from '@opentelemetry/api'
import { activeCall } from '../model-call/active-call.ts'
import type { CallRecorder } from '../model-call/recorder.ts'
import { runCall, startCall, traceModelCall } from '../model-call/trace-model-call.ts'
import type { ModelCallOptions } from '../model-call/types.ts'

interface CallEvent {
  provider?: string
  modelId?: string
  messages?: unknown
  instructions?: unknown
}

interface EmbedEvent extends CallEvent {
  embedCallId?: string
  callId?: string
  values?: unknown
  usage?: { tokens?: number }
}

interface Integration {
  onEmbedStart(event: EmbedEvent): void
  onEmbedEnd(event: EmbedEvent): void
  onError(error: unknown): void
  executeLanguageModelCall<T>(event: CallEvent & { execute: () => PromiseLike<T> }): PromiseLike<T>
}

/** A telemetry integration for `registerTelemetry` or the `telemetry` option of one call. */
export const aiSdkIntegration = (): Integration => ({
  ...embeddings(),
  executeLanguageModelCall: <T>({ execute, ...event }: CallEvent & { execute: () => PromiseLike<T> }) => {
    const outer = activeCall()
    // The call of a traceModelCall around the SDK is its first request; more steps and attempts are calls beside it.
    if (outer?.recorder.adopt()) return runCall(outer.recorder, async () => await execute())
    const options: ModelCallOptions = {
      provider: toProvider(event.provider ?? 'unknown'),
      model: event.modelId ?? 'unknown',
      operation: 'chat',
      input: [event.instructions, event.messages],
    }
    const trace = () => traceModelCall(options, async () => await execute())
    return outer ? context.with(outer.outside, trace) : trace()
  },
})

/** Embedding calls that are running: the SDK only says when one starts and ends, and names it by an id. */
const MAX_OPEN = 1_000

function embeddings(): Pick<Integration, 'onEmbedStart' | 'onEmbedEnd' | 'onError'> {
  const open = new Map<string, { recorder: CallRecorder; callId: string | undefined }>()
  return {
    onEmbedStart({ embedCallId, callId, provider = 'unknown', modelId = 'unknown', values }) {
      // A traceModelCall around the SDK already counts this call.
      if (embedCallId === undefined || open.size >= MAX_OPEN || activeCall()) return
      const recorder = startCall({
        provider: toProvider(provider),
        model: modelId,
        operation: 'embeddings',
        input: values,
      })
      open.set(embedCallId, { recorder, callId })
    },
    onEmbedEnd({ embedCallId = '', usage }) {
      const call = open.get(embedCallId)
      open.delete(embedCallId)
      call?.recorder.setUsage({ inputTokens: usage?.tokens, outputTokens: 0 })
      call?.recorder.end()
    },
    onError(event) {
      const { callId, error = event } = Object(event) as { callId?: string; error?: unknown }
      for (const [id, call] of open) {
        if (callId === undefined || call.callId !== callId) continue
        open.delete(id)
        call.recorder.end({ error })
      }
    },
  }
}

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

export function toProvider(name: string): string {
  const first = name.split('.', 1)[0] ?? name
  return NAMES[first] ?? first
}
