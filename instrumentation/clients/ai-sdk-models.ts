// The Vercel AI SDK before version 7, whose hook for integrations knows nothing of its model calls. In: the exports of `ai`.
// Out: the same functions and agents, which use each model through one that traces its requests.
import { activeCall } from '../model-call/active-call.ts'
import { traceModelCall } from '../model-call/trace-model-call.ts'
import { guard } from '../problems.ts'
import { aiSdkIntegration, toProvider } from './ai-sdk.ts'

type Exports = Record<string, unknown>
type Do = (options: { prompt?: unknown; values?: unknown }) => PromiseLike<unknown>

interface Model {
  provider?: string
  modelId?: string
}
interface Provider {
  languageModel?: (id: string) => unknown
  textEmbeddingModel?: (id: string) => unknown
}

const CHATS = ['generateText', 'streamText', 'generateObject', 'streamObject']
const EMBEDDINGS = ['embed', 'embedMany']
const AGENTS = ['ToolLoopAgent', 'Experimental_Agent']

/** Functions and classes to put in the place of those that `ai` exports, by name; without those it has not. */
export function tracedAiSdk(ai: Exports): Exports {
  const traced: Exports = {}
  const replace = (names: string[], kind: keyof Provider, call: typeof Reflect.apply | typeof Reflect.construct) => {
    for (const name of names) {
      const original = ai[name]
      if (typeof original !== 'function') continue
      const withModel = (args: unknown[]) => [withTracedModel(args[0], kind, ai), ...args.slice(1)]
      traced[name] = new Proxy(original, {
        ...(call === Reflect.apply
          ? { apply: (target, self, args) => Reflect.apply(target, self, withModel(args)) }
          : { construct: (target, args, self) => Reflect.construct(target, withModel(args), self) }),
      })
    }
  }
  replace(CHATS, 'languageModel', Reflect.apply)
  replace(EMBEDDINGS, 'textEmbeddingModel', Reflect.apply)
  replace(AGENTS, 'languageModel', Reflect.construct)
  return traced
}

function withTracedModel(options: unknown, kind: keyof Provider, ai: Exports): unknown {
  let traced = options
  guard('client', () => {
    const model = resolve(Object(options).model, kind, ai)
    if (typeof model === 'object' && model !== null) traced = { ...Object(options), model: traceAiModel(model) }
  })
  return traced
}

// A name stands for a model of the default provider.
function resolve(model: unknown, kind: keyof Provider, ai: Exports): unknown {
  if (typeof model !== 'string') return model
  const provider = (Reflect.get(globalThis, 'AI_SDK_DEFAULT_PROVIDER') ?? ai.gateway) as Provider | undefined
  return provider?.[kind]?.(model)
}

const { executeLanguageModelCall } = aiSdkIntegration()

/** A model of the AI SDK whose requests are traced, for where a bundler hides `ai` from the preload. */
export function traceAiModel<M extends Model>(model: M): M {
  const { provider = 'unknown', modelId = 'unknown' } = model
  const chat =
    (request: Do): Do =>
    (options) =>
      executeLanguageModelCall({ provider, modelId, messages: options.prompt, execute: () => request(options) })
  const embed =
    (request: Do): Do =>
    (options) => {
      // A traceModelCall around the SDK already counts this call.
      if (activeCall()) return request(options)
      const asked = { provider: toProvider(provider), model: modelId, operation: 'embeddings', input: options.values }
      return traceModelCall(asked, async (call) => {
        const result = await request(options)
        call.setUsage({ outputTokens: 0 })
        return result
      })
    }
  const traced: Record<PropertyKey, (request: Do) => Do> = { doGenerate: chat, doStream: chat, doEmbed: embed }
  // Of an object of its own: a proxy of the model itself must give a frozen one's own functions.
  return new Proxy<M>(Object.create(Object.getPrototypeOf(model)), {
    // With the model itself as `this`, whose fields may be private.
    get: (_target, key) => {
      const value: unknown = Reflect.get(model, key)
      if (typeof value !== 'function') return value
      const own = value.bind(model)
      return Object.hasOwn(traced, key) ? traced[key]?.(own) : own
    },
    has: (_target, key) => Reflect.has(model, key),
  })
}
