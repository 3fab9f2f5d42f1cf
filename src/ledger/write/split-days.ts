// On which days calls may be in two traces, and the days of a call. In: the spans of a transaction. Out: the days whose
// calls it has to claim, under a lock that keeps a day from beginning to be claimed meanwhile.
import type { Client } from '../../shared/pg.ts'
import { isProviderIssued, isSplitting, MOST_TRACES_OF_A_CALL } from '../recognise/split-calls.ts'
import type { PreparedSpan } from './prepared-span.ts'
import { textArray } from './text-array.ts'

const DAY_MS = 86_400_000
const DAY_NANOS = 86_400_000_000_000
const CLOCK_SKEW_NANOS = 1_000_000_000

/** Where calls may be in two traces. */
export interface SplitDays {
  hasOrganisation(orgId: string): boolean
  /** @param day UTC, since 1970 */
  has(orgId: string, day: number): boolean
}

/** Locks the organisations of a transaction's spans against the beginning of a claimed day; call it before lockTraces. */
export async function lockSplitDays(client: Client, spans: readonly PreparedSpan[]): Promise<SplitDays> {
  const asked = new Map<string, Map<number, boolean>>()
  for (const { span, candidate } of spans) {
    let days = asked.get(span.orgId)
    if (days === undefined) {
      days = new Map([[Math.floor(Number(span.startTimeUnixNano) / DAY_NANOS), false]])
      asked.set(span.orgId, days)
    }
    if (candidate === undefined) continue
    const splits = isSplitting(candidate) && isProviderIssued(candidate.responseId)
    for (const day of daysOf(candidate)) if (days.get(day) !== true) days.set(day, splits)
  }
  const rows = [...asked].flatMap(([orgId, days]) => [...days].map(([day, splits]) => ({ orgId, day, splits })))
  const found = await client.query<{ org_id: string; day: string | null }>({
    name: 'lock_split_days',
    text: 'select org_id, day::text from lock_split_days($1, $2, $3, $4)',
    values: [
      textArray(rows.map(({ orgId }) => orgId)),
      textArray(rows.map(({ day }) => toDate(day))),
      textArray(rows.map(({ splits }) => String(splits))),
      MOST_TRACES_OF_A_CALL,
    ],
  })
  const active = new Set(found.rows.map(({ org_id, day }) => `${org_id} ${day ?? ''}`))
  return {
    hasOrganisation: (orgId) => active.has(`${orgId} `),
    has: (orgId, day) => active.size > 0 && active.has(`${orgId} ${toDate(day)}`),
  }
}

interface Interval {
  startTimeUnixNano: bigint
  endTimeUnixNano: bigint
}

/** UTC days since 1970 of a call, a second before and after included: one, or two around midnight. */
export function daysOf({ startTimeUnixNano, endTimeUnixNano }: Interval): number[] {
  // As doubles: a quarter of a microsecond does not matter to a second's allowance.
  const first = Math.floor((Number(startTimeUnixNano) - CLOCK_SKEW_NANOS) / DAY_NANOS)
  const last = Math.floor((Number(endTimeUnixNano) + CLOCK_SKEW_NANOS) / DAY_NANOS)
  return first === last ? [first] : [first, last]
}

/** Nearly all calls of a transaction are of one day. */
let latest = { day: Number.NaN, date: '' }

export function toDate(day: number): string {
  if (latest.day !== day) latest = { day, date: new Date(day * DAY_MS).toISOString().slice(0, 10) }
  return latest.date
}

/** Days (UTC, since 1970) whose partitions the claims of these spans may need. */
export function claimDays(spans: readonly PreparedSpan[]): Set<number> {
  const days = new Set<number>()
  for (const { candidate } of spans)
    if (candidate !== undefined && isSplitting(candidate)) for (const day of daysOf(candidate)) days.add(day)
  return days
}
