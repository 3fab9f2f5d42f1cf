-- Up Migration
-- Every span, and one summary per trace.
set local role spanledger_owner;

create table trace_spans (
  org_id text collate "C" not null,
  trace_id text collate "C" not null,
  span_id text collate "C" not null,
  start_time timestamptz not null,
  -- nanoseconds beyond start_time's microsecond
  start_nanos smallint not null default 0,
  duration_ns bigint not null,
  parent_span_id text collate "C" not null default '',
  name text not null,
  -- OTLP numbers: kind 0 unspecified … 5 consumer; status 0 unset, 1 ok, 2 error
  kind smallint not null default 0,
  status_code smallint not null default 0,
  status_message text not null default '',
  service_name text collate "C" not null default '',
  deal_id text collate "C" not null default '',
  user_id text collate "C" not null default '',
  session_id text collate "C" not null default '',
  feature text collate "C" not null default '',
  department text collate "C" not null default '',
  agent_id text collate "C" not null default '',
  environment text collate "C" not null default '',
  version text collate "C" not null default '',
  intent text collate "C" not null default '',
  segment text collate "C" not null default '',
  scope_name text not null default '',
  scope_version text not null default '',
  -- without the promoted keys above
  attributes json,
  resource json,
  events json,
  links json,
  -- the recognised reading (Candidate), so that the trace can be resolved again without reading attributes
  call json,
  -- hash of the received span: tells a replay from another span under the same id
  content_hash bigint not null default 0,
  received_at timestamptz not null default now(),
  constraint trace_spans_pkey primary key (org_id, trace_id, span_id, start_time)
) partition by range (start_time);
create index trace_spans_org_time_idx on trace_spans (org_id, start_time);
create index trace_spans_errors_idx on trace_spans (org_id, start_time) where status_code = 2;
select protect_tenant_table('trace_spans');
grant insert on trace_spans to spanledger_writer;
grant select (org_id, trace_id, span_id, start_time, content_hash) on trace_spans to spanledger_writer;
insert into storage_settings values ('trace_spans', 7, 90);

-- A trace's spans by the UTC day they start on. A trace that runs across midnight has one row a day; the view
-- distributed_traces adds them up. Kept by the trigger below, order-independent: any arrival order gives the same row.
create table trace_parts (
  org_id text collate "C" not null,
  trace_id text collate "C" not null,
  day date not null,
  start_time timestamptz not null,
  end_time timestamptz not null,
  span_count bigint not null,
  error_count bigint not null,
  -- the span without parent that starts first; empty while none has arrived
  root_span_id text collate "C" not null default '',
  root_start_time timestamptz,
  root_name text not null default '',
  root_service text not null default '',
  root_status_code smallint not null default 0,
  deal_id text collate "C" not null default '',
  user_id text collate "C" not null default '',
  session_id text collate "C" not null default '',
  feature text collate "C" not null default '',
  department text collate "C" not null default '',
  agent_id text collate "C" not null default '',
  environment text collate "C" not null default '',
  version text collate "C" not null default '',
  constraint trace_parts_pkey primary key (org_id, trace_id, day)
) partition by range (day);
create index trace_parts_org_time_idx on trace_parts (org_id, start_time);
select protect_tenant_table('trace_parts');
insert into storage_settings values ('trace_parts', 7, 90);

create function roll_up_trace_spans() returns trigger
  language plpgsql security definer set search_path = 'pg_catalog' set jit = off as
$$
begin
  insert into public.trace_parts as part (
    org_id, trace_id, day, start_time, end_time, span_count, error_count,
    root_span_id, root_start_time, root_name, root_service, root_status_code,
    deal_id, user_id, session_id, feature, department, agent_id, environment, version)
  select org_id, trace_id, (start_time at time zone 'UTC')::date as day, min(start_time),
    max(start_time + make_interval(secs => duration_ns / 1e9)), count(*), count(*) filter (where status_code = 2),
    coalesce((array_agg(span_id order by start_time, span_id) filter (where parent_span_id = ''))[1], ''),
    min(start_time) filter (where parent_span_id = ''),
    coalesce((array_agg(name order by start_time, span_id) filter (where parent_span_id = ''))[1], ''),
    coalesce((array_agg(service_name order by start_time, span_id) filter (where parent_span_id = ''))[1], ''),
    coalesce((array_agg(status_code order by start_time, span_id) filter (where parent_span_id = ''))[1], 0),
    max(deal_id), max(user_id), max(session_id), max(feature), max(department), max(agent_id),
    max(environment), max(version)
  from new_spans
  group by org_id, trace_id, day
  order by org_id, trace_id, day
  on conflict (org_id, trace_id, day) do update set
    start_time = least(part.start_time, excluded.start_time),
    end_time = greatest(part.end_time, excluded.end_time),
    span_count = part.span_count + excluded.span_count,
    error_count = part.error_count + excluded.error_count,
    (root_span_id, root_start_time, root_name, root_service, root_status_code) = (
      select r.* from (values
        (part.root_span_id, part.root_start_time, part.root_name, part.root_service, part.root_status_code),
        (excluded.root_span_id, excluded.root_start_time, excluded.root_name, excluded.root_service, excluded.root_status_code)
      ) as r (span_id, starts, name, service, status) order by r.starts nulls last, r.span_id limit 1),
    deal_id = greatest(part.deal_id, excluded.deal_id),
    user_id = greatest(part.user_id, excluded.user_id),
    session_id = greatest(part.session_id, excluded.session_id),
    feature = greatest(part.feature, excluded.feature),
    department = greatest(part.department, excluded.department),
    agent_id = greatest(part.agent_id, excluded.agent_id),
    environment = greatest(part.environment, excluded.environment),
    version = greatest(part.version, excluded.version);
  return null;
end
$$;
create trigger roll_up after insert on trace_spans
  referencing new table as new_spans for each statement execute function roll_up_trace_spans();

-- One row per trace. Filters on org_id and trace_id reach the index; for a time range use traces_between().
create view distributed_traces with (security_invoker = true) as
select org_id, trace_id, min(start_time) as start_time, max(end_time) as end_time,
  round(extract(epoch from max(end_time) - min(start_time)) * 1000, 3) as duration_ms,
  coalesce((array_agg(root_span_id order by root_start_time) filter (where root_span_id <> ''))[1], '') as root_span_id,
  coalesce((array_agg(root_name order by root_start_time) filter (where root_span_id <> ''))[1], '') as root_name,
  coalesce((array_agg(root_service order by root_start_time) filter (where root_span_id <> ''))[1], '') as root_service,
  coalesce((array_agg(root_status_code order by root_start_time) filter (where root_span_id <> ''))[1], 0::smallint) as root_status_code,
  sum(span_count)::bigint as span_count, sum(error_count)::bigint as error_count,
  max(deal_id) as deal_id, max(user_id) as user_id, max(session_id) as session_id, max(feature) as feature,
  max(department) as department, max(agent_id) as agent_id, max(environment) as environment, max(version) as version
from trace_parts
group by org_id, trace_id;
grant select on distributed_traces to spanledger_api, spanledger_tenant, spanledger_reader;

/* Traces that start in [from_time, to_time), newest first is the caller's business. Looks one day further on either
   side, so a trace is whole unless it runs across more than two midnights. */
create function traces_between(from_time timestamptz, to_time timestamptz) returns setof distributed_traces
  language sql stable set search_path = '' as
$$
  select org_id, trace_id, min(start_time) as start_time, max(end_time) as end_time,
    pg_catalog.round(extract(epoch from max(end_time) - min(start_time)) * 1000, 3),
    coalesce((array_agg(root_span_id order by root_start_time) filter (where root_span_id <> ''))[1], ''),
    coalesce((array_agg(root_name order by root_start_time) filter (where root_span_id <> ''))[1], ''),
    coalesce((array_agg(root_service order by root_start_time) filter (where root_span_id <> ''))[1], ''),
    coalesce((array_agg(root_status_code order by root_start_time) filter (where root_span_id <> ''))[1], 0::smallint),
    sum(span_count)::bigint, sum(error_count)::bigint,
    max(deal_id), max(user_id), max(session_id), max(feature), max(department), max(agent_id), max(environment), max(version)
  from public.trace_parts
  where day between (from_time at time zone 'UTC')::date - 1 and (to_time at time zone 'UTC')::date + 1
  group by org_id, trace_id
  having min(start_time) >= from_time and min(start_time) < to_time
$$;
grant execute on function traces_between(timestamptz, timestamptz) to spanledger_api, spanledger_tenant, spanledger_reader;

reset role;

-- Down Migration
set local role spanledger_owner;
drop function traces_between(timestamptz, timestamptz);
drop view distributed_traces;
drop table trace_spans, trace_parts;
drop function roll_up_trace_spans();
delete from storage_settings where table_name in ('trace_spans', 'trace_parts');
reset role;
