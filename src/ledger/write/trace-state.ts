// What the database knows of the traces a transaction touches, read after their locks are taken: spans with their
// place, dimensions and reading; and the lines booked for them.
import type { Client } from '../../shared/pg.ts'
import type { Candidate } from '../recognise/candidate.ts'
import { candidateFromJson } from './candidate-json.ts'
import type { Dimensions } from './dimensions.ts'
import { spanKeyOf, traceKeyOf } from './prepared-span.ts'
import type { KnownSpan } from './resolve-trace.ts'
import { textArray } from './text-array.ts'
import type { UsageLine } from './usage-line.ts'
import { type LineRow, lineFromRow } from './usage-rows.ts'

/** Traces as parallel arrays, as the SQL functions take them. */
export interface TraceKeys {
  orgIds: string[]
  traceIds: string[]
}

const MICROS = (column: string): string => `(extract(epoch from ${column}) * 1000000)::bigint::text as start_micros`

interface ReadingRow {
  org_id: string
  trace_id: string
  span_id: string
  start_micros: string
  start_nanos: number
  duration_ns: string
  parent_span_id: string
  name: string
  service_name: string
  deal_id: string
  user_id: string
  session_id: string
  feature: string
  department: string
  agent_id: string
  environment: string
  version: string
  intent: string
  segment: string
  call: unknown
}

export async function lockTraces(client: Client, traces: TraceKeys): Promise<void> {
  await client.query({
    name: 'lock_traces',
    text: 'select lock_traces($1, $2)',
    values: [textArray(traces.orgIds), textArray(traces.traceIds)],
  })
}

/** Spans booked so far, by trace. */
export async function readSpans(client: Client, traces: TraceKeys): Promise<Map<string, KnownSpan[]>> {
  const { rows } = await client.query<ReadingRow>({
    name: 'trace_readings',
    text: `select org_id, trace_id, span_id, ${MICROS('start_time')}, start_nanos, duration_ns, parent_span_id, name,
        service_name, deal_id, user_id, session_id, feature, department, agent_id, environment, version, intent,
        segment, call
      from trace_readings($1, $2)`,
    values: [textArray(traces.orgIds), textArray(traces.traceIds)],
  })
  const byTrace = new Map<string, KnownSpan[]>()
  for (const row of rows) {
    const known = toKnownSpan(row)
    append(byTrace, traceKeyOf(row.org_id, row.trace_id), known)
  }
  return byTrace
}

/** What changes whenever a trace gets a span, by trace. */
export async function readVersions(client: Client, traces: TraceKeys): Promise<Map<string, string>> {
  const { rows } = await client.query<{ org_id: string; trace_id: string; version: string }>({
    name: 'trace_versions',
    text: 'select org_id, trace_id, version from trace_versions($1, $2)',
    values: [textArray(traces.orgIds), textArray(traces.traceIds)],
  })
  return new Map(rows.map((row) => [traceKeyOf(row.org_id, row.trace_id), row.version]))
}

/** Lines booked so far for some calls, by the key of their span. */
export async function readLinesOf(client: Client, orgId: string, calls: readonly Candidate[]): Promise<BookedLines> {
  if (calls.length === 0) return new Map()
  const { rows } = await client.query<LineRow>({
    name: 'span_lines',
    text: `select *, ${MICROS('created_at')} from span_lines($1, $2, $3, $4)`,
    values: [
      textArray(calls.map(() => orgId)),
      ...[textArray(calls.map(({ traceId }) => traceId)), textArray(calls.map(({ spanId }) => spanId))],
      textArray(calls.map(({ startTimeUnixNano }) => toTimestamp(startTimeUnixNano / 1000n))),
    ],
  })
  return bySpan(rows)
}

/** Text that Postgres reads to the microsecond. */
function toTimestamp(micros: bigint): string {
  const seconds = micros / MICROS_PER_SECOND
  const fraction = String(micros % MICROS_PER_SECOND).padStart(6, '0')
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}.${fraction}Z`
}

const MICROS_PER_SECOND = 1_000_000n

export type BookedLines = Map<string, UsageLine[]>

/** Lines booked so far, by the key of their span. */
export async function readLines(client: Client, traces: TraceKeys): Promise<BookedLines> {
  const { rows } = await client.query<LineRow>({
    name: 'trace_lines',
    text: `select *, ${MICROS('created_at')} from trace_lines($1, $2)`,
    values: [textArray(traces.orgIds), textArray(traces.traceIds)],
  })
  return bySpan(rows)
}

function bySpan(rows: readonly LineRow[]): BookedLines {
  const lines: BookedLines = new Map()
  for (const row of rows) {
    append(
      lines,
      spanKeyOf(traceKeyOf(row.org_id, row.trace_id), row.span_id, BigInt(row.start_micros)),
      lineFromRow(row),
    )
  }
  return lines
}

/** Content hashes of booked spans, by key: only for spans that came again. */
export async function readHashes(client: Client, traces: TraceKeys): Promise<Map<string, bigint>> {
  const { rows } = await client.query<{
    org_id: string
    trace_id: string
    span_id: string
    start_micros: string
    content_hash: string
  }>({
    name: 'content_hashes',
    text: `select s.org_id, s.trace_id, s.span_id, ${MICROS('s.start_time')}, s.content_hash
      from unnest($1::text[], $2::text[]) as wanted (org_id, trace_id)
      join trace_spans s on s.org_id = wanted.org_id and s.trace_id = wanted.trace_id`,
    values: [textArray(traces.orgIds), textArray(traces.traceIds)],
  })
  return new Map(
    rows.map((row) => [
      spanKeyOf(traceKeyOf(row.org_id, row.trace_id), row.span_id, BigInt(row.start_micros)),
      BigInt(row.content_hash),
    ]),
  )
}

function toKnownSpan(row: ReadingRow): KnownSpan {
  const startMicros = BigInt(row.start_micros)
  const startTimeUnixNano = startMicros * 1000n + BigInt(row.start_nanos)
  const dimensions: Dimensions = {
    dealId: row.deal_id,
    userId: row.user_id,
    sessionId: row.session_id,
    feature: row.feature,
    department: row.department,
    agentId: row.agent_id,
    environment: row.environment,
    version: row.version,
    serviceName: row.service_name,
    intent: row.intent,
    segment: row.segment,
  }
  const place = {
    traceId: row.trace_id,
    spanId: row.span_id,
    parentSpanId: row.parent_span_id,
    startTimeUnixNano,
    endTimeUnixNano: startTimeUnixNano + BigInt(row.duration_ns),
  }
  return {
    key: spanKeyOf(traceKeyOf(row.org_id, row.trace_id), row.span_id, startMicros),
    place: { spanId: row.span_id, parentSpanId: row.parent_span_id, name: row.name },
    dimensions,
    candidate: row.call === null ? undefined : candidateFromJson(row.call, place),
  }
}

function append<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}
