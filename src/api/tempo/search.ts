// Search for traces. In: a TraceQL tree, a time range, limits, the organisations to look in. Out: traces with some of their
// matching spans, newest first, in the shape of Tempo's search answer.
import { ATTR } from '../../../instrumentation/semconv.ts'
import { type Json, parseExactJson } from '../../ledger/decode/exact-json.ts'
import type { Client } from '../../shared/pg.ts'
import { type KeyValue, toAnyValue } from './otlp-trace.ts'
import { type ScalarSql, scalarFilters, toScalars } from './scalar-filters.ts'
import { fieldJson, isShown } from './traceql-fields.ts'
import { conditionSql, type Parameters } from './traceql-sql.ts'
import { type Field, fieldsOf, type SpanSets, type TraceqlQuery, uniqueFields } from './traceql-tree.ts'

export interface SearchQuestion {
  orgIds: string[]
  query: TraceqlQuery
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
  /** JSON: what the query's aggregates gave. */
  scalars: string
  spans: SpanOfRow[]
}

interface SpanOfRow {
  spanID: string
  name: string
  startTimeUnixNano: string
  durationNanos: string
  service: string
  /** JSON: the fields the query asks for. */
  values: string
}

export async function searchTraces(client: Client, question: SearchQuestion) {
  const { query } = question
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
  const sets = spanSets(query.sets, parameters)
  const shown = uniqueFields([...fieldsOf(query.sets), ...query.select]).filter(isShown)
  const values = shown.map((field) => fieldJson(field, parameters))
  const scalars = scalarFilters(query.filters, parameters)
  const { rows } = await client.query<Row>(searchSql(sets, values, scalars), parameters.values)
  return rows.map((row) => toTempoTrace(row, shown, query))
}

export interface SpanSetsSql {
  /** Conditions on a span, one for each set. */
  leaves: string[]
  /** Condition on the spans of one trace, over the columns `set_1`, `set_2`, … of `m`. */
  having: string
}

/** Each span set becomes a column of an inner query; sets are combined per trace. */
export function spanSets(sets: SpanSets, parameters: Parameters): SpanSetsSql {
  const leaves: string[] = []
  const combine = (part: SpanSets): string => {
    if (part.kind !== 'spans') return `(${part.parts.map(combine).join(` ${part.kind} `)})`
    leaves.push(conditionSql(part.condition, parameters))
    return `bool_or(m.set_${leaves.length})`
  }
  const having = combine(sets)
  return { leaves, having }
}

const searchSql = ({ leaves, having }: SpanSetsSql, values: string[], scalars: ScalarSql) => `
  with m as (
    select s.org_id, s.trace_id, s.span_id, s.start_time, s.start_nanos, s.duration_ns, s.name, s.service_name,
           json_build_array(${values.join(', ')}) as fields,
           ${[...leaves.map((leaf, index) => `${leaf} as set_${index + 1}`), ...scalars.columns].join(', ')}
      from trace_spans s
     where s.org_id = any($1::text[]) and s.start_time >= $2 and s.start_time < $3 and (${leaves.join(' or ')})
  ),
  found as (
    select m.org_id, m.trace_id, min(m.start_time) as first_match, count(*) as matched,
           json_build_array(${scalars.values.join(', ')})::text as scalars,
           (array_agg(json_build_object('spanID', m.span_id, 'name', m.name, 'service', m.service_name, 'values', m.fields::text,
              'startTimeUnixNano', ${unixNano('m')}::text, 'durationNanos', m.duration_ns::text) order by m.start_time, m.start_nanos))[1:$5] as spans
      from m group by m.org_id, m.trace_id having ${[having, ...scalars.conditions].join(' and ')}
     order by first_match desc
     limit case when $6::numeric is null and $7::numeric is null then $4::int end
  )
  select f.trace_id, t.root_service, t.root_name, t.duration_ms::text, f.matched::text, f.scalars, to_json(f.spans) as spans,
         (extract(epoch from t.start_time)::numeric * 1000000000)::bigint::text as start_unix_nano
    from found f join distributed_traces t on t.org_id = f.org_id and t.trace_id = f.trace_id
   where ($6::numeric is null or t.duration_ms >= $6) and ($7::numeric is null or t.duration_ms <= $7)
   order by t.start_time desc, f.trace_id limit $4::int`

/** Whole nanoseconds since the epoch of a span's start. */
export const unixNano = (alias: string) =>
  `((extract(epoch from ${alias}.start_time)::numeric * 1000000)::bigint * 1000 + ${alias}.start_nanos)`

function toTempoTrace(row: Row, shown: Field[], { filters }: TraceqlQuery) {
  const scalars = toScalars(filters, row.scalars)
  const spanSet = {
    spans: row.spans.map(({ service, values, ...span }) => ({
      ...span,
      attributes: toAttributes(service, shown, values),
    })),
    matched: Number(row.matched),
    ...(scalars.length > 0 && { attributes: scalars }),
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

/** The service beside what the query asks for; a span has only what it has. */
function toAttributes(service: string, shown: Field[], values: string): KeyValue[] {
  const found = new Map<string, KeyValue['value']>()
  if (service) found.set(ATTR.serviceName, { stringValue: service })
  for (const [index, value] of (parseExactJson(values) as Json[]).entries()) {
    const name = shown[index]?.name ?? ''
    if (value !== null && !found.has(name)) found.set(name, toAnyValue(value))
  }
  return [...found].map(([key, value]) => ({ key, value }))
}
