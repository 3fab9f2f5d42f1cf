// Traces model clients without a line in the app. In: the `openai`, `@anthropic-ai/sdk` and `@google/genai` packages as
// the app loads them. Out: their classes with traced methods; nothing else of the packages is touched.
import {
  InstrumentationBase,
  type InstrumentationConfig,
  InstrumentationNodeModuleDefinition,
} from '@opentelemetry/instrumentation'
import { guard } from '../problems.ts'
import { VERSION } from '../version.ts'
import { traceAnthropic } from './anthropic.ts'
import { traceGoogle } from './google.ts'
import { traceOpenAi } from './openai.ts'

interface Exports {
  [name: string]: unknown
  default?: unknown
}

const CLIENTS: readonly { name: string; versions: string[]; trace: (exports: Exports) => void }[] = [
  { name: 'openai', versions: ['>=4.19.0 <9'], trace: (exports) => traceOpenAi(exports.OpenAI ?? exports.default) },
  {
    name: '@anthropic-ai/sdk',
    versions: ['>=0.20.0 <3'],
    trace: (exports) => traceAnthropic(exports.Anthropic ?? exports.default),
  },
  { name: '@google/genai', versions: ['>=1.0.0 <5'], trace: (exports) => traceGoogle(exports.Models) },
]

export class ModelClientInstrumentation extends InstrumentationBase {
  constructor(config: InstrumentationConfig = {}) {
    super('spanledger/model-clients', VERSION, config)
  }

  protected init(): InstrumentationNodeModuleDefinition[] {
    return CLIENTS.map(
      ({ name, versions, trace }) =>
        new InstrumentationNodeModuleDefinition(name, versions, (exports: Exports) => {
          guard('client', () => trace(exports))
          return exports
        }),
    )
  }
}

/** Traces classes that were loaded before telemetry started, or that a bundler hid from the preload. */
export function traceClients(classes: { OpenAI?: unknown; Anthropic?: unknown; GoogleModels?: unknown }): void {
  guard('client', () => {
    if (classes.OpenAI) traceOpenAi(classes.OpenAI)
    if (classes.Anthropic) traceAnthropic(classes.Anthropic)
    if (classes.GoogleModels) traceGoogle(classes.GoogleModels)
  })
}
