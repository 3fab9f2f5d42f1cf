// Standing calls of llm_usage with the net of their lines. In: a connection as owner and a period. Out: batches.
import type pg from 'pg'
import type { BookedCall } from '../ledger/price/adjust.ts'
import type { CallStatus, Certainty } from '../ledger/recognise/candidate.ts'
import { parseUsd } from '../shared/money.ts'

export interface StandingCall extends BookedCall {
  orgId: string
  dealId: string
  traceId: string
  spanId: string
  /** Text as Postgres gives it, with all its microseconds: part of the key. */
  createdAt: string
  /** Of the call or correction line that stands. */
  standingRevision: number
  nextRevision: number
}

export interface CallFilter {
  /** Calls that started in [from, to); undefined for no bound. */
  from?: Date | undefined
  to?: Date | undefined
  /** Model that answered or was asked for; undefined for all. */
  model?: string | undefined
}

interface Row {
  org_id: string
  deal_id: string
  trace_id: string
  span_id: string
  created_at: string
  start_us: string
  revision: number
  next_revision: number
  net_cost: string
  net_unpriced: number
  provider: string
  model: string
  request_model: string
  status: CallStatus
  certainty: Certainty
  input_tokens: number
  output_tokens: number
  cache_read_tokens: number
  cache_write_tokens: number
  reasoning_tokens: number
}

/** Lines since a call was last booked make its net; a reversed call has no standing line and is left out. */
const STANDING = (where: string) => `
  select s.org_id, s.deal_id, s.trace_id, s.span_id, s.created_at::text as created_at,
    (extract(epoch from s.created_at) * 1000000)::bigint::text as start_us,
    s.revision, net.next_revision, net.cost::text as net_cost, net.unpriced::int as net_unpriced,
    s.provider, s.model, s.request_model, s.status, s.certainty, s.input_tokens, s.output_tokens, s.cache_read_tokens,
    s.cache_write_tokens, s.reasoning_tokens
  from public.llm_usage s
  cross join lateral (
    select max(l.revision) + 1 as next_revision, sum(l.calls) as calls,
      trim_scale(coalesce(sum(l.cost_usd) filter (where l.revision >= s.revision), 0)) as cost,
      sum(l.unpriced_calls) filter (where l.revision >= s.revision) as unpriced,
      bool_or(l.calls <> 0 and l.revision > s.revision) as superseded
    from public.llm_usage l
    where l.org_id = s.org_id and l.trace_id = s.trace_id and l.span_id = s.span_id and l.created_at = s.created_at
  ) as net
  where s.calls = 1 and not net.superseded and s.created_at >= $1::timestamptz and s.created_at < $2::timestamptz
    and ($3::text is null or s.model = $3 or s.request_model = $3) ${where}`

/** Yields batches in a stable order within the caller's transaction. */
export async function* readStandingCalls(
  client: pg.Client,
  filter: CallFilter,
  batchSize = 5_000,
): AsyncGenerator<StandingCall[]> {
  await client.query(`declare standing no scroll cursor for ${STANDING('')}`, [
    ...periodOf(filter),
    filter.model ?? null,
  ])
  for (;;) {
    const { rows } = await client.query<Row>(`fetch ${batchSize} from standing`)
    if (rows.length === 0) break
    yield rows.map(toStandingCall)
  }
  await client.query('close standing')
}

/** The same for given traces only; call it after locking them. */
export async function readStandingCallsOf(
  client: pg.Client,
  filter: CallFilter,
  traces: { orgId: string; traceId: string }[],
): Promise<StandingCall[]> {
  const { rows } = await client.query<Row>(
    STANDING('and (s.org_id, s.trace_id) in (select * from unnest($4::text[], $5::text[]))'),
    [...periodOf(filter), filter.model ?? null, traces.map(({ orgId }) => orgId), traces.map(({ traceId }) => traceId)],
  )
  return rows.map(toStandingCall)
}

const periodOf = ({ from, to }: CallFilter): (Date | string)[] => [from ?? '-infinity', to ?? 'infinity']

function toStandingCall(row: Row): StandingCall {
  const isUnpriced = row.net_unpriced > 0
  const usage = {
    inputTokens: row.input_tokens,
    outputTokens: row.output_tokens,
    cacheReadTokens: row.cache_read_tokens,
    cacheWriteTokens: row.cache_write_tokens,
    reasoningTokens: row.reasoning_tokens,
  }
  // A line has no word for "usage unknown": recognition books such a call without tokens, and never as measured. Zero
  // tokens that were measured are a usage like any other.
  const isUnknown = row.input_tokens === 0 && row.output_tokens === 0 && row.certainty !== 'measured'
  return {
    orgId: row.org_id,
    dealId: row.deal_id,
    traceId: row.trace_id,
    spanId: row.span_id,
    createdAt: row.created_at,
    standingRevision: row.revision,
    nextRevision: row.next_revision,
    costPicoUsd: isUnpriced ? undefined : parseUsd(row.net_cost),
    provider: row.provider,
    responseModel: row.model,
    requestModel: row.request_model,
    startTimeUnixNano: BigInt(row.start_us) * 1000n,
    status: row.status,
    ...(isUnpriced && isUnknown ? {} : { usage }),
  }
}
