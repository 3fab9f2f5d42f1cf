// One line of llm_usage, and the arithmetic between lines: what has to be added so that the booked lines of a call
// say what is now known. Lines are never updated; a change is a reversing line and a corrected one.
import type { PicoUsd } from '../../shared/money.ts'
import type { CallStatus, Certainty, Usage } from '../recognise/candidate.ts'
import type { Dimensions } from './dimensions.ts'

export type LineKind = 'call' | 'reversal' | 'correction' | 'price_adjustment'

/** What a line says about the call, apart from money: two lines that agree in it describe the same call. */
export interface CallContent extends Dimensions {
  provider: string
  model: string
  requestModel: string
  operation: string
  usage: Usage
  latencyMs: number
  timeToFirstTokenMs: number | null
  status: CallStatus
  errorClass: string
  finishReason: string
  certainty: Certainty
  recognisedBy: string
  /** Span id of another view of the same call that this line also stands for; empty when there is none. */
  duplicateOf: string
}

export interface Price {
  /** Null when the model has no price: the call is booked unpriced, never as 0. */
  costPicoUsd: PicoUsd | null
  /** Which entry of the price book it comes from; null when there is none. */
  version: bigint | null
}

export interface UsageLine {
  orgId: string
  traceId: string
  spanId: string
  startTimeUnixNano: bigint
  kind: LineKind
  revision: number
  /** 1 for a call, -1 for its reversal, 0 for a change of price only. */
  calls: number
  /** How this line changes the number of unpriced calls. */
  unpricedCalls: number
  content: CallContent
  price: Price
}

/** A call as it should be booked now. */
export interface WantedCall {
  orgId: string
  traceId: string
  spanId: string
  startTimeUnixNano: bigint
  /** False when nothing about usage is known: no price can be put on the call. */
  isUsageKnown: boolean
  content: CallContent
}

const contentKey = (content: CallContent): string => JSON.stringify(content, CONTENT_KEYS)
const CONTENT_KEYS = [
  ...['dealId', 'userId', 'sessionId', 'feature', 'department', 'agentId', 'environment', 'version', 'serviceName'],
  ...['intent', 'segment', 'provider', 'model', 'requestModel', 'operation', 'usage', 'latencyMs'],
  ...['timeToFirstTokenMs', 'status', 'errorClass', 'finishReason', 'certainty', 'recognisedBy', 'duplicateOf'],
  ...['inputTokens', 'outputTokens', 'cacheReadTokens', 'cacheWriteTokens', 'reasoningTokens'],
]

/**
 * What has to be added for one call.
 * @param booked its lines so far, any order, possibly none.
 * @param wanted the call as it is understood now; undefined when the span is no call of its own (any more).
 * @param price called only when a new price is needed: the price of an unchanged call stays as booked.
 */
export function missingLines(
  booked: readonly UsageLine[],
  wanted: WantedCall | undefined,
  price: (call: WantedCall) => Price,
): UsageLine[] {
  const standing = standingCall(booked)
  if (standing && wanted && contentKey(standing.content) === contentKey(wanted.content)) return []
  const added: UsageLine[] = []
  let revision = booked.reduce((next, line) => Math.max(next, line.revision + 1), 0)
  if (standing) added.push(reversalOf(standing, booked, revision++))
  if (wanted) {
    const priced = price(wanted)
    added.push({
      orgId: wanted.orgId,
      traceId: wanted.traceId,
      spanId: wanted.spanId,
      startTimeUnixNano: wanted.startTimeUnixNano,
      content: wanted.content,
      kind: booked.length === 0 ? 'call' : 'correction',
      revision,
      calls: 1,
      unpricedCalls: priced.costPicoUsd === null ? 1 : 0,
      price: priced,
    })
  }
  return added
}

/** The call line that is not reversed yet, if any. */
function standingCall(booked: readonly UsageLine[]): UsageLine | undefined {
  if (booked.reduce((sum, line) => sum + line.calls, 0) === 0) return undefined
  return booked
    .filter(({ calls }) => calls === 1)
    .reduce((latest, line) => (line.revision > latest.revision ? line : latest))
}

/** Takes back a call with what it costs now, adjustments of its price included. */
function reversalOf(standing: UsageLine, booked: readonly UsageLine[], revision: number): UsageLine {
  const since = booked.filter((line) => line.revision >= standing.revision)
  const isUnpriced = since.reduce((sum, line) => sum + line.unpricedCalls, 0) > 0
  const cost = since.reduce((sum, line) => sum + (line.price.costPicoUsd ?? 0n), 0n)
  const latest = since.reduce((last, line) => (line.revision > last.revision ? line : last))
  return {
    ...standing,
    kind: 'reversal',
    revision,
    calls: -1,
    unpricedCalls: isUnpriced ? -1 : 0,
    price: { costPicoUsd: isUnpriced ? null : -cost, version: latest.price.version },
  }
}
