// Step one of recognition. In: any span. Out: a candidate when the span speaks of a model call, else undefined.
// Most spans are no model calls, so the first question has to be cheap: a few property probes, no iteration.
import { namesModel } from '../asked-keys.ts'
import type { Span } from '../span.ts'
import type { Candidate } from './candidate.ts'
import type { Dialect } from './dialect.ts'
import { aiSdk, aiSdk7 } from './dialects/ai-sdk.ts'
import { claudeCode } from './dialects/claude-code.ts'
import { agentFramework, logfire, pydanticAi, strands } from './dialects/frameworks.ts'
import { googleAdk } from './dialects/google-adk.ts'
import { langSmith } from './dialects/langsmith.ts'
import { litellm, litellmRaw } from './dialects/litellm.ts'
import { openInference } from './dialects/openinference.ts'
import { openLit } from './dialects/openlit.ts'
import { openLlmetry } from './dialects/openllmetry.ts'
import { otelGenAi } from './dialects/otel-genai.ts'
import { spanledger } from './dialects/spanledger.ts'
import { vendorApi, vendorSdk } from './dialects/vendor-sdk.ts'
import { readTable } from './read-table.ts'

/** The first that owns a span reads it; the last one owns every span with a GenAI name on it. */
const DIALECTS: readonly Dialect[] = [
  spanledger,
  aiSdk,
  litellmRaw,
  litellm,
  vendorSdk,
  vendorApi,
  claudeCode,
  langSmith,
  openInference,
  openLit,
  aiSdk7,
  pydanticAi,
  logfire,
  strands,
  agentFramework,
  googleAdk,
  openLlmetry,
  otelGenAi,
]

export function readSpan(span: Span): Candidate | undefined {
  if (!speaksOfModels(span)) return undefined
  for (const dialect of DIALECTS) if (dialect.owns(span)) return readTable(dialect, span)
  return undefined
}

function speaksOfModels(span: Span): boolean {
  return (
    namesModel(span) ||
    span.name === 'raw_gen_ai_request' ||
    // openlit leaves a failed call's span almost bare.
    (span.statusCode === 2 && span.scopeName.startsWith('openlit'))
  )
}
