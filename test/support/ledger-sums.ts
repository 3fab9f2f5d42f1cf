// Checks that hold after every test that books something: Σ roll-ups = Σ rows to the last unit, every trace summary is
// that of its spans, every line has its span, no call is booked twice. In: a superuser connection. Out: what differs.
import type pg from 'pg'

const SUMS = (histogram: string): string => `
  sum(calls)::bigint as calls,
  coalesce(sum(calls) filter (where status <> 'success'), 0)::bigint as errors,
  coalesce(sum(calls) filter (where status = 'timeout'), 0)::bigint as timeouts,
  coalesce(sum(calls) filter (where status = 'rate_limited'), 0)::bigint as rate_limited,
  sum(unpriced_calls)::bigint as unpriced_calls,
  coalesce(sum(calls) filter (where certainty <> 'measured'), 0)::bigint as estimated_calls,
  sum(input_tokens)::bigint as input_tokens, sum(output_tokens)::bigint as output_tokens,
  sum(cache_read_tokens)::bigint as cache_read_tokens, sum(cache_write_tokens)::bigint as cache_write_tokens,
  sum(reasoning_tokens)::bigint as reasoning_tokens, coalesce(sum(cost_usd), 0)::numeric as cost_usd,
  coalesce(sum(latency_ms * calls), 0)::bigint as latency_ms_sum,
  ${histogram}`

const COLUMNS = [
  ...['calls', 'errors', 'timeouts', 'rate_limited', 'unpriced_calls', 'estimated_calls', 'input_tokens'],
  ...['output_tokens', 'cache_read_tokens', 'cache_write_tokens', 'reasoning_tokens', 'cost_usd', 'latency_ms_sum'],
]

const HISTOGRAM = `histogram_compact(coalesce(array_agg(histogram_entry(histogram_bucket(latency_ms), calls))
  filter (where latency_ms is not null and calls <> 0), '{}')) as latency`

function rollUpDifference(table: string, time: string, bucketOf: string, dimensions: string): string {
  return `
    with rows as (
      select org_id, ${bucketOf} as bucket, ${dimensions}, ${SUMS(HISTOGRAM)} from llm_usage
      group by org_id, bucket, ${dimensions}
    ), rolled as (
      select org_id, ${time} as bucket, ${dimensions}, ${COLUMNS.join(', ')}, histogram_compact(latency_histogram) as latency
      from ${table}
    ), differing as (
      (select * from (select org_id, bucket, ${dimensions}, ${COLUMNS.join(', ')}, latency from rows) a except all select * from rolled)
      union all
      (select * from rolled except all select org_id, bucket, ${dimensions}, ${COLUMNS.join(', ')}, latency from rows)
    )
    select '${table}' as what, to_jsonb(differing)::text as detail from differing limit 3`
}

const CHECKS = [
  rollUpDifference(
    'usage_daily',
    'day',
    "(created_at at time zone 'UTC')::date",
    'deal_id, feature, provider, model, operation, agent_id, department, environment, version, intent, segment',
  ),
  rollUpDifference(
    'usage_hourly',
    'hour',
    "date_trunc('hour', created_at, 'UTC')",
    'feature, provider, model, agent_id, department, environment, version',
  ),
  `with rows as (
      select org_id, trace_id, (start_time at time zone 'UTC')::date as day, count(*) as spans,
        count(*) filter (where status_code = 2) as errors, min(start_time) as starts
      from trace_spans group by 1, 2, 3
    ), parts as (select org_id, trace_id, day, span_count, error_count, start_time from trace_parts),
    differing as ((select * from rows except all select * from parts) union all (select * from parts except all select * from rows))
    select 'trace_parts' as what, to_jsonb(differing)::text as detail from differing limit 3`,
  `select 'line without span' as what, to_jsonb(u)::text as detail from llm_usage u
    where not exists (select from trace_spans s
      where (s.org_id, s.trace_id, s.span_id, s.start_time) = (u.org_id, u.trace_id, u.span_id, u.created_at))
    limit 3`,
  `select 'call booked twice' as what, concat_ws(' ', org_id, trace_id, span_id, sum(calls)) as detail from llm_usage
    group by org_id, trace_id, span_id, created_at having sum(calls) not in (0, 1) limit 3`,
]

/** Empty when everything adds up. */
export async function ledgerDifferences(client: Pick<pg.ClientBase, 'query'>): Promise<string[]> {
  const found: string[] = []
  for (const sql of CHECKS) {
    const { rows } = await client.query<{ what: string; detail: string }>(sql)
    found.push(...rows.map(({ what, detail }) => `${what}: ${detail}`))
  }
  return found
}
