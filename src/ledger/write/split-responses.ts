// Which other traces a transaction has to look at: those that show a response id of its own traces. In: new spans.
// Out: links between traces, booked.
import type { Client } from '../../shared/pg.ts'
import { isProviderIssued, MOST_TRACES_OF_A_CALL } from '../recognise/split-calls.ts'
import type { PreparedSpan } from './prepared-span.ts'
import type { KnownSpan } from './resolve-trace.ts'
import { daysOf, type SplitDays, toDate } from './split-days.ts'
import { textArray } from './text-array.ts'
import { requireLocked, type TraceLink } from './trace-links.ts'
import type { TraceKeys } from './trace-state.ts'

interface LinkRow {
  org_id: string
  /** UUIDs: the trace ids in another spelling. */
  trace_id: string
  other_trace_id: string
}

const toTraceId = (uuid: string): string => uuid.replaceAll('-', '')

const toLink = (row: LinkRow): TraceLink => ({
  orgId: row.org_id,
  traceId: toTraceId(row.trace_id),
  otherTraceId: toTraceId(row.other_trace_id),
})

/** Links booked by earlier transactions. */
export async function readLinks(client: Client, traces: TraceKeys, splitDays: SplitDays): Promise<TraceLink[]> {
  const orgIds: string[] = []
  const traceIds: string[] = []
  for (const [at, orgId] of traces.orgIds.entries()) {
    if (!splitDays.hasOrganisation(orgId)) continue
    orgIds.push(orgId)
    traceIds.push(traces.traceIds[at] as string)
  }
  if (orgIds.length === 0) return []
  const { rows } = await client.query<LinkRow>({
    name: 'linked_traces',
    text: 'select org_id, trace_id, other_trace_id from linked_traces($1, $2)',
    values: [textArray(orgIds), textArray(traceIds)],
  })
  return rows.map(toLink)
}

interface Claims {
  orgIds: string[]
  days: string[]
  responseIds: string[]
  traceIds: string[]
}

/**
 * Claims the response ids of new spans for their traces and books the links to traces that claimed them before.
 * @param known the traces' spans so far, whose ids are claimed already.
 * @param isLocked whether this transaction holds a trace's lock.
 * @throws MoreTraces
 */
export async function claimResponses(
  client: Client,
  fresh: readonly PreparedSpan[],
  known: ReadonlyMap<string, KnownSpan[]>,
  isLocked: (traceKey: string) => boolean,
  splitDays: SplitDays,
): Promise<TraceLink[]> {
  const claims = claimsOf(fresh, known, splitDays)
  if (claims.responseIds.length === 0) return []
  const { rows } = await client.query<ClaimRow>({
    name: 'claim_responses',
    text: `select org_id, day::text, response_hash, trace_id, other_trace_id from claim_responses($1, $2, $3, $4, $5)`,
    values: [
      ...[claims.orgIds, claims.days, claims.responseIds, claims.traceIds].map(textArray),
      MOST_TRACES_OF_A_CALL,
    ],
  })
  if (rows.length === 0) return []
  requireLocked(rows.map(toLink), isLocked)
  const sightings = sightingsOf(rows)
  const columns = [0, 1, 2, 3].map((column) => [...sightings.values()].map((row) => row[column]))
  await client.query({ name: 'link_traces', text: 'select link_traces($1, $2, $3, $4)', values: columns })
  const isKept = (row: ClaimRow): boolean =>
    sightings.has(sightingKey(row, row.trace_id)) && sightings.has(sightingKey(row, row.other_trace_id))
  return rows
    .filter(isKept)
    .map(toLink)
    .flatMap((link) => [link, { ...link, traceId: link.otherTraceId, otherTraceId: link.traceId }])
}

interface ClaimRow extends LinkRow {
  day: string
  response_hash: string
}

const sightingKey = ({ org_id, day, response_hash }: ClaimRow, traceId: string): string =>
  `${org_id} ${day} ${traceId} ${response_hash}`

/** Rows of split_responses: earlier traces first, and no more of one id than show that it is no identity. */
function sightingsOf(rows: readonly ClaimRow[]): Map<string, [string, string, string, string]> {
  const sightings = new Map<string, [string, string, string, string]>()
  const counts = new Map<string, number>()
  const add = (row: ClaimRow, traceId: string): void => {
    const key = sightingKey(row, traceId)
    const id = sightingKey(row, '')
    const count = counts.get(id) ?? 0
    if (sightings.has(key) || count > MOST_TRACES_OF_A_CALL) return
    counts.set(id, count + 1)
    sightings.set(key, [row.org_id, row.day, row.response_hash, traceId])
  }
  for (const row of rows) add(row, row.other_trace_id)
  for (const row of rows) add(row, row.trace_id)
  return sightings
}

function claimsOf(
  fresh: readonly PreparedSpan[],
  known: ReadonlyMap<string, KnownSpan[]>,
  splitDays: SplitDays,
): Claims {
  const claims: Claims = { orgIds: [], days: [], responseIds: [], traceIds: [] }
  const claimedBy = new Map<string, Set<string>>()
  const claimedOf = (traceKey: string): Set<string> => {
    let claimed = claimedBy.get(traceKey)
    if (claimed === undefined) {
      claimed = new Set()
      for (const { candidate } of known.get(traceKey) ?? [])
        if (candidate !== undefined && candidate.responseId !== '')
          for (const day of daysOf(candidate)) claimed.add(`${day} ${candidate.responseId}`)
      claimedBy.set(traceKey, claimed)
    }
    return claimed
  }
  for (const { candidate, span, traceKey } of fresh) {
    if (candidate === undefined || !splitDays.hasOrganisation(span.orgId)) continue
    if (!isProviderIssued(candidate.responseId)) continue
    const claimed = claimedOf(traceKey)
    for (const day of daysOf(candidate)) {
      if (!splitDays.has(span.orgId, day)) continue
      const key = `${day} ${candidate.responseId}`
      if (claimed.has(key)) continue
      claimed.add(key)
      claims.orgIds.push(span.orgId)
      claims.days.push(toDate(day))
      claims.responseIds.push(candidate.responseId)
      claims.traceIds.push(span.traceId)
    }
  }
  return claims
}
