// Could two spans report the same call? Pure comparisons on candidates, used by the resolver.
import type { Candidate, Usage } from './candidate.ts'
import { operationClass } from './operation.ts'

/** Clock reads of nested wrappers may cross by this much. */
export const TOLERANCE_NANOS = 5_000_000n

export function sameClass(a: Candidate, b: Candidate): boolean {
  return operationClass(a.operation) === operationClass(b.operation)
}

export function hasFigures(candidate: Candidate): boolean {
  const { usage } = candidate
  return usage !== undefined && usage.inputTokens + usage.outputTokens > 0
}

export function isMeasured(candidate: Candidate): boolean {
  return candidate.certainty === 'measured' && hasFigures(candidate)
}

export function succeeded(candidate: Candidate): boolean {
  return candidate.status === 'success' || hasFigures(candidate)
}

/** Inputs a library with the other convention for cached tokens would show for the same call. */
function inputReadings(usage: Usage): number[] {
  const cached = usage.cacheReadTokens + usage.cacheWriteTokens
  return [
    usage.inputTokens,
    usage.inputTokens - cached,
    usage.inputTokens + cached,
    usage.inputTokens - usage.cacheReadTokens,
  ]
}

/** Equal output, and equal input under some reading of cached tokens. */
export function figuresAgree(a: Usage, b: Usage): boolean {
  if (a.outputTokens !== b.outputTokens) return false
  const readings = inputReadings(b)
  return inputReadings(a).some((input) => readings.includes(input))
}

export function contains(outer: Candidate, inner: Candidate, tolerance: bigint = TOLERANCE_NANOS): boolean {
  return (
    outer.startTimeUnixNano <= inner.startTimeUnixNano + tolerance &&
    outer.endTimeUnixNano + tolerance >= inner.endTimeUnixNano
  )
}

const TRIMMED = /(?:^.*\/)|(?:[-@](?:\d{8}|\d{4}-\d{2}-\d{2}|latest|v\d+(?::\d+)?)$)/g

/** Dates, regions and routing prefixes aside, one name is the other's beginning. */
export function modelsAgree(a: Candidate, b: Candidate): boolean {
  if (a.requestModel === b.requestModel && a.requestModel !== '') return true
  const left = modelNames(a)
  const right = modelNames(b)
  if (left.length === 0 || right.length === 0) return true
  return left.some((x) => right.some((y) => x === y || x.startsWith(y) || y.startsWith(x)))
}

function modelNames({ requestModel, responseModel }: Candidate): string[] {
  const names = []
  if (requestModel !== '') names.push(requestModel.toLowerCase().replace(TRIMMED, ''))
  if (responseModel !== '') names.push(responseModel.toLowerCase().replace(TRIMMED, ''))
  return names
}

/** Both carry an id of the same kind (`chatcmpl-`, `msg_`, …) and they differ: two calls. */
export function idsConflict(a: Candidate, b: Candidate): boolean {
  return a.responseId !== '' && b.responseId !== '' && a.responseId !== b.responseId && idKind(a) === idKind(b)
}

/** Ids a library made up itself (a UUID, `aitxt-…`, `run-…`) are no kind that another span could share. */
function idKind({ spanId, responseId }: Candidate): string {
  if (/[0-9a-f]{8}-[0-9a-f]{4}-|^(?:aitxt|aiobj|run|lc_run)/.test(responseId)) return spanId
  return /^[A-Za-z]+[-_]+/.exec(responseId)?.[0] ?? ''
}

/** One library in one process: it reports a call once. */
export function sameEmitter(a: Candidate, b: Candidate): boolean {
  return a.scopeName === b.scopeName && a.serviceName === b.serviceName
}

/** How much of the shorter one lies within the other, 0 to 1. */
export function overlap(a: Candidate, b: Candidate): number {
  // biome-ignore lint/complexity/useMathMinMax: Math.max takes no bigint
  const start = a.startTimeUnixNano > b.startTimeUnixNano ? a.startTimeUnixNano : b.startTimeUnixNano
  // biome-ignore lint/complexity/useMathMinMax: Math.min takes no bigint
  const end = a.endTimeUnixNano < b.endTimeUnixNano ? a.endTimeUnixNano : b.endTimeUnixNano
  const lengths = [a.endTimeUnixNano - a.startTimeUnixNano, b.endTimeUnixNano - b.startTimeUnixNano].map(Number)
  const shorter = Math.min(...lengths)
  return end <= start || shorter <= 0 ? 0 : Number(end - start) / shorter
}

/** What of two emitters is one call lies one in the other, or askew by less than half. */
export const mayBeOneInTime = (a: Candidate, b: Candidate): boolean =>
  contains(a, b) || contains(b, a) || overlap(a, b) >= 0.5

export function sameProcess(a: Candidate, b: Candidate): boolean {
  return a.serviceName === '' || b.serviceName === '' || a.serviceName === b.serviceName
}
