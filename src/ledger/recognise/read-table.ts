// Reads a span by its dialect's table. In: a dialect and a span it owns. Out: a candidate, or nothing when the span
// neither is a model call nor sums any up.
import { ATTR } from '../../../instrumentation/semconv.ts'
import { OLD_HTTP } from '../asked-keys.ts'
import type { Span } from '../span.ts'
import { type Keys, readFlag, readNumber, readText } from './attribute.ts'
import { readBesides } from './besides.ts'
import type { Candidate } from './candidate.ts'
import type { Dialect } from './dialect.ts'
import { type OperationRule, operationOfModel, readsOnly, toOperation } from './operation.ts'
import { readOutcome } from './outcome.ts'
import {
  isRouter,
  type ModelName,
  providerOfModel,
  toAnswering,
  toKnownProvider,
  toModelName,
  toProvider,
} from './provider.ts'
import { hasFiguresIn, readReported, readUsage, withTotalAsInput } from './read-usage.ts'
import { toServing } from './serving.ts'

const SERVER = 2
const CLIENT = 3
const SERVICE_NAME = [ATTR.serviceName]
const ADDRESS = [ATTR.serverAddress, 'gen_ai.openai.api_base']

export function readTable(dialect: Dialect, span: Span): Candidate | undefined {
  const { attributes } = span
  const { fields } = dialect
  const written = readReported(dialect, span, dialect.reported?.(span))
  const rule = operationOf(dialect, span, hasFiguresIn(written))
  // A tool call is none of ours, even when a library put figures on it.
  if (rule === undefined || rule.role === 'other') return undefined
  const reported = readsOnly(rule.operation) ? withTotalAsInput(written) : written
  const hasFigures = hasFiguresIn(reported)
  // Those that count tokens are billed for them; the rest are free.
  if (rule.operation === 'moderation' && !hasFigures) return undefined
  const standsForCalls = rule.role === 'aggregate' && dialect.standsForCalls?.(span) === true
  // A sum without figures says nothing.
  if (rule.role === 'aggregate' && !hasFigures && !standsForCalls) return undefined

  const client = toProvider(readText(attributes, fields.provider) || dialect.provider?.(span) || '')
  const named = toServing(client, readText(attributes, ADDRESS))
  const asWritten = (model: string): ModelName => ({ model, prefix: '' })
  const toName = isRouter(named) ? asWritten : toModelName
  const request = toName(readText(attributes, fields.requestModel) || dialect.model?.(span) || '')
  const response = toName(readText(attributes, fields.responseModel))
  const model = response.model || request.model
  if (!hasFigures && model === '' && rule.operation === '') return undefined
  const isAnswered = hasFigures || readText(attributes, fields.outputText) !== ''
  const outcome = readOutcome(span, isAnswered, dialect.failure?.(span))
  const provider = toAnswering(named, request.prefix || providerOfModel(model)) || toKnownProvider(outcome.thrownBy)
  const operation = rule.operation || operationOfModel(model)
  const finishReason = readFinish(span, fields.finish)
  const timeToFirstTokenMs = withinADay(readFirstToken(dialect, span))
  const { usage, certainty, convention } = readUsage(dialect, span, reported, {
    provider,
    model,
    operation,
    finishReason,
    outcome,
  })

  const candidate: Candidate = {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    startTimeUnixNano: span.startTimeUnixNano,
    endTimeUnixNano: span.endTimeUnixNano,
    spanKind: span.kind,
    role: rule.role === 'aggregate' || (span.kind === SERVER && !dialect.answers) ? 'aggregate' : 'call',
    recognisedBy: `${dialect.name}/${operation || 'usage'}`,
    scopeName: span.scopeName,
    scopeVersion: span.scopeVersion,
    serviceName: readText(span.resource, SERVICE_NAME),
    level: typeof dialect.level === 'function' ? dialect.level(span) : dialect.level,
    cacheConvention: convention,
    provider,
    requestModel: request.model,
    responseModel: response.model,
    operation,
    responseId: dialect.responseId?.(span) || readText(attributes, fields.responseId),
    certainty,
    status: outcome.status,
    errorClass: outcome.errorClass,
    finishReason,
    streaming:
      readFlag(attributes, fields.stream) || timeToFirstTokenMs !== undefined || dialect.streams?.(span) === true,
  }
  if (standsForCalls) candidate.standsForCalls = true
  const besides = readBesides(attributes, operation)
  if (besides !== '') candidate.besides = besides
  if (usage !== undefined) candidate.usage = usage
  if (timeToFirstTokenMs !== undefined) candidate.timeToFirstTokenMs = timeToFirstTokenMs
  return candidate
}

function operationOf(dialect: Dialect, span: Span, hasFigures: boolean): OperationRule | undefined {
  const known = dialect.operation?.(span)
  if (known !== undefined) return known
  const word = readText(span.attributes, dialect.fields.operation)
  const rule = word === '' ? undefined : toOperation(word)
  if (rule !== undefined) return rule
  if (!hasFigures) {
    return word === '' && namesRequest(dialect, span) ? { operation: '', role: 'call' } : undefined
  }
  // A word nobody told us about, with figures: a client's own request, or a framework's sum over what is beneath it.
  if (word === '') return { operation: '', role: 'call' }
  return { operation: word, role: span.kind === CLIENT ? 'call' : 'aggregate' }
}

/** A client's request to a named provider's model says so much even where nobody wrote down what was asked. */
function namesRequest({ fields }: Dialect, { kind, attributes }: Span): boolean {
  return (
    kind === CLIENT &&
    readText(attributes, fields.provider) !== '' &&
    readText(attributes, fields.requestModel) !== '' &&
    OTHER_REQUESTS.every((key) => attributes[key] === undefined)
  )
}

/** On spans of transport and databases, onto which a processor may have copied the names of the call around them. */
const OTHER_REQUESTS = [
  ATTR.httpMethod,
  OLD_HTTP.method,
  'db.system',
  'db.system.name',
  'rpc.system',
  'rpc.system.name',
]

function readFinish(span: Span, keys: Keys): string {
  const text = readText(span.attributes, keys)
  // Some libraries write the list as JSON or as a tuple's text: ["stop"], ('stop',)
  return /[A-Za-z_]+/.exec(text)?.[0] ?? ''
}

const DAY_MS = 86_400_000

function withinADay(milliseconds: number | undefined): number | undefined {
  return milliseconds !== undefined && milliseconds >= 0 && milliseconds <= DAY_MS ? milliseconds : undefined
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
