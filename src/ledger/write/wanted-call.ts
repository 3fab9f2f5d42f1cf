// From a decision of the resolver to the call that should be booked. In: the booked candidate, its span's dimensions,
// what it stands in for. Out: a call whose every figure fits its column.
import type { Candidate, Usage } from '../recognise/candidate.ts'
import type { Dimensions } from './dimensions.ts'
import type { WantedCall } from './usage-line.ts'

const MAX_INT4 = 2 ** 31 - 1
const MAX_NAME_CHARACTERS = 200
const NO_USAGE: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
}

export function toWantedCall(
  orgId: string,
  candidate: Candidate,
  dimensions: Dimensions,
  duplicateOf: string,
): WantedCall {
  const latencyMs = Number((candidate.endTimeUnixNano - candidate.startTimeUnixNano) / 1_000_000n)
  return {
    orgId,
    traceId: candidate.traceId,
    spanId: candidate.spanId,
    // The column keeps microseconds; two lines of one call have to agree.
    startTimeUnixNano: (candidate.startTimeUnixNano / 1000n) * 1000n,
    isUsageKnown: candidate.usage !== undefined,
    content: {
      ...dimensions,
      provider: name(candidate.provider),
      model: name(candidate.responseModel || candidate.requestModel),
      requestModel: name(candidate.requestModel),
      operation: name(candidate.operation),
      usage: bounded(candidate.usage ?? NO_USAGE),
      latencyMs: int4(latencyMs),
      timeToFirstTokenMs: candidate.timeToFirstTokenMs === undefined ? null : int4(candidate.timeToFirstTokenMs),
      status: candidate.status,
      errorClass: name(candidate.errorClass),
      finishReason: name(candidate.finishReason),
      // The money of what is no text is missing from the price: real, but incomplete.
      certainty: candidate.besides && candidate.certainty === 'measured' ? 'partial' : candidate.certainty,
      recognisedBy: name(candidate.besides ? `${candidate.recognisedBy}+${candidate.besides}` : candidate.recognisedBy),
      duplicateOf,
    },
  }
}

const bounded = (usage: Usage): Usage => ({
  inputTokens: int4(usage.inputTokens),
  outputTokens: int4(usage.outputTokens),
  cacheReadTokens: int4(usage.cacheReadTokens),
  cacheWriteTokens: int4(usage.cacheWriteTokens),
  reasoningTokens: int4(usage.reasoningTokens),
})

const int4 = (value: number): number =>
  Number.isFinite(value) ? Math.max(0, Math.min(MAX_INT4, Math.round(value))) : 0

/** By characters, not UTF-16 units: half a pair is no text. */
const name = (text: string): string =>
  text.length <= MAX_NAME_CHARACTERS ? text : text.slice(0, MAX_NAME_CHARACTERS).toWellFormed()
