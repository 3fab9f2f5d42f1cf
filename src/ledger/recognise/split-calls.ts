// Step three, for the few calls whose spans lie in two traces (LiteLLM's callback begins a trace of its own for a
// stream, Claude's API for requests it cannot tie to the caller's). In: the decisions of traces that share a provider's response id. Out: the same decisions, but such a call is
// booked in one trace and a duplicate in the others. Pure, and the same for any order of its input.
import type { Candidate, Decision } from './candidate.ts'
import { modelsAgree, sameClass, sameEmitter, sameProcess, TOLERANCE_NANOS } from './same-call.ts'
import { compareCandidates, LEVELS, mergeInto } from './views.ts'

/** An id that more traces than this carry on one day tells nothing: a stand-in's constant, not a provider's number. */
export const MOST_TRACES_OF_A_CALL = 4

/** Clocks of two machines: a proxy that reports what its caller reports too. */
const CLOCK_SKEW_NANOS = 1_000_000_000n
const LONGEST_ID = 128
const OWN_IDS = /^(?:aitxt|aiobj|run|lc_run)\b|^lc_run--/

/**
 * Ids that only a provider's generator makes: behind the prefix at least ten characters, six of them different, not
 * letters alone. `chatcmpl-123`, `chatcmpl-test` and numbers that libraries give their own objects are none.
 */
export function isProviderIssued(id: string): boolean {
  if (id.length < 10 || id.length > LONGEST_ID || OWN_IDS.test(id)) return false
  const serial = id.replace(/^[A-Za-z]+[-_]+/, '')
  return serial.length >= 10 && /[0-9A-Z]/.test(serial) && hasDifferent(serial, 6)
}

/** Asked of every call's id: no set is made, and it mostly ends after a few characters. */
function hasDifferent(text: string, enough: number): boolean {
  let seen = ''
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string
    if (seen.includes(character)) continue
    seen += character
    if (seen.length === enough) return true
  }
  return false
}

/** Dialects known to report a call in a trace of its own: without one of their spans no call is in two. */
export const isSplitting = ({ recognisedBy }: Candidate): boolean =>
  recognisedBy.startsWith('litellm') || recognisedBy.startsWith('vendor-api')

/** A booked call with every view its own trace has of it. */
interface Sighting {
  decision: Decision
  views: Candidate[]
  ids: Set<string>
}

/** @param traces the decisions of each trace; the answer has them in the same order. */
export function settleAcross(traces: readonly (readonly Decision[])[]): Decision[][] {
  const settled = traces.map((decisions) => [...decisions])
  const sightings = traces.flatMap(sightingsOf).sort(compareSightings)
  const worn = wornIds(traces)
  const calls: Sighting[][] = []
  for (const sighting of sightings) {
    for (const id of worn) sighting.ids.delete(id)
    const call = calls.find((others) => isSameCall(sighting, others))
    if (call === undefined) calls.push([sighting])
    else call.push(sighting)
  }
  const traceOf = new Map(traces.flatMap((decisions, at) => decisions.map((decision) => [decision, at] as const)))
  const replace = (decision: Decision, by: Decision): Decision[] => {
    const list = settled[traceOf.get(decision) as number] as Decision[]
    list[list.indexOf(decision)] = by
    return list
  }
  for (const call of calls) {
    if (call.length < 2 || !call.some(({ views }) => views.some(isSplitting))) continue
    const [winner, ...losers] = [...call].sort(bestFirst) as [Sighting, ...Sighting[]]
    const candidate = mergeInto(
      winner.decision.candidate,
      call.map(({ decision }) => decision.candidate),
    )
    const reason = `${winner.decision.reason}; reported in ${call.length} traces`
    const own = replace(winner.decision, { ...winner.decision, candidate, reason })
    for (const { decision } of losers) {
      const duplicate: Decision = {
        candidate: decision.candidate,
        outcome: 'duplicate',
        duplicateOf: candidate.spanId,
        reason: `same response id ${candidate.responseId} in trace ${candidate.traceId}, where it is booked`,
      }
      replace(decision, duplicate)
      // The trace that books the call knows whom it stands for.
      own.push(duplicate)
    }
  }
  return settled
}

/** Ids of the booked spans of one trace that report a call with one of these response ids. */
export function spansShowing(decisions: readonly Decision[], responseIds: ReadonlySet<string>): Set<string> {
  const showing = sightingsOf(decisions).filter(({ ids }) => [...ids].some((id) => responseIds.has(id)))
  return new Set(showing.map(({ decision }) => decision.candidate.spanId))
}

function sightingsOf(decisions: readonly Decision[]): Sighting[] {
  return decisions
    .filter(({ outcome }) => outcome === 'booked')
    .map((decision) => {
      const { candidate } = decision
      const views = decisions
        .filter(({ outcome, duplicateOf }) => outcome === 'duplicate' && duplicateOf === candidate.spanId)
        .map((duplicate) => duplicate.candidate)
      views.push(candidate)
      return { decision, views, ids: new Set(views.map(({ responseId }) => responseId).filter(isProviderIssued)) }
    })
    .filter(({ ids }) => ids.size > 0)
}

/** Ids in more traces than one call has, whatever became of their spans. */
function wornIds(traces: readonly (readonly Decision[])[]): string[] {
  const seen = new Map<string, Set<string>>()
  for (const decisions of traces)
    for (const { candidate } of decisions)
      if (candidate.responseId !== '')
        seen.set(candidate.responseId, (seen.get(candidate.responseId) ?? new Set()).add(candidate.traceId))
  return [...seen].filter(([, ids]) => ids.size > MOST_TRACES_OF_A_CALL).map(([id]) => id)
}

function compareSightings(a: Sighting, b: Sighting): number {
  return compareAcross(a.decision.candidate, b.decision.candidate)
}

function compareAcross(a: Candidate, b: Candidate): number {
  return compareCandidates(a, b) || (a.traceId < b.traceId ? -1 : a.traceId > b.traceId ? 1 : 0)
}

/**
 * A call of another trace is this one when an id is shared, both were under way at once, and no emitter saw both: an
 * emitter reports a call once, so what it reports twice (an answer out of a cache, a stand-in's constant id) are two.
 */
function isSameCall(sighting: Sighting, call: readonly Sighting[]): boolean {
  return (
    call.some(({ ids }) => [...ids].some((id) => sighting.ids.has(id))) &&
    call.some((other) => sighting.views.some((a) => other.views.some((b) => touch(a, b)))) &&
    call.every(
      (other) =>
        other.decision.candidate.traceId !== sighting.decision.candidate.traceId &&
        sameClass(other.decision.candidate, sighting.decision.candidate) &&
        modelsAgree(other.decision.candidate, sighting.decision.candidate) &&
        !sighting.views.some((a) => other.views.some((b) => sameEmitter(a, b))),
    )
  )
}

function touch(a: Candidate, b: Candidate): boolean {
  const slack = sameProcess(a, b) ? TOLERANCE_NANOS : CLOCK_SKEW_NANOS
  return a.startTimeUnixNano <= b.endTimeUnixNano + slack && b.startTimeUnixNano <= a.endTimeUnixNano + slack
}

/** A call before a sum; beneath the application's spans before alone in a trace; nearest to the wire; first. */
function bestFirst(a: Sighting, b: Sighting): number {
  const [x, y] = [a.decision.candidate, b.decision.candidate]
  return (
    Number(x.role === 'aggregate') - Number(y.role === 'aggregate') ||
    Number(isAlone(a)) - Number(isAlone(b)) ||
    LEVELS[y.level] - LEVELS[x.level] ||
    compareAcross(x, y)
  )
}

const isAlone = ({ views }: Sighting): boolean => views.some(({ parentSpanId }) => parentSpanId === '')
