// Reads a span by its dialect's table. In: a dialect and a span it owns. Out: a candidate, or nothing when the span
// neither is a model call nor sums any up.
import { ATTR } from '../../../instrumentation/semconv.ts'
import type { Span } from '../span.ts'
import { type Keys, readCount, readFlag, readNumber, readText } from './attribute.ts'
import type { Candidate, Certainty } from './candidate.ts'
import type { Dialect } from './dialect.ts'
import { estimateUsage } from './estimate.ts'
import { type OperationRule, toOperation } from './operation.ts'
import { readOutcome } from './outcome.ts'
import { excludesCacheOnTheWire, providerOfModel, toModelName, toProvider } from './provider.ts'
import { NO_USAGE, normalise, type ReportedUsage } from './usage.ts'

const SERVER = 2
const CLIENT = 3
/** Their streams name the figures in the last chunk: who has them has read to the end. */
const FIGURES_LAST = new Set(['openai', 'azure.ai.openai'])
const USAGE_ESTIMATED = [ATTR.usageEstimated]
const USAGE_PARTIAL = [ATTR.usagePartial]
const SERVICE_NAME = [ATTR.serviceName]

export function readTable(dialect: Dialect, span: Span): Candidate | undefined {
  const { attributes } = span
  const { fields } = dialect
  const reported = readReported(dialect, span)
  const hasUsage = (reported.input ?? 0) > 0 || (reported.output ?? 0) > 0
  const rule = operationOf(dialect, span, hasUsage)
  if (rule === undefined) return undefined
  // An aggregate without figures says nothing, and a tool call is none of ours even when a library put figures on it.
  const standsForCalls = rule.role === 'aggregate' && dialect.standsForCalls?.(span) === true
  if (rule.role === 'other' || (rule.role === 'aggregate' && !hasUsage && !standsForCalls)) return undefined

  const request = toModelName(readText(attributes, fields.requestModel) || dialect.model?.(span) || '')
  const response = toModelName(readText(attributes, fields.responseModel))
  if (!hasUsage && request.model === '' && response.model === '' && rule.operation === '') return undefined
  const model = response.model || request.model
  const named = readText(attributes, fields.provider) || dialect.provider?.(span) || ''
  const provider = toProvider(named) || request.prefix || providerOfModel(model)
  const outcome = readOutcome(span)
  const stream = readFlag(attributes, fields.stream)
  const finishReason = readFinish(span, fields.finish)
  const timeToFirstTokenMs = readFirstToken(dialect, span)
  const streaming = stream || timeToFirstTokenMs !== undefined || dialect.streams?.(span) === true

  const declared = dialect.convention?.(span, { provider, model })
  const normal = hasUsage
    ? normalise(reported, declared ?? (excludesCacheOnTheWire(provider, model) ? undefined : 'inclusive'))
    : undefined
  let usage = normal?.usage
  let certainty: Certainty = 'measured'
  if (usage === undefined) {
    if (outcome.status === 'success') {
      usage = estimateUsage(attributes, fields)
      certainty = 'estimated'
    } else {
      // A refused call costs nothing; one that timed out may have cost something nobody told us.
      usage = NO_USAGE
      certainty = outcome.status === 'timeout' ? 'partial' : 'measured'
    }
  } else if (dialect.invented?.(span) === true || readFlag(attributes, USAGE_ESTIMATED)) {
    certainty = 'estimated'
  }
  const isWhole = hasUsage && FIGURES_LAST.has(provider)
  const unfinished =
    outcome.abandoned || (outcome.status === 'success' && !isWhole && dialect.brokeOff?.(span, finishReason) === true)
  if (unfinished || readFlag(attributes, USAGE_PARTIAL)) certainty = 'partial'

  const candidate: Candidate = {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    startTimeUnixNano: span.startTimeUnixNano,
    endTimeUnixNano: span.endTimeUnixNano,
    role: rule.role === 'aggregate' || span.kind === SERVER ? 'aggregate' : 'call',
    recognisedBy: `${dialect.name}/${rule.operation || 'usage'}`,
    scopeName: span.scopeName,
    scopeVersion: span.scopeVersion,
    serviceName: readText(span.resource, SERVICE_NAME),
    level: typeof dialect.level === 'function' ? dialect.level(span) : dialect.level,
    cacheConvention: normal?.convention ?? 'assumed',
    provider,
    requestModel: request.model,
    responseModel: response.model,
    operation: rule.operation,
    responseId: dialect.responseId?.(span) || readText(attributes, fields.responseId),
    certainty,
    status: outcome.status,
    errorClass: outcome.errorClass,
    finishReason,
    streaming,
  }
  if (standsForCalls) candidate.standsForCalls = true
  if (usage !== undefined) candidate.usage = usage
  if (timeToFirstTokenMs !== undefined) candidate.timeToFirstTokenMs = timeToFirstTokenMs
  return candidate
}

function operationOf(dialect: Dialect, span: Span, hasUsage: boolean): OperationRule | undefined {
  const known = dialect.operation?.(span)
  if (known !== undefined) return known
  const word = readText(span.attributes, dialect.fields.operation)
  const rule = word === '' ? undefined : toOperation(word)
  if (rule !== undefined) return rule
  if (!hasUsage) return undefined
  // A word nobody told us about, with figures: a client's own request, or a framework's sum over what is beneath it.
  if (word === '') return { operation: '', role: 'call' }
  return { operation: word, role: span.kind === CLIENT ? 'call' : 'aggregate' }
}

function readReported(dialect: Dialect, span: Span): ReportedUsage {
  const { attributes } = span
  const { fields } = dialect
  const own = dialect.reported?.(span)
  return {
    input: own?.input ?? readCount(attributes, fields.input),
    output: own?.output ?? readCount(attributes, fields.output),
    cacheRead: own?.cacheRead ?? readCount(attributes, fields.cacheRead),
    cacheWrite: own?.cacheWrite ?? readCount(attributes, fields.cacheWrite),
    reasoning: own?.reasoning ?? readCount(attributes, fields.reasoning),
    total: own?.total ?? readCount(attributes, fields.total),
  }
}

function readFinish(span: Span, keys: Keys): string {
  const text = readText(span.attributes, keys)
  // Some libraries write the list as JSON or as a tuple's text: ["stop"], ('stop',)
  return /[A-Za-z_]+/.exec(text)?.[0] ?? ''
}

function readFirstToken(dialect: Dialect, span: Span): number | undefined {
  const seconds = readNumber(span.attributes, dialect.fields.ttftSeconds)
  if (seconds !== undefined) return seconds * 1000
  const milliseconds = readNumber(span.attributes, dialect.fields.ttftMilliseconds)
  if (milliseconds !== undefined) return milliseconds
  if (dialect.firstChunkEvent === undefined) return undefined
  const event = span.events.find(({ name }) => name === dialect.firstChunkEvent)
  return event === undefined ? undefined : Number(event.timeUnixNano - span.startTimeUnixNano) / 1e6
}
