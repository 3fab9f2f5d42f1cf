// The app's way to models, over any OpenAI-compatible endpoint. In: messages or texts. Out: the answer while it
// arrives and what it used, or vectors; every attempt is a traced call of its own.
import { LRUCache } from 'lru-cache'
import OpenAI from 'openai'
import { traceEmbedding, traceModelCall } from '../../../instrumentation/index.ts'
import { withAttempts } from './attempts.ts'

export interface ModelSettings {
  url: string
  apiKey: string
  model: string
  provider: string
  embeddingModel: string
  embeddingProvider: string
  attempts: number
  timeoutMs: number
}

export type ChatMessage = { role: 'system' | 'user' | 'assistant'; content: string }

export interface ChatOptions {
  signal: AbortSignal
  conversationId?: string | undefined
  /** Header for the stand-in model server; see DEMO_FAULTS. */
  behaviour?: string | undefined
  onText?: ((text: string) => void) | undefined
}

export interface ChatAnswer {
  text: string
  model: string
  finishReason: string
  usage: { inputTokens: number; outputTokens: number } | undefined
}

export interface ModelClient {
  /** @throws OpenAI's errors after the last attempt, or the reason of the signal. */
  chat(messages: ChatMessage[], options: ChatOptions): Promise<ChatAnswer>
  embedQuery(text: string, options: { signal: AbortSignal; behaviour?: string | undefined }): Promise<Float32Array>
  embedPassages(
    texts: string[],
    options: { signal: AbortSignal; behaviour?: string | undefined },
  ): Promise<Float32Array[]>
  /** Rejects when the endpoint does not answer. */
  ping(signal: AbortSignal): Promise<void>
}

/** A stream whose breaking off in the middle is the connection error it is, as before its first byte. */
async function* connected<T>(stream: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  try {
    yield* stream
  } catch (error) {
    if (signal.aborted || error instanceof OpenAI.OpenAIError) throw error
    throw new OpenAI.APIConnectionError({ message: 'the stream broke off', cause: error as Error })
  }
}

/** Texts per embedding call. */
const EMBEDDING_BATCH = 96
const QUERY_CACHE_SIZE = 2_000

export function createModelClient(settings: ModelSettings): ModelClient {
  const client = new OpenAI({
    apiKey: settings.apiKey,
    baseURL: settings.url,
    timeout: settings.timeoutMs,
    // Attempts are made here, where each becomes visible.
    maxRetries: 0,
  })
  const { hostname, port, protocol } = new URL(settings.url)
  const server = { serverAddress: hostname, serverPort: Number(port) || (protocol === 'https:' ? 443 : 80) }
  const queryVectors = new LRUCache<string, Float32Array>({ max: QUERY_CACHE_SIZE })
  const headersOf = (behaviour: string | undefined) =>
    behaviour ? { headers: { 'X-Model-Behaviour': behaviour } } : {}

  async function chat(messages: ChatMessage[], options: ChatOptions): Promise<ChatAnswer> {
    const answer: ChatAnswer = { text: '', model: settings.model, finishReason: '', usage: undefined }
    const { signal, conversationId, behaviour, onText } = options
    const call = { provider: settings.provider, model: settings.model, stream: true, input: messages, conversationId }
    await withAttempts({ attempts: settings.attempts, signal, mayRetry: () => answer.text === '' }, async () => {
      const stream = await traceModelCall({ ...call, ...server }, () =>
        client.chat.completions.create(
          { model: settings.model, messages, stream: true, stream_options: { include_usage: true } },
          { signal, ...headersOf(behaviour) },
        ),
      )
      for await (const chunk of connected(stream, signal)) {
        const choice = chunk.choices[0]
        const text = choice?.delta.content ?? ''
        answer.model = chunk.model || answer.model
        answer.finishReason = choice?.finish_reason ?? answer.finishReason
        if (chunk.usage) {
          answer.usage = { inputTokens: chunk.usage.prompt_tokens, outputTokens: chunk.usage.completion_tokens }
        }
        if (text === '') continue
        answer.text += text
        onText?.(text)
      }
      // The client library ends an aborted stream quietly.
      signal.throwIfAborted()
    })
    return answer
  }

  async function embedBatch(texts: string[], options: { signal: AbortSignal; behaviour?: string | undefined }) {
    const call = { provider: settings.embeddingProvider, model: settings.embeddingModel, operation: 'embeddings' }
    const response = await withAttempts({ attempts: settings.attempts, signal: options.signal }, () =>
      traceModelCall({ ...call, ...server, input: texts }, () =>
        client.embeddings.create(
          { model: settings.embeddingModel, input: texts, encoding_format: 'float' },
          { signal: options.signal, ...headersOf(options.behaviour) },
        ),
      ),
    )
    return response.data.map((item) => Float32Array.from(item.embedding))
  }

  return {
    chat,
    embedQuery: (text, options) =>
      traceEmbedding(
        { provider: settings.embeddingProvider, model: settings.embeddingModel, queryLength: text.length },
        async (report) => {
          const known = queryVectors.get(text)
          report({ cacheHit: known !== undefined })
          if (known) return known
          const [vector = new Float32Array()] = await embedBatch([text], options)
          queryVectors.set(text, vector)
          return vector
        },
      ),
    async embedPassages(texts, options) {
      const vectors: Float32Array[] = []
      for (let from = 0; from < texts.length; from += EMBEDDING_BATCH) {
        vectors.push(...(await embedBatch(texts.slice(from, from + EMBEDDING_BATCH), options)))
      }
      return vectors
    },
    ping: async (signal) => {
      await client.models.list({ signal })
    },
  }
}
