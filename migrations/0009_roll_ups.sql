-- Up Migration
-- usage_daily (all dimensions) and usage_hourly (fewer), kept by a trigger on llm_usage in the writer's own transaction,
-- only from lines really inserted and in key order. Nothing deletes them: they outlive the lines.
set local role spanledger_owner;

create table usage_daily (
  org_id text collate "C" not null,
  day date not null,
  -- hash of the dimensions below: long values must not overflow the index
  dims_hash bytea not null,
  deal_id text collate "C" not null default '',
  feature text collate "C" not null default '',
  provider text collate "C" not null default '',
  model text collate "C" not null default '',
  operation text collate "C" not null default '',
  agent_id text collate "C" not null default '',
  department text collate "C" not null default '',
  environment text collate "C" not null default '',
  version text collate "C" not null default '',
  intent text collate "C" not null default '',
  segment text collate "C" not null default '',
  calls bigint not null default 0,
  errors bigint not null default 0,
  timeouts bigint not null default 0,
  rate_limited bigint not null default 0,
  unpriced_calls bigint not null default 0,
  estimated_calls bigint not null default 0,
  -- calls recorded more than an hour after the day ended
  late_calls bigint not null default 0,
  input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  cache_read_tokens bigint not null default 0,
  cache_write_tokens bigint not null default 0,
  reasoning_tokens bigint not null default 0,
  cost_usd numeric not null default 0,
  latency_ms_sum bigint not null default 0,
  latency_histogram bigint[] not null default '{}',
  first_token_histogram bigint[] not null default '{}',
  constraint usage_daily_pkey primary key (org_id, day, dims_hash)
) with (fillfactor = 70);
select protect_tenant_table('usage_daily');

create table usage_hourly (
  org_id text collate "C" not null,
  hour timestamptz not null,
  -- hash of the dimensions below: long values must not overflow the index
  dims_hash bytea not null,
  feature text collate "C" not null default '',
  provider text collate "C" not null default '',
  model text collate "C" not null default '',
  agent_id text collate "C" not null default '',
  department text collate "C" not null default '',
  environment text collate "C" not null default '',
  version text collate "C" not null default '',
  calls bigint not null default 0,
  errors bigint not null default 0,
  timeouts bigint not null default 0,
  rate_limited bigint not null default 0,
  unpriced_calls bigint not null default 0,
  estimated_calls bigint not null default 0,
  -- calls recorded more than an hour after the hour ended
  late_calls bigint not null default 0,
  input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  cache_read_tokens bigint not null default 0,
  cache_write_tokens bigint not null default 0,
  reasoning_tokens bigint not null default 0,
  cost_usd numeric not null default 0,
  latency_ms_sum bigint not null default 0,
  latency_histogram bigint[] not null default '{}',
  first_token_histogram bigint[] not null default '{}',
  constraint usage_hourly_pkey primary key (org_id, hour, dims_hash)
) with (fillfactor = 70);
select protect_tenant_table('usage_hourly');

create function roll_up_llm_usage() returns trigger
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
create trigger roll_up after insert on llm_usage
  referencing new table as new_lines for each statement execute function roll_up_llm_usage();

reset role;

-- Down Migration
set local role spanledger_owner;
drop trigger roll_up on llm_usage;
drop function roll_up_llm_usage();
drop table usage_daily, usage_hourly;
reset role;
