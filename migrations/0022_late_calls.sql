-- Up Migration
-- late_calls counts calls whose first line came late. A reversal that came late used to take one away from a punctual
-- call, and the count went below zero. The function is that of 0009 but for `line_kind = 'call'` in two places.
set local role spanledger_owner;

create or replace function roll_up_llm_usage() returns trigger
  language plpgsql security definer set search_path = 'pg_catalog' set jit = off as
$$
begin
  insert into public.usage_daily as rolled (
    org_id, day, dims_hash, deal_id, feature, provider, model, operation, agent_id, department, environment, version, intent, segment,
    calls, errors, timeouts, rate_limited, unpriced_calls, estimated_calls, late_calls, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, cost_usd, latency_ms_sum,
    latency_histogram, first_token_histogram)
  select org_id, (created_at at time zone 'UTC')::date as day,
    substr(sha256(convert_to(json_build_array(deal_id, feature, provider, model, operation, agent_id, department, environment, version, intent, segment)::text, 'UTF8')), 1, 16) as dims_hash, deal_id, feature, provider, model, operation, agent_id, department, environment, version, intent, segment,
    sum(calls),
    coalesce(sum(calls) filter (where status <> 'success'), 0),
    coalesce(sum(calls) filter (where status = 'timeout'), 0),
    coalesce(sum(calls) filter (where status = 'rate_limited'), 0),
    sum(unpriced_calls),
    coalesce(sum(calls) filter (where certainty <> 'measured'), 0),
    coalesce(sum(calls) filter (where line_kind = 'call' and recorded_at >= (created_at at time zone 'UTC')::date::timestamp at time zone 'UTC' + interval '25 hours'), 0),
    sum(input_tokens), sum(output_tokens), sum(cache_read_tokens), sum(cache_write_tokens), sum(reasoning_tokens),
    coalesce(sum(cost_usd), 0), coalesce(sum(latency_ms * calls), 0),
    coalesce(array_agg(public.histogram_entry(public.histogram_bucket(latency_ms), calls)) filter (where latency_ms is not null and calls <> 0), '{}'),
    coalesce(array_agg(public.histogram_entry(public.histogram_bucket(time_to_first_token_ms), calls)) filter (where time_to_first_token_ms is not null and calls <> 0), '{}')
  from new_lines
  group by org_id, day, deal_id, feature, provider, model, operation, agent_id, department, environment, version, intent, segment
  order by org_id, day, dims_hash
  on conflict (org_id, day, dims_hash) do update set
    calls = rolled.calls + excluded.calls,
    errors = rolled.errors + excluded.errors,
    timeouts = rolled.timeouts + excluded.timeouts,
    rate_limited = rolled.rate_limited + excluded.rate_limited,
    unpriced_calls = rolled.unpriced_calls + excluded.unpriced_calls,
    estimated_calls = rolled.estimated_calls + excluded.estimated_calls,
    late_calls = rolled.late_calls + excluded.late_calls,
    input_tokens = rolled.input_tokens + excluded.input_tokens,
    output_tokens = rolled.output_tokens + excluded.output_tokens,
    cache_read_tokens = rolled.cache_read_tokens + excluded.cache_read_tokens,
    cache_write_tokens = rolled.cache_write_tokens + excluded.cache_write_tokens,
    reasoning_tokens = rolled.reasoning_tokens + excluded.reasoning_tokens,
    cost_usd = rolled.cost_usd + excluded.cost_usd,
    latency_ms_sum = rolled.latency_ms_sum + excluded.latency_ms_sum,
    latency_histogram = public.histogram_add(rolled.latency_histogram, excluded.latency_histogram),
    first_token_histogram = public.histogram_add(rolled.first_token_histogram, excluded.first_token_histogram);

  insert into public.usage_hourly as rolled (
    org_id, hour, dims_hash, feature, provider, model, agent_id, department, environment, version,
    calls, errors, timeouts, rate_limited, unpriced_calls, estimated_calls, late_calls, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, cost_usd, latency_ms_sum,
    latency_histogram, first_token_histogram)
  select org_id, date_trunc('hour', created_at, 'UTC') as hour,
    substr(sha256(convert_to(json_build_array(feature, provider, model, agent_id, department, environment, version)::text, 'UTF8')), 1, 16) as dims_hash, feature, provider, model, agent_id, department, environment, version,
    sum(calls),
    coalesce(sum(calls) filter (where status <> 'success'), 0),
    coalesce(sum(calls) filter (where status = 'timeout'), 0),
    coalesce(sum(calls) filter (where status = 'rate_limited'), 0),
    sum(unpriced_calls),
    coalesce(sum(calls) filter (where certainty <> 'measured'), 0),
    coalesce(sum(calls) filter (where line_kind = 'call' and recorded_at >= date_trunc('hour', created_at, 'UTC') + interval '2 hours'), 0),
    sum(input_tokens), sum(output_tokens), sum(cache_read_tokens), sum(cache_write_tokens), sum(reasoning_tokens),
    coalesce(sum(cost_usd), 0), coalesce(sum(latency_ms * calls), 0),
    coalesce(array_agg(public.histogram_entry(public.histogram_bucket(latency_ms), calls)) filter (where latency_ms is not null and calls <> 0), '{}'),
    coalesce(array_agg(public.histogram_entry(public.histogram_bucket(time_to_first_token_ms), calls)) filter (where time_to_first_token_ms is not null and calls <> 0), '{}')
  from new_lines
  group by org_id, hour, feature, provider, model, agent_id, department, environment, version
  order by org_id, hour, dims_hash
  on conflict (org_id, hour, dims_hash) do update set
    calls = rolled.calls + excluded.calls,
    errors = rolled.errors + excluded.errors,
    timeouts = rolled.timeouts + excluded.timeouts,
    rate_limited = rolled.rate_limited + excluded.rate_limited,
    unpriced_calls = rolled.unpriced_calls + excluded.unpriced_calls,
    estimated_calls = rolled.estimated_calls + excluded.estimated_calls,
    late_calls = rolled.late_calls + excluded.late_calls,
    input_tokens = rolled.input_tokens + excluded.input_tokens,
    output_tokens = rolled.output_tokens + excluded.output_tokens,
    cache_read_tokens = rolled.cache_read_tokens + excluded.cache_read_tokens,
    cache_write_tokens = rolled.cache_write_tokens + excluded.cache_write_tokens,
    reasoning_tokens = rolled.reasoning_tokens + excluded.reasoning_tokens,
    cost_usd = rolled.cost_usd + excluded.cost_usd,
    latency_ms_sum = rolled.latency_ms_sum + excluded.latency_ms_sum,
    latency_histogram = public.histogram_add(rolled.latency_histogram, excluded.latency_histogram),
    first_token_histogram = public.histogram_add(rolled.first_token_histogram, excluded.first_token_histogram);
  return null;
end
$$;

-- Put right as far as lines are kept: partitions end with a day, so a day's lines are all there or all gone.
update usage_daily as rolled set late_calls = lines.late_calls
from (
  select org_id, (created_at at time zone 'UTC')::date as day,
    substr(sha256(convert_to(json_build_array(deal_id, feature, provider, model, operation, agent_id, department, environment, version, intent, segment)::text, 'UTF8')), 1, 16) as dims_hash,
    coalesce(sum(calls) filter (where line_kind = 'call' and recorded_at >= (created_at at time zone 'UTC')::date::timestamp at time zone 'UTC' + interval '25 hours'), 0) as late_calls
  from llm_usage
  group by org_id, day, deal_id, feature, provider, model, operation, agent_id, department, environment, version, intent, segment
  having bool_or(line_kind in ('reversal', 'correction') and recorded_at >= (created_at at time zone 'UTC')::date::timestamp at time zone 'UTC' + interval '25 hours')
) as lines
where (rolled.org_id, rolled.day, rolled.dims_hash) = (lines.org_id, lines.day, lines.dims_hash)
  and rolled.late_calls <> lines.late_calls;

update usage_hourly as rolled set late_calls = lines.late_calls
from (
  select org_id, date_trunc('hour', created_at, 'UTC') as hour,
    substr(sha256(convert_to(json_build_array(feature, provider, model, agent_id, department, environment, version)::text, 'UTF8')), 1, 16) as dims_hash,
    coalesce(sum(calls) filter (where line_kind = 'call' and recorded_at >= date_trunc('hour', created_at, 'UTC') + interval '2 hours'), 0) as late_calls
  from llm_usage
  group by org_id, hour, feature, provider, model, agent_id, department, environment, version
  having bool_or(line_kind in ('reversal', 'correction') and recorded_at >= date_trunc('hour', created_at, 'UTC') + interval '2 hours')
) as lines
where (rolled.org_id, rolled.hour, rolled.dims_hash) = (lines.org_id, lines.hour, lines.dims_hash)
  and rolled.late_calls <> lines.late_calls;

reset role;

-- Down Migration
set local role spanledger_owner;

create or replace function roll_up_llm_usage() returns trigger
  language plpgsql security definer set search_path = 'pg_catalog' set jit = off as
$$
begin
  insert into public.usage_daily as rolled (
    org_id, day, dims_hash, deal_id, feature, provider, model, operation, agent_id, department, environment, version, intent, segment,
    calls, errors, timeouts, rate_limited, unpriced_calls, estimated_calls, late_calls, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, cost_usd, latency_ms_sum,
    latency_histogram, first_token_histogram)
  select org_id, (created_at at time zone 'UTC')::date as day,
    substr(sha256(convert_to(json_build_array(deal_id, feature, provider, model, operation, agent_id, department, environment, version, intent, segment)::text, 'UTF8')), 1, 16) as dims_hash, deal_id, feature, provider, model, operation, agent_id, department, environment, version, intent, segment,
    sum(calls),
    coalesce(sum(calls) filter (where status <> 'success'), 0),
    coalesce(sum(calls) filter (where status = 'timeout'), 0),
    coalesce(sum(calls) filter (where status = 'rate_limited'), 0),
    sum(unpriced_calls),
    coalesce(sum(calls) filter (where certainty <> 'measured'), 0),
    coalesce(sum(calls) filter (where recorded_at >= (created_at at time zone 'UTC')::date::timestamp at time zone 'UTC' + interval '25 hours'), 0),
    sum(input_tokens), sum(output_tokens), sum(cache_read_tokens), sum(cache_write_tokens), sum(reasoning_tokens),
    coalesce(sum(cost_usd), 0), coalesce(sum(latency_ms * calls), 0),
    coalesce(array_agg(public.histogram_entry(public.histogram_bucket(latency_ms), calls)) filter (where latency_ms is not null and calls <> 0), '{}'),
    coalesce(array_agg(public.histogram_entry(public.histogram_bucket(time_to_first_token_ms), calls)) filter (where time_to_first_token_ms is not null and calls <> 0), '{}')
  from new_lines
  group by org_id, day, deal_id, feature, provider, model, operation, agent_id, department, environment, version, intent, segment
  order by org_id, day, dims_hash
  on conflict (org_id, day, dims_hash) do update set
    calls = rolled.calls + excluded.calls,
    errors = rolled.errors + excluded.errors,
    timeouts = rolled.timeouts + excluded.timeouts,
    rate_limited = rolled.rate_limited + excluded.rate_limited,
    unpriced_calls = rolled.unpriced_calls + excluded.unpriced_calls,
    estimated_calls = rolled.estimated_calls + excluded.estimated_calls,
    late_calls = rolled.late_calls + excluded.late_calls,
    input_tokens = rolled.input_tokens + excluded.input_tokens,
    output_tokens = rolled.output_tokens + excluded.output_tokens,
    cache_read_tokens = rolled.cache_read_tokens + excluded.cache_read_tokens,
    cache_write_tokens = rolled.cache_write_tokens + excluded.cache_write_tokens,
    reasoning_tokens = rolled.reasoning_tokens + excluded.reasoning_tokens,
    cost_usd = rolled.cost_usd + excluded.cost_usd,
    latency_ms_sum = rolled.latency_ms_sum + excluded.latency_ms_sum,
    latency_histogram = public.histogram_add(rolled.latency_histogram, excluded.latency_histogram),
    first_token_histogram = public.histogram_add(rolled.first_token_histogram, excluded.first_token_histogram);

  insert into public.usage_hourly as rolled (
    org_id, hour, dims_hash, feature, provider, model, agent_id, department, environment, version,
    calls, errors, timeouts, rate_limited, unpriced_calls, estimated_calls, late_calls, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, cost_usd, latency_ms_sum,
    latency_histogram, first_token_histogram)
  select org_id, date_trunc('hour', created_at, 'UTC') as hour,
    substr(sha256(convert_to(json_build_array(feature, provider, model, agent_id, department, environment, version)::text, 'UTF8')), 1, 16) as dims_hash, feature, provider, model, agent_id, department, environment, version,
    sum(calls),
    coalesce(sum(calls) filter (where status <> 'success'), 0),
    coalesce(sum(calls) filter (where status = 'timeout'), 0),
    coalesce(sum(calls) filter (where status = 'rate_limited'), 0),
    sum(unpriced_calls),
    coalesce(sum(calls) filter (where certainty <> 'measured'), 0),
    coalesce(sum(calls) filter (where recorded_at >= date_trunc('hour', created_at, 'UTC') + interval '2 hours'), 0),
    sum(input_tokens), sum(output_tokens), sum(cache_read_tokens), sum(cache_write_tokens), sum(reasoning_tokens),
    coalesce(sum(cost_usd), 0), coalesce(sum(latency_ms * calls), 0),
    coalesce(array_agg(public.histogram_entry(public.histogram_bucket(latency_ms), calls)) filter (where latency_ms is not null and calls <> 0), '{}'),
    coalesce(array_agg(public.histogram_entry(public.histogram_bucket(time_to_first_token_ms), calls)) filter (where time_to_first_token_ms is not null and calls <> 0), '{}')
  from new_lines
  group by org_id, hour, feature, provider, model, agent_id, department, environment, version
  order by org_id, hour, dims_hash
  on conflict (org_id, hour, dims_hash) do update set
    calls = rolled.calls + excluded.calls,
    errors = rolled.errors + excluded.errors,
    timeouts = rolled.timeouts + excluded.timeouts,
    rate_limited = rolled.rate_limited + excluded.rate_limited,
    unpriced_calls = rolled.unpriced_calls + excluded.unpriced_calls,
    estimated_calls = rolled.estimated_calls + excluded.estimated_calls,
    late_calls = rolled.late_calls + excluded.late_calls,
    input_tokens = rolled.input_tokens + excluded.input_tokens,
    output_tokens = rolled.output_tokens + excluded.output_tokens,
    cache_read_tokens = rolled.cache_read_tokens + excluded.cache_read_tokens,
    cache_write_tokens = rolled.cache_write_tokens + excluded.cache_write_tokens,
    reasoning_tokens = rolled.reasoning_tokens + excluded.reasoning_tokens,
    cost_usd = rolled.cost_usd + excluded.cost_usd,
    latency_ms_sum = rolled.latency_ms_sum + excluded.latency_ms_sum,
    latency_histogram = public.histogram_add(rolled.latency_histogram, excluded.latency_histogram),
    first_token_histogram = public.histogram_add(rolled.first_token_histogram, excluded.first_token_histogram);
  return null;
end
$$;

reset role;
