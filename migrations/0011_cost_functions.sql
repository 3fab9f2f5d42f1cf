-- Up Migration
-- Costs as SQL functions, for Grafana, BI tools and people. They run with the caller's rights on usage_daily: a tenant's
-- reader gets its own organisation, the superadmin reader all. Dates are UTC and inclusive; null means unbounded.
set local role spanledger_owner;

create function get_daily_costs(start_date date, end_date date) returns table (day date, calls bigint, errors bigint, unpriced_calls bigint, input_tokens bigint, output_tokens bigint, cache_read_tokens bigint,
  cache_write_tokens bigint, reasoning_tokens bigint, cost_usd numeric)
  language sql stable set search_path = '' as
$$
  select day, sum(calls)::bigint, sum(errors)::bigint, sum(unpriced_calls)::bigint, sum(input_tokens)::bigint, sum(output_tokens)::bigint,
    sum(cache_read_tokens)::bigint, sum(cache_write_tokens)::bigint, sum(reasoning_tokens)::bigint, sum(cost_usd)
  from public.usage_daily
  where day >= coalesce(start_date, '-infinity') and day <= coalesce(end_date, 'infinity')
  group by day
  order by day
$$;

create function get_costs_by_feature(start_date date default null, end_date date default null)
returns table (feature text, calls bigint, errors bigint, unpriced_calls bigint, input_tokens bigint, output_tokens bigint, cache_read_tokens bigint,
  cache_write_tokens bigint, reasoning_tokens bigint, cost_usd numeric)
  language sql stable set search_path = '' as
$$
  select feature, sum(calls)::bigint, sum(errors)::bigint, sum(unpriced_calls)::bigint, sum(input_tokens)::bigint, sum(output_tokens)::bigint,
    sum(cache_read_tokens)::bigint, sum(cache_write_tokens)::bigint, sum(reasoning_tokens)::bigint, sum(cost_usd)
  from public.usage_daily
  where day >= coalesce(start_date, '-infinity') and day <= coalesce(end_date, 'infinity')
  group by feature
  order by sum(cost_usd) desc, feature
$$;

create function get_costs_by_provider(start_date date default null, end_date date default null)
returns table (provider text, calls bigint, errors bigint, unpriced_calls bigint, input_tokens bigint, output_tokens bigint, cache_read_tokens bigint,
  cache_write_tokens bigint, reasoning_tokens bigint, cost_usd numeric)
  language sql stable set search_path = '' as
$$
  select provider, sum(calls)::bigint, sum(errors)::bigint, sum(unpriced_calls)::bigint, sum(input_tokens)::bigint, sum(output_tokens)::bigint,
    sum(cache_read_tokens)::bigint, sum(cache_write_tokens)::bigint, sum(reasoning_tokens)::bigint, sum(cost_usd)
  from public.usage_daily
  where day >= coalesce(start_date, '-infinity') and day <= coalesce(end_date, 'infinity')
  group by provider
  order by sum(cost_usd) desc, provider
$$;

create function get_costs_by_model(start_date date default null, end_date date default null)
returns table (provider text, model text, calls bigint, errors bigint, unpriced_calls bigint, input_tokens bigint, output_tokens bigint, cache_read_tokens bigint,
  cache_write_tokens bigint, reasoning_tokens bigint, cost_usd numeric)
  language sql stable set search_path = '' as
$$
  select provider, model, sum(calls)::bigint, sum(errors)::bigint, sum(unpriced_calls)::bigint, sum(input_tokens)::bigint, sum(output_tokens)::bigint,
    sum(cache_read_tokens)::bigint, sum(cache_write_tokens)::bigint, sum(reasoning_tokens)::bigint, sum(cost_usd)
  from public.usage_daily
  where day >= coalesce(start_date, '-infinity') and day <= coalesce(end_date, 'infinity')
  group by provider, model
  order by sum(cost_usd) desc, provider, model
$$;

create function get_costs_by_deal(start_date date default null, end_date date default null)
returns table (org_id text, deal_id text, calls bigint, errors bigint, unpriced_calls bigint, input_tokens bigint, output_tokens bigint, cache_read_tokens bigint,
  cache_write_tokens bigint, reasoning_tokens bigint, cost_usd numeric)
  language sql stable set search_path = '' as
$$
  select org_id, deal_id, sum(calls)::bigint, sum(errors)::bigint, sum(unpriced_calls)::bigint, sum(input_tokens)::bigint, sum(output_tokens)::bigint,
    sum(cache_read_tokens)::bigint, sum(cache_write_tokens)::bigint, sum(reasoning_tokens)::bigint, sum(cost_usd)
  from public.usage_daily
  where day >= coalesce(start_date, '-infinity') and day <= coalesce(end_date, 'infinity')
  group by org_id, deal_id
  order by sum(cost_usd) desc, org_id, deal_id
$$;

create function get_costs_by_agent(start_date date default null, end_date date default null)
returns table (org_id text, agent_id text, calls bigint, errors bigint, unpriced_calls bigint, input_tokens bigint, output_tokens bigint, cache_read_tokens bigint,
  cache_write_tokens bigint, reasoning_tokens bigint, cost_usd numeric)
  language sql stable set search_path = '' as
$$
  select org_id, agent_id, sum(calls)::bigint, sum(errors)::bigint, sum(unpriced_calls)::bigint, sum(input_tokens)::bigint, sum(output_tokens)::bigint,
    sum(cache_read_tokens)::bigint, sum(cache_write_tokens)::bigint, sum(reasoning_tokens)::bigint, sum(cost_usd)
  from public.usage_daily
  where day >= coalesce(start_date, '-infinity') and day <= coalesce(end_date, 'infinity')
  group by org_id, agent_id
  order by sum(cost_usd) desc, org_id, agent_id
$$;

create function get_costs_by_department(start_date date default null, end_date date default null)
returns table (org_id text, department text, calls bigint, errors bigint, unpriced_calls bigint, input_tokens bigint, output_tokens bigint, cache_read_tokens bigint,
  cache_write_tokens bigint, reasoning_tokens bigint, cost_usd numeric)
  language sql stable set search_path = '' as
$$
  select org_id, department, sum(calls)::bigint, sum(errors)::bigint, sum(unpriced_calls)::bigint, sum(input_tokens)::bigint, sum(output_tokens)::bigint,
    sum(cache_read_tokens)::bigint, sum(cache_write_tokens)::bigint, sum(reasoning_tokens)::bigint, sum(cost_usd)
  from public.usage_daily
  where day >= coalesce(start_date, '-infinity') and day <= coalesce(end_date, 'infinity')
  group by org_id, department
  order by sum(cost_usd) desc, org_id, department
$$;

create function get_costs_by_organisation(start_date date default null, end_date date default null)
returns table (org_id text, calls bigint, errors bigint, unpriced_calls bigint, input_tokens bigint, output_tokens bigint, cache_read_tokens bigint,
  cache_write_tokens bigint, reasoning_tokens bigint, cost_usd numeric)
  language sql stable set search_path = '' as
$$
  select org_id, sum(calls)::bigint, sum(errors)::bigint, sum(unpriced_calls)::bigint, sum(input_tokens)::bigint, sum(output_tokens)::bigint,
    sum(cache_read_tokens)::bigint, sum(cache_write_tokens)::bigint, sum(reasoning_tokens)::bigint, sum(cost_usd)
  from public.usage_daily
  where day >= coalesce(start_date, '-infinity') and day <= coalesce(end_date, 'infinity')
  group by org_id
  order by sum(cost_usd) desc, org_id
$$;

create function get_costs_by_environment(start_date date default null, end_date date default null)
returns table (environment text, calls bigint, errors bigint, unpriced_calls bigint, input_tokens bigint, output_tokens bigint, cache_read_tokens bigint,
  cache_write_tokens bigint, reasoning_tokens bigint, cost_usd numeric)
  language sql stable set search_path = '' as
$$
  select environment, sum(calls)::bigint, sum(errors)::bigint, sum(unpriced_calls)::bigint, sum(input_tokens)::bigint, sum(output_tokens)::bigint,
    sum(cache_read_tokens)::bigint, sum(cache_write_tokens)::bigint, sum(reasoning_tokens)::bigint, sum(cost_usd)
  from public.usage_daily
  where day >= coalesce(start_date, '-infinity') and day <= coalesce(end_date, 'infinity')
  group by environment
  order by sum(cost_usd) desc, environment
$$;

create function get_costs_by_version(start_date date default null, end_date date default null)
returns table (org_id text, agent_id text, version text, calls bigint, errors bigint, unpriced_calls bigint, input_tokens bigint, output_tokens bigint, cache_read_tokens bigint,
  cache_write_tokens bigint, reasoning_tokens bigint, cost_usd numeric)
  language sql stable set search_path = '' as
$$
  select org_id, agent_id, version, sum(calls)::bigint, sum(errors)::bigint, sum(unpriced_calls)::bigint, sum(input_tokens)::bigint, sum(output_tokens)::bigint,
    sum(cache_read_tokens)::bigint, sum(cache_write_tokens)::bigint, sum(reasoning_tokens)::bigint, sum(cost_usd)
  from public.usage_daily
  where day >= coalesce(start_date, '-infinity') and day <= coalesce(end_date, 'infinity')
  group by org_id, agent_id, version
  order by sum(cost_usd) desc, org_id, agent_id, version
$$;

/* What calls of a period cost as far as was known at a moment: later corrections and price adjustments are left out.
   Sums lines, so it reaches back as far as llm_usage is kept. */
create function cost_as_known_on(known_on timestamptz, from_time timestamptz default '-infinity', to_time timestamptz default 'infinity')
returns table (org_id text, calls bigint, unpriced_calls bigint, cost_usd numeric)
  language sql stable set search_path = '' as
$$
  select org_id, sum(calls)::bigint, sum(unpriced_calls)::bigint, coalesce(sum(cost_usd), 0)
  from public.llm_usage
  where recorded_at <= known_on and created_at >= from_time and created_at < to_time
  group by org_id
  order by org_id
$$;

/* Latency percentiles of a period from the roll-ups, within 2 %. */
create function get_latency_percentiles(start_date date default null, end_date date default null)
returns table (provider text, model text, calls bigint, p50_ms double precision, p90_ms double precision, p95_ms double precision, p99_ms double precision)
  language sql stable set search_path = '' as
$$
  select provider, model, calls,
    public.histogram_percentile(histogram, 0.5), public.histogram_percentile(histogram, 0.9),
    public.histogram_percentile(histogram, 0.95), public.histogram_percentile(histogram, 0.99)
  from (
    select provider, model, sum(calls)::bigint as calls, public.histogram_merge(latency_histogram) as histogram
    from public.usage_daily
    where day >= coalesce(start_date, '-infinity') and day <= coalesce(end_date, 'infinity')
    group by provider, model
  ) as merged
  order by calls desc, provider, model
$$;

grant execute on function get_daily_costs(date, date),
  get_costs_by_feature(date, date),
  get_costs_by_provider(date, date),
  get_costs_by_model(date, date),
  get_costs_by_deal(date, date),
  get_costs_by_agent(date, date),
  get_costs_by_department(date, date),
  get_costs_by_organisation(date, date),
  get_costs_by_environment(date, date),
  get_costs_by_version(date, date),
  cost_as_known_on(timestamptz, timestamptz, timestamptz),
  get_latency_percentiles(date, date)
  to spanledger_api, spanledger_tenant, spanledger_reader;

reset role;

-- Down Migration
set local role spanledger_owner;
drop function get_daily_costs(date, date),
  get_costs_by_feature(date, date),
  get_costs_by_provider(date, date),
  get_costs_by_model(date, date),
  get_costs_by_deal(date, date),
  get_costs_by_agent(date, date),
  get_costs_by_department(date, date),
  get_costs_by_organisation(date, date),
  get_costs_by_environment(date, date),
  get_costs_by_version(date, date),
  cost_as_known_on(timestamptz, timestamptz, timestamptz),
  get_latency_percentiles(date, date);
reset role;
