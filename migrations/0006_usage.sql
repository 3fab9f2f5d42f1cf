-- Up Migration
-- llm_usage: the ledger proper. Append-only lines; sums over lines are the truth. A changed mind is a `reversal` of
-- what was booked and a `correction`; a changed price is a `price_adjustment`.
set local role spanledger_owner;

create table llm_usage (
  org_id text collate "C" not null,
  trace_id text collate "C" not null,
  span_id text collate "C" not null,
  -- start of the call's span, on every line of that call
  created_at timestamptz not null,
  -- 0 for the first line of a span, then 1, 2, …
  revision integer not null default 0,
  line_kind text not null default 'call',
  deal_id text collate "C" not null default '',
  user_id text collate "C" not null default '',
  session_id text collate "C" not null default '',
  provider text collate "C" not null default '',
  -- what answered; request_model is what was asked for
  model text collate "C" not null default '',
  request_model text collate "C" not null default '',
  operation text collate "C" not null default '',
  feature text collate "C" not null default '',
  department text collate "C" not null default '',
  agent_id text collate "C" not null default '',
  environment text collate "C" not null default '',
  version text collate "C" not null default '',
  intent text collate "C" not null default '',
  segment text collate "C" not null default '',
  service_name text collate "C" not null default '',
  -- input includes cache reads and writes, output includes reasoning; negative on reversals
  input_tokens integer not null default 0,
  output_tokens integer not null default 0,
  cache_read_tokens integer not null default 0,
  cache_write_tokens integer not null default 0,
  reasoning_tokens integer not null default 0,
  -- 1 call or correction, -1 reversal, 0 price_adjustment
  calls smallint not null,
  -- how the number of unpriced calls changes by this line
  unpriced_calls smallint not null default 0,
  cost_usd numeric,
  price_status text not null,
  price_version bigint,
  latency_ms integer,
  time_to_first_token_ms integer,
  status text not null default 'success',
  error_class text not null default '',
  finish_reason text not null default '',
  certainty text not null default 'measured',
  recognised_by text not null default '',
  -- span this one repeats or stands in for; empty for most
  duplicate_of text collate "C" not null default '',
  recorded_at timestamptz not null default now(),
  constraint llm_usage_pkey primary key (org_id, trace_id, span_id, created_at, revision),
  constraint llm_usage_line_kind_calls check (
    calls = case line_kind when 'call' then 1 when 'correction' then 1 when 'reversal' then -1 when 'price_adjustment' then 0 end),
  constraint llm_usage_price_status_known check (price_status in ('priced', 'unpriced')),
  constraint llm_usage_unpriced_counted check (
    line_kind = 'price_adjustment' or unpriced_calls = case price_status when 'unpriced' then calls else 0 end),
  constraint llm_usage_priced_has_cost check (
    line_kind = 'price_adjustment' or (price_status = 'priced') = (cost_usd is not null)),
  constraint llm_usage_status_known check (status in ('success', 'error', 'timeout', 'rate_limited')),
  constraint llm_usage_certainty_known check (certainty in ('measured', 'estimated', 'partial'))
) partition by range (created_at);
create index llm_usage_org_time_idx on llm_usage (org_id, created_at);
create index llm_usage_deal_time_idx on llm_usage (org_id, deal_id, created_at);
create index llm_usage_unpriced_idx on llm_usage (provider, model, created_at) where price_status = 'unpriced';
select protect_tenant_table('llm_usage');
grant insert on llm_usage to spanledger_writer;
grant select (org_id, trace_id, span_id, created_at, revision) on llm_usage to spanledger_writer;
insert into storage_settings values ('llm_usage', 7, 90);

/* What resolving needs of some traces (parallel arrays): every span with its place, tenant columns and recognised
   reading. Sorted; call it after taking the traces' advisory locks. The lateral form (OFFSET 0 keeps it) fixes the one
   plan that is good with and without statistics: a look-up in the key per trace and partition. A time range
   is left out on purpose: without statistics it draws the planner to the index by time, a thousand times slower. */
create function trace_readings(org_ids text[], trace_ids text[])
returns table (
  org_id text, trace_id text, span_id text, start_time timestamptz, start_nanos smallint, duration_ns bigint,
  parent_span_id text, name text, service_name text, deal_id text, user_id text, session_id text, feature text,
  department text, agent_id text, environment text, version text, intent text, segment text, call json)
  language sql stable security definer set search_path = ''
  set enable_seqscan = off set jit = off as
$$
  select s.org_id, s.trace_id, s.span_id, s.start_time, s.start_nanos, s.duration_ns, s.parent_span_id, s.name,
    s.service_name, s.deal_id, s.user_id, s.session_id, s.feature, s.department, s.agent_id, s.environment, s.version,
    s.intent, s.segment, s.call
  from (select distinct w.org_id, w.trace_id from unnest(org_ids, trace_ids) as w (org_id, trace_id)) as wanted
  cross join lateral (
    select * from public.trace_spans f
    where f.org_id = wanted.org_id and f.trace_id = wanted.trace_id
    offset 0
  ) as s
  order by s.org_id, s.trace_id, s.start_time, s.span_id
$$;
grant execute on function trace_readings(text[], text[]) to spanledger_writer;

/* What is booked for some traces (parallel arrays): all lines. Callers net them per span. */
create function trace_lines(org_ids text[], trace_ids text[]) returns setof llm_usage
  language sql stable security definer set search_path = ''
  set enable_seqscan = off set jit = off as
$$
  select u.*
  from (select distinct w.org_id, w.trace_id from unnest(org_ids, trace_ids) as w (org_id, trace_id)) as wanted
  cross join lateral (
    select * from public.llm_usage f
    where f.org_id = wanted.org_id and f.trace_id = wanted.trace_id
    offset 0
  ) as u
  order by u.org_id, u.trace_id, u.created_at, u.span_id, u.revision
$$;
grant execute on function trace_lines(text[], text[]) to spanledger_writer;

/* Locks traces for this transaction, in one order for all writers, so that two requests with spans of one trace
   resolve it one after the other. Hash of organisation and trace; a collision only waits. */
create function lock_traces(org_ids text[], trace_ids text[]) returns void
  language plpgsql set search_path = 'pg_catalog' as
$$
declare
  lock_key bigint;
begin
  for lock_key in
    select distinct hashtextextended(org_id || ' ' || trace_id, 0) as key
    from unnest(org_ids, trace_ids) as wanted (org_id, trace_id) order by key
  loop
    perform pg_advisory_xact_lock(lock_key);
  end loop;
end
$$;
grant execute on function lock_traces(text[], text[]) to spanledger_writer;

reset role;

-- Down Migration
set local role spanledger_owner;
drop function trace_readings(text[], text[]),
  trace_lines(text[], text[]), lock_traces(text[], text[]);
drop table llm_usage;
delete from storage_settings where table_name = 'llm_usage';
reset role;
