// Traces model clients without a line in the app. In: the `openai`, `@anthropic-ai/sdk`, `@google/genai` and (before 7) `ai`
// packages as the app loads them. Out: their classes with traced methods; nothing else of the packages is touched.
import {
  InstrumentationBase,
  type InstrumentationConfig,
  InstrumentationNodeModuleDefinition,
} from '@opentelemetry/instrumentation'
import { guard } from '../problems.ts'
import { VERSION } from '../version.ts'
import { tracedAiSdk } from './ai-sdk-models.ts'
import { traceAnthropic } from './anthropic.ts'
import { traceGoogle } from './google.ts'
import { traceOpenAi } from './openai.ts'

interface Exports {
  [name: string]: unknown
  default?: unknown
}

interface Client {
  name: string
  versions: string[]
  /** Traces classes in place. */
  trace?: (exports: Exports) => void
  /** Makes what is to stand in the place of exports. */
  replacements?: (exports: Exports) => Exports
}

const CLIENTS: readonly Client[] = [
  { name: 'openai', versions: ['>=4.19.0 <9'], trace: (exports) => traceOpenAi(exports.OpenAI ?? exports.default) },
  {
    name: '@anthropic-ai/sdk',
    versions: ['>=0.20.0 <3'],
    trace: (exports) => traceAnthropic(exports.Anthropic ?? exports.default),
  },
  { name: '@google/genai', versions: ['>=1.0.0 <5'], trace: (exports) => traceGoogle(exports.Models) },
  { name: 'ai', versions: ['>=4.0.0 <7'], replacements: tracedAiSdk },
]

export class ModelClientInstrumentation extends InstrumentationBase {
  constructor(config: InstrumentationConfig = {}) {
    super('spanledger/model-clients', VERSION, config)
  }

  protected init(): InstrumentationNodeModuleDefinition[] {
    return CLIENTS.map(
      ({ name, versions, trace, replacements }) =>
        new InstrumentationNodeModuleDefinition(name, versions, (exports: Exports) => {
          let traced = exports
          guard('client', () => {
            trace?.(exports)
            if (replacements) traced = replaceExports(exports, replacements(exports))
          })
          return traced
        }),
    )
  }
}

// An ES module's exports are set; a CommonJS module's may be fixed, and another object takes their place.
function replaceExports(exports: Exports, replaced: Exports): Exports {
  if (!isModule(exports)) return { ...exports, ...replaced }
  Object.assign(exports, replaced)
  return exports
}

const isModule = (exports: object): boolean => Reflect.get(exports, Symbol.toStringTag) === 'Module'

/** Traces classes that were loaded before telemetry started, or that a bundler hid from the preload. */
export function traceClients(classes: { OpenAI?: unknown; Anthropic?: unknown; GoogleModels?: unknown }): void {
  guard('client', () => {
    if (classes.OpenAI) traceOpenAi(classes.OpenAI)
    if (classes.Anthropic) traceAnthropic(classes.Anthropic)
    if (classes.GoogleModels) traceGoogle(classes.GoogleModels)
  })
}
