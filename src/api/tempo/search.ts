// Search for traces. In: a TraceQL tree, a time range, limits, the organisations to look in. Out: traces with some of their
// matching spans, newest first, in the shape of Tempo's search answer.
import type { Client } from '../../shared/pg.ts'
import type { SpanSets } from './traceql.ts'
import { conditionSql, type Parameters } from './traceql-sql.ts'

export interface SearchQuestion {
  orgIds: string[]
  sets: SpanSets
  from: Date
  to: Date
  /** Traces at most, and matching spans shown of each. */
  limit: number
  spansPerTrace: number
  minDurationMs: number | undefined
  maxDurationMs: number | undefined
}

interface Row {
  trace_id: string
  root_service: string
  root_name: string
  start_unix_nano: string
  duration_ms: string
  matched: string
  spans: { spanID: string; name: string; startTimeUnixNano: string; durationNanos: string; service: string }[]
}

export async function searchTraces(client: Client, question: SearchQuestion) {
  const parameters: Parameters = {
    values: [
      question.orgIds,
      question.from,
      question.to,
      question.limit,
      question.spansPerTrace,
      question.minDurationMs ?? null,
      question.maxDurationMs ?? null,
    ],
  }
  const leaves: string[] = []
  const having = havingSql(question.sets, leaves, parameters)
  const { rows } = await client.query<Row>(searchSql(leaves, having), parameters.values)
  return rows.map(toTempoTrace)
}

/** Each span set becomes a column of the inner query; sets are combined per trace. */
function havingSql(sets: SpanSets, leaves: string[], parameters: Parameters): string {
  if (sets.kind !== 'spans')
    return `(${sets.parts.map((part) => havingSql(part, leaves, parameters)).join(` ${sets.kind} `)})`
  leaves.push(conditionSql(sets.condition, parameters))
  return `bool_or(m.set_${leaves.length})`
}

const searchSql = (leaves: string[], having: string) => `
  with m as (
    select s.org_id, s.trace_id, s.span_id, s.start_time, s.start_nanos, s.duration_ns, s.name, s.service_name,
           ${leaves.map((leaf, index) => `${leaf} as set_${index + 1}`).join(', ')}
      from trace_spans s
     where s.org_id = any($1::text[]) and s.start_time >= $2 and s.start_time < $3 and (${leaves.join(' or ')})
  ),
  found as (
    select m.org_id, m.trace_id, min(m.start_time) as first_match, count(*) as matched,
           (array_agg(json_build_object('spanID', m.span_id, 'name', m.name, 'service', m.service_name,
              'startTimeUnixNano', ${unixNano('m')}::text, 'durationNanos', m.duration_ns::text) order by m.start_time, m.start_nanos))[1:$5] as spans
      from m group by m.org_id, m.trace_id having ${having}
     order by first_match desc
     limit case when $6::numeric is null and $7::numeric is null then $4::int end
  )
  select f.trace_id, t.root_service, t.root_name, t.duration_ms::text, f.matched::text, to_json(f.spans) as spans,
         (extract(epoch from t.start_time)::numeric * 1000000000)::bigint::text as start_unix_nano
    from found f join distributed_traces t on t.org_id = f.org_id and t.trace_id = f.trace_id
   where ($6::numeric is null or t.duration_ms >= $6) and ($7::numeric is null or t.duration_ms <= $7)
   order by t.start_time desc, f.trace_id limit $4::int`

/** Whole nanoseconds since the epoch of a span's start. */
export const unixNano = (alias: string) =>
  `((extract(epoch from ${alias}.start_time)::numeric * 1000000)::bigint * 1000 + ${alias}.start_nanos)`

function toTempoTrace(row: Row) {
  const spanSet = {
    spans: row.spans.map(({ service, ...span }) => ({
      ...span,
      attributes: service ? [{ key: 'service.name', value: { stringValue: service } }] : [],
    })),
    matched: Number(row.matched),
  }
  return {
    traceID: row.trace_id,
    rootServiceName: row.root_service || '<root span not yet received>',
    rootTraceName: row.root_name,
    startTimeUnixNano: row.start_unix_nano,
    durationMs: Math.round(Number(row.duration_ms)),
    spanSets: [spanSet],
    spanSet,
  }
}
