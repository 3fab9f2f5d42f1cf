// Traces that belong together because they show one response id. A trace that is not locked yet ends the transaction
// (MoreTraces); it begins again with that trace locked too, so that locks are always taken in one order.
import { traceKeyOf } from './prepared-span.ts'
import type { KnownSpan, KnownTrace } from './resolve-trace.ts'
import type { TraceKeys } from './trace-state.ts'

/** Two traces show one response id. Said once for each direction. */
export interface TraceLink {
  orgId: string
  traceId: string
  otherTraceId: string
}

/** The transaction needs these traces as well. */
class MoreTraces extends Error {
  readonly links: TraceLink[]
  constructor(links: TraceLink[]) {
    super('a response id leads to traces that are not locked')
    this.links = links
  }
}

const MAX_ATTEMPTS = 6
/** Each lock takes a slot of a table all sessions share; beyond it the chunk is halved (54000, a limit exceeded). */
const MAX_LINKED_TRACES = 2_000

/** Runs a transaction, again with the traces it turns out to need. @throws what the transaction throws. */
export async function withMoreTraces<Result>(
  transaction: (linked: readonly TraceLink[]) => Promise<Result>,
): Promise<Result> {
  let linked: TraceLink[] = []
  for (let attempt = 1; ; attempt++) {
    try {
      return await transaction(linked)
    } catch (error) {
      if (!(error instanceof MoreTraces)) throw error
      linked = [...linked, ...error.links]
      // Others add traces as fast as we do: a serialisation failure, which the caller tries again.
      if (attempt === MAX_ATTEMPTS) throw Object.assign(error, { code: '40001' })
      if (linked.length > MAX_LINKED_TRACES) throw Object.assign(error, { code: '54000' })
    }
  }
}

/** The traces themselves and those the links lead to, each once. */
export function withLinked(own: TraceKeys, links: readonly TraceLink[]): TraceKeys {
  if (links.length === 0) return own
  const distinct = new Map(own.traceIds.map((traceId, at) => [traceKeyOf(own.orgIds[at] as string, traceId), traceId]))
  const traces = { orgIds: [...own.orgIds], traceIds: [...own.traceIds] }
  for (const { orgId, otherTraceId } of links) {
    const key = traceKeyOf(orgId, otherTraceId)
    if (distinct.has(key)) continue
    distinct.set(key, otherTraceId)
    traces.orgIds.push(orgId)
    traces.traceIds.push(otherTraceId)
  }
  return traces
}

/** @throws MoreTraces when a link leads to a trace that is not locked. */
export function requireLocked(links: readonly TraceLink[], isLocked: (traceKey: string) => boolean): void {
  if (links.some(({ orgId, otherTraceId }) => !isLocked(traceKeyOf(orgId, otherTraceId))))
    throw new MoreTraces([...links])
}

/** Traces to be settled together, and the response ids that the affected ones show. */
export interface TraceSet {
  traces: KnownTrace[]
  sharedIds: Set<string>
}

/** Affected traces with the traces their links lead to, in connected sets. */
export function connect(
  affected: readonly KnownTrace[],
  links: readonly TraceLink[],
  known: ReadonlyMap<string, KnownSpan[]>,
): TraceSet[] {
  const setOf = new Map<string, TraceSet>()
  const sets = new Set<TraceSet>()
  for (const trace of affected) {
    const set = { traces: [trace], sharedIds: new Set<string>() }
    setOf.set(traceKeyOf(trace.orgId, trace.traceId), set)
    sets.add(set)
  }
  for (const { orgId, traceId, otherTraceId } of links) {
    const set = setOf.get(traceKeyOf(orgId, traceId))
    const otherKey = traceKeyOf(orgId, otherTraceId)
    const other = setOf.get(otherKey)
    if (set === undefined || other === set) continue
    const joined = other?.traces ?? [
      { orgId, traceId: otherTraceId, spans: known.get(otherKey) ?? [], isAffected: false },
    ]
    for (const trace of joined) {
      set.traces.push(trace)
      setOf.set(traceKeyOf(trace.orgId, trace.traceId), set)
    }
    if (other !== undefined) sets.delete(other)
  }
  for (const { traces, sharedIds } of sets) if (traces.length > 1) addIds(traces, sharedIds)
  return [...sets]
}

function addIds(traces: readonly KnownTrace[], ids: Set<string>): void {
  for (const { spans, isAffected } of traces)
    if (isAffected) for (const { candidate } of spans) if (candidate !== undefined) ids.add(candidate.responseId)
}
