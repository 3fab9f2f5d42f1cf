// What a span says about tokens, and how sure that is. In: a dialect, its span, and what is already known of the call.
// Out: usage in normal form with its certainty, or no usage when nothing is known.
import { ATTR } from '../../../instrumentation/semconv.ts'
import type { Span } from '../span.ts'
import { readCount, readFlag } from './attribute.ts'
import type { CacheConvention, Certainty, Usage } from './candidate.ts'
import type { Dialect } from './dialect.ts'
import { estimateUsage } from './estimate.ts'
import type { Outcome } from './outcome.ts'
import { excludesCacheOnTheWire } from './provider.ts'
import { beyondFigures, NO_USAGE, normalise, type ReportedUsage } from './usage.ts'

export interface KnownCall {
  provider: string
  model: string
  operation: string
  finishReason: string
  outcome: Outcome
}

export interface ReadUsage {
  usage: Usage | undefined
  certainty: Certainty
  convention: CacheConvention
}

/** Their streams name the figures in the last chunk: who has them has read to the end. */
const FIGURES_LAST = new Set(['openai', 'azure.ai.openai'])
const USAGE_ESTIMATED = [ATTR.usageEstimated]
const USAGE_PARTIAL = [ATTR.usagePartial]

export function readReported(dialect: Dialect, { attributes }: Span, own: Partial<ReportedUsage> = {}): ReportedUsage {
  const { fields } = dialect
  return {
    input: own.input ?? readCount(attributes, fields.input),
    output: own.output ?? readCount(attributes, fields.output),
    cacheRead: own.cacheRead ?? readCount(attributes, fields.cacheRead),
    cacheWrite: own.cacheWrite ?? readCount(attributes, fields.cacheWrite),
    reasoning: own.reasoning ?? readCount(attributes, fields.reasoning),
    total: own.total ?? readCount(attributes, fields.total),
  }
}

/** Libraries that write only a total of what reads and never writes (embeddings, reranking) mean the input. */
export function withTotalAsInput(reported: ReportedUsage): ReportedUsage {
  return reported.input === undefined && reported.output === undefined
    ? { ...reported, input: reported.total }
    : reported
}

export function hasFiguresIn(reported: ReportedUsage): boolean {
  return (reported.input ?? 0) > 0 || (reported.output ?? 0) > 0
}

export function readUsage(dialect: Dialect, span: Span, reported: ReportedUsage, known: KnownCall): ReadUsage {
  const read = hasFiguresIn(reported) ? measure(dialect, span, reported, known) : withoutFigures(dialect, span, known)
  return isUnfinished(dialect, span, reported, known) ? { ...read, certainty: 'partial' } : read
}

function measure(dialect: Dialect, span: Span, read: ReportedUsage, known: KnownCall): ReadUsage {
  const { provider, model, operation } = known
  const reported = withThoughts(read, provider)
  const declared = dialect.convention?.(span, { provider, model })
  const convention = declared ?? (excludesCacheOnTheWire(provider, model) ? undefined : 'inclusive')
  const normal = normalise(reported, convention)
  const isInvented = dialect.invented?.(span) === true || readFlag(span.attributes, USAGE_ESTIMATED)
  // Input that leaves out cached tokens, from a library that does not say how many there were.
  const lacksCache = declared === 'exclusive' && reported.cacheRead === undefined && reported.cacheWrite === undefined
  const certainty = isInvented ? 'estimated' : lacksCache && operation !== 'embeddings' ? 'partial' : 'measured'
  return { usage: normal?.usage, certainty, convention: normal?.convention ?? 'assumed' }
}

/** Libraries that take Gemini's answer for its whole output still write a total that holds what it thought. */
function withThoughts(reported: ReportedUsage, provider: string): ReportedUsage {
  if (!provider.startsWith('gcp.') || (reported.reasoning ?? 0) > 0) return reported
  const thoughts = beyondFigures(reported)
  return thoughts > 0 ? { ...reported, reasoning: thoughts } : reported
}

function withoutFigures(dialect: Dialect, span: Span, { outcome }: KnownCall): ReadUsage {
  const estimate = estimateUsage(span.attributes, dialect.fields)
  if (outcome.status === 'success') {
    return { usage: estimate, certainty: estimate === undefined ? 'partial' : 'estimated', convention: 'assumed' }
  }
  // It failed in the middle of an answer: what had come by then was paid for.
  if (estimate !== undefined && estimate.outputTokens > 0) {
    return { usage: estimate, certainty: 'partial', convention: 'assumed' }
  }
  // A refused call costs nothing; one that timed out may have cost something nobody told us.
  return { usage: NO_USAGE, certainty: outcome.status === 'timeout' ? 'partial' : 'measured', convention: 'assumed' }
}

function isUnfinished(dialect: Dialect, span: Span, reported: ReportedUsage, known: KnownCall): boolean {
  const { outcome, provider, finishReason } = known
  if (outcome.abandoned || readFlag(span.attributes, USAGE_PARTIAL)) return true
  if (outcome.status !== 'success' || (hasFiguresIn(reported) && FIGURES_LAST.has(provider))) return false
  return dialect.brokeOff?.(span, finishReason) === true
}
