// Restating money: every standing call of a period against the book as it is now. In: two connections as owner, a
// period. Out: price_adjustment lines (unless a dry run) and totals before and after per organisation and deal.
import type pg from 'pg'
import { type Adjustment, adjust } from '../ledger/price/adjust.ts'
import { createPriceBook, type PriceBook } from '../ledger/price/price-book.ts'
import { loadPriceVersions } from '../ledger/price/price-rows.ts'
import { formatUsd, type PicoUsd } from '../shared/money.ts'
import { type CallFilter, readStandingCalls, readStandingCallsOf, type StandingCall } from './booked-calls.ts'
import { asOwner } from './database.ts'

export interface DealTotals {
  orgId: string
  dealId: string
  calls: number
  adjusted: number
  before: PicoUsd
  after: PicoUsd
  unpricedBefore: number
  unpricedAfter: number
}

interface Adjusted {
  call: StandingCall
  adjustment: Adjustment
}

const TRACES_PER_TRANSACTION = 500

/**
 * @param reader reads the period in one snapshot; `writer` books in small transactions meanwhile.
 * @returns totals sorted by organisation and deal, over all calls of the period.
 */
export async function reprice(
  reader: pg.Client,
  writer: pg.Client,
  filter: CallFilter,
  options: { dryRun?: boolean } = {},
): Promise<DealTotals[]> {
  const totals = new Map<string, DealTotals>()
  await asOwner(reader, async () => {
    const book = createPriceBook(await loadPriceVersions(reader))
    for await (const calls of readStandingCalls(reader, filter)) {
      const changed = calls.filter((call) => adjust(call, book))
      const seen = new Map(changed.map((call) => [keyOf(call), call]))
      const booked = options.dryRun ? decide(changed, book) : await bookAdjustments(writer, filter, changed, book)
      for (const call of calls) if (!seen.has(keyOf(call))) count(totals, call, undefined)
      const bookedByKey = new Map(booked.map((item) => [keyOf(item.call), item]))
      // A call that someone else changed meanwhile counts with what it turned out to be.
      for (const call of changed) {
        const item = bookedByKey.get(keyOf(call))
        count(totals, item?.call ?? call, item?.adjustment)
      }
    }
  })
  return [...totals.values()].sort((a, b) =>
    a.orgId === b.orgId ? compare(a.dealId, b.dealId) : compare(a.orgId, b.orgId),
  )
}

/** In transactions of a few hundred traces, each read again under its lock: the ledger may have booked meanwhile. */
async function bookAdjustments(
  writer: pg.Client,
  filter: CallFilter,
  changed: StandingCall[],
  book: PriceBook,
): Promise<Adjusted[]> {
  const traces = [...new Map(changed.map((call) => [`${call.orgId} ${call.traceId}`, call])).values()]
  const all: Adjusted[] = []
  for (let from = 0; from < traces.length; from += TRACES_PER_TRANSACTION) {
    const part = traces.slice(from, from + TRACES_PER_TRANSACTION)
    await asOwner(writer, async () => {
      await writer.query('select public.lock_traces($1, $2)', [
        part.map(({ orgId }) => orgId),
        part.map(({ traceId }) => traceId),
      ])
      const adjusted = decide(await readStandingCallsOf(writer, filter, part), book)
      await insertAdjustments(writer, adjusted)
      all.push(...adjusted)
    })
  }
  return all
}

function decide(calls: StandingCall[], book: PriceBook): Adjusted[] {
  return calls.flatMap((call) => {
    const adjustment = adjust(call, book)
    return adjustment ? [{ call, adjustment }] : []
  })
}

const DIMENSIONS = `deal_id, user_id, session_id, provider, model, request_model, operation, feature, department, agent_id,
  environment, version, intent, segment, service_name, status, error_class, finish_reason, certainty, recognised_by,
  duplicate_of`

async function insertAdjustments(writer: pg.Client, adjusted: Adjusted[]): Promise<void> {
  const rows = adjusted.map(({ call, adjustment }) => ({
    org_id: call.orgId,
    trace_id: call.traceId,
    span_id: call.spanId,
    created_at: call.createdAt,
    standing: call.standingRevision,
    revision: call.nextRevision,
    cost_usd: formatUsd(adjustment.differencePicoUsd),
    unpriced_calls: adjustment.unpricedCalls,
    price_version: adjustment.priceVersion,
    price_status: adjustment.unpricedCalls === 1 ? 'unpriced' : 'priced',
  }))
  const standing = DIMENSIONS.split(/,\s*/).map((column) => `s.${column}`)
  await writer.query(
    `insert into public.llm_usage (org_id, trace_id, span_id, created_at, revision, line_kind, calls, unpriced_calls,
       cost_usd, price_status, price_version, ${DIMENSIONS})
     select a.org_id, a.trace_id, a.span_id, a.created_at, a.revision, 'price_adjustment', 0, a.unpriced_calls,
       a.cost_usd, a.price_status, a.price_version, ${standing.join(', ')}
     from json_to_recordset($1::json) as a (org_id text, trace_id text, span_id text, created_at timestamptz, standing int,
       revision int, cost_usd numeric, unpriced_calls smallint, price_version bigint, price_status text)
     join public.llm_usage s on s.org_id = a.org_id and s.trace_id = a.trace_id and s.span_id = a.span_id
       and s.created_at = a.created_at and s.revision = a.standing`,
    [JSON.stringify(rows)],
  )
}

function count(totals: Map<string, DealTotals>, call: StandingCall, adjustment: Adjustment | undefined): void {
  const key = `${call.orgId}\n${call.dealId}`
  const total = totals.get(key) ?? {
    orgId: call.orgId,
    dealId: call.dealId,
    calls: 0,
    adjusted: 0,
    before: 0n,
    after: 0n,
    unpricedBefore: 0,
    unpricedAfter: 0,
  }
  totals.set(key, total)
  const wasUnpriced = call.costPicoUsd === undefined ? 1 : 0
  total.calls += 1
  total.adjusted += adjustment ? 1 : 0
  total.before += call.costPicoUsd ?? 0n
  total.after += (call.costPicoUsd ?? 0n) + (adjustment?.differencePicoUsd ?? 0n)
  total.unpricedBefore += wasUnpriced
  total.unpricedAfter += wasUnpriced + (adjustment?.unpricedCalls ?? 0)
}

const keyOf = (call: StandingCall) => [call.orgId, call.traceId, call.spanId, call.createdAt].join(' ')
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
