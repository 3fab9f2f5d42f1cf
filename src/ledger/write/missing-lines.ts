// The lines that new spans make missing. In: the traces they continue, and what shows the same calls. Out: lines. A trace is
// resolved as a whole with the traces linked to it; a large one that stands alone only where its new spans can matter.
import type { Client } from '../../shared/pg.ts'
import { affectedBy } from '../recognise/affected.ts'
import type { Candidate } from '../recognise/candidate.ts'
import { type PreparedSpan, traceKeyOf } from './prepared-span.ts'
import { type KnownSpan, type KnownTrace, linesForTraces, type Resolve } from './resolve-trace.ts'
import { connect, type TraceLink, type TraceSet } from './trace-links.ts'
import { type BookedLines, readLines, readLinesOf, readVersions } from './trace-state.ts'
import type { Price, UsageLine, WantedCall } from './usage-line.ts'

export interface NewSpans {
  /** The traces that got new spans, by key. */
  continued: ReadonlyMap<string, KnownTrace>
  fresh: readonly PreparedSpan[]
  /** Spans booked before, by trace. */
  known: ReadonlyMap<string, KnownSpan[]>
  links: readonly TraceLink[]
}

interface Resolving {
  resolve: Resolve
  price: (call: WantedCall) => Price
  largeTraceSpans: number
}

export async function readMissingLines(client: Client, spans: NewSpans, on: Resolving): Promise<UsageLine[]> {
  const { continued, known, links } = spans
  const affected = [...continued.values()].filter((trace) => trace.spans.some(isCandidate))
  const sets = connect(affected, links, known)
  const [large, whole] = [sets.filter(isLarge), sets.filter((set) => !isLarge(set))]
  const booked = await readBooked(client, whole, known)
  const lines = whole.flatMap((set) => linesForTraces(set.traces, set.sharedIds, booked, on.resolve, on.price))
  for (const { traces } of large) lines.push(...(await linesOfLarge(client, traces[0] as KnownTrace, spans, on)))
  return lines

  function isLarge({ traces }: TraceSet): boolean {
    return traces.length === 1 && (traces[0] as KnownTrace).spans.length >= on.largeTraceSpans
  }
}

const isCandidate = ({ candidate }: KnownSpan): boolean => candidate !== undefined

function readBooked(
  client: Client,
  sets: readonly TraceSet[],
  known: ReadonlyMap<string, KnownSpan[]>,
): BookedLines | Promise<BookedLines> {
  // Lines can exist only where a candidate was booked before.
  const traces = sets
    .flatMap((set) => set.traces)
    .filter(({ orgId, traceId }) => known.get(traceKeyOf(orgId, traceId))?.some(isCandidate))
  if (traces.length === 0) return new Map()
  return readLines(client, {
    orgIds: traces.map(({ orgId }) => orgId),
    traceIds: traces.map(({ traceId }) => traceId),
  })
}

async function linesOfLarge(
  client: Client,
  trace: KnownTrace,
  { fresh }: NewSpans,
  on: Resolving,
): Promise<UsageLine[]> {
  const traceKey = traceKeyOf(trace.orgId, trace.traceId)
  const own = fresh.filter((prepared) => prepared.traceKey === traceKey)
  const affected = affectedBy(
    new Set(own.map(({ span }) => span.spanId)),
    trace.spans.flatMap(({ candidate }) => candidate ?? []),
    trace.spans.map(({ place }) => place),
  )
  if (affected.candidates.length === 0) return []
  const chosen = new Set(affected.candidates)
  const spans = trace.spans.filter(({ place, candidate }) =>
    candidate === undefined ? affected.spanIds.has(place.spanId) : chosen.has(candidate),
  )
  const isNew = new Set(own.map(({ candidate }): Candidate | undefined => candidate))
  const calls = affected.candidates.filter((candidate) => !isNew.has(candidate))
  const booked = await readLinesOf(client, trace.orgId, calls)
  return linesForTraces([{ ...trace, spans }], new Set(), booked, on.resolve, on.price)
}

export interface LargeTrace {
  traceKey: string
  spans: readonly KnownSpan[]
  /** As of this transaction's end. */
  version: string
}

/** Call it after the spans were written. */
export async function largeTracesOf(
  client: Client,
  continued: ReadonlyMap<string, KnownTrace>,
  largeTraceSpans: number,
): Promise<LargeTrace[]> {
  const large = [...continued].filter(([, { spans }]) => spans.length >= largeTraceSpans)
  if (large.length === 0) return []
  const versions = await readVersions(client, {
    orgIds: large.map(([, { orgId }]) => orgId),
    traceIds: large.map(([, { traceId }]) => traceId),
  })
  return large.flatMap(([traceKey, { spans }]) => {
    const version = versions.get(traceKey)
    return version === undefined ? [] : { traceKey, spans, version }
  })
}
