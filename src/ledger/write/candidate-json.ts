// A recognised reading as it is kept beside its span, so that a trace can be resolved again without its attributes.
// Ids and times are columns of the span and are not repeated.
import type { Candidate } from '../recognise/candidate.ts'
import type { Attributes } from '../span.ts'
import { objectJson } from './json-text.ts'

type Kept = Omit<Candidate, 'traceId' | 'spanId' | 'parentSpanId' | 'startTimeUnixNano' | 'endTimeUnixNano'>
export type Place = Omit<Candidate, keyof Kept>

const COLUMNS: ReadonlySet<string> = new Set<keyof Place>([
  ...(['traceId', 'spanId', 'parentSpanId', 'startTimeUnixNano', 'endTimeUnixNano'] as const),
])

export const candidateToJson = (candidate: Candidate): string => objectJson(candidate as unknown as Attributes, COLUMNS)

export const candidateFromJson = (kept: unknown, place: Place): Candidate => ({ ...(kept as Kept), ...place })
