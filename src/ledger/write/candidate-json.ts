// A recognised reading as it is kept beside its span, so that a trace can be resolved again without its attributes.
// Ids and times are columns of the span and are not repeated.
import type { Candidate } from '../recognise/candidate.ts'

type Kept = Omit<Candidate, 'traceId' | 'spanId' | 'parentSpanId' | 'startTimeUnixNano' | 'endTimeUnixNano'>
export type Place = Omit<Candidate, keyof Kept>

export function candidateToJson(candidate: Candidate): string {
  const { traceId, spanId, parentSpanId, startTimeUnixNano, endTimeUnixNano, ...kept } = candidate
  return JSON.stringify(kept)
}

export const candidateFromJson = (kept: unknown, place: Place): Candidate => ({ ...(kept as Kept), ...place })
