// A recognised reading as it is kept beside its span, so that a trace can be resolved again without its attributes.
// Ids and times are columns of the span and are not repeated.
import type { Candidate, Usage } from '../recognise/candidate.ts'
import type { AttributeValue } from '../span.ts'
import { valueJson } from './json-text.ts'

type Kept = Omit<Candidate, 'traceId' | 'spanId' | 'parentSpanId' | 'startTimeUnixNano' | 'endTimeUnixNano'>
export type Place = Omit<Candidate, keyof Kept>

const COLUMNS: ReadonlySet<string> = new Set<keyof Place>([
  ...(['traceId', 'spanId', 'parentSpanId', 'startTimeUnixNano', 'endTimeUnixNano'] as const),
])

/** What most calls say; only what differs is kept. */
const USUAL: Omit<Kept, 'recognisedBy'> = {
  spanKind: 3,
  role: 'call',
  scopeName: '',
  scopeVersion: '',
  serviceName: '',
  level: 'client',
  cacheConvention: 'inclusive',
  provider: '',
  requestModel: '',
  responseModel: '',
  operation: '',
  responseId: '',
  certainty: 'measured',
  status: 'success',
  errorClass: '',
  finishReason: '',
  streaming: false,
}
const NO_USAGE: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
}

export function candidateToJson(candidate: Candidate): string {
  let json = ''
  for (const key in candidate) {
    const value = candidate[key as keyof Candidate]
    if (COLUMNS.has(key) || value === undefined || value === USUAL[key as keyof typeof USUAL]) continue
    json += quoted(key)
    json += key === 'usage' ? usageJson(value as Usage) : valueJson(value as AttributeValue)
  }
  return `{${json.slice(1)}}`
}

function usageJson(usage: Usage): string {
  let json = ''
  for (const key of USAGE_KEYS) if (usage[key] !== 0) json += quoted(key) + usage[key]
  return `{${json.slice(1)}}`
}

/** The few keys there are, each with what stands before and after it. */
const quotedKeys = new Map<string, string>()

function quoted(key: string): string {
  let text = quotedKeys.get(key)
  if (text === undefined) {
    text = `,"${key}":`
    quotedKeys.set(key, text)
  }
  return text
}

const USAGE_KEYS = Object.keys(NO_USAGE) as (keyof Usage)[]

export function candidateFromJson(kept: unknown, place: Place): Candidate {
  const candidate = { ...USUAL, ...(kept as Kept), ...place }
  if (candidate.usage !== undefined) candidate.usage = { ...NO_USAGE, ...candidate.usage }
  return candidate
}
