-- Up Migration
-- The trigger that keeps trace_parts, again: a trace's root is found once (DISTINCT ON over the few spans without a
-- parent) instead of by an ordered aggregate a column, and a span's end without arithmetic in numeric. The rows are the
-- same. The join is hashed: there are no statistics of a transition table, and the ledger's sessions allow look-ups only.
set local role spanledger_owner;

create or replace function roll_up_trace_spans() returns trigger
  language plpgsql security definer set search_path = 'pg_catalog' set jit = off
  set enable_hashjoin = on set enable_nestloop = off as
$$
begin
  insert into public.trace_parts as part (
    org_id, trace_id, day, start_time, end_time, span_count, error_count,
    root_span_id, root_start_time, root_name, root_service, root_status_code,
    deal_id, user_id, session_id, feature, department, agent_id, environment, version)
  select org_id, trace_id, day, seen.start_time, seen.end_time, seen.span_count, seen.error_count,
    coalesce(root.span_id, ''), root.start_time, coalesce(root.name, ''), coalesce(root.service_name, ''),
    coalesce(root.status_code, 0),
    seen.deal_id, seen.user_id, seen.session_id, seen.feature, seen.department, seen.agent_id, seen.environment, seen.version
  from (
    select org_id, trace_id, (start_time at time zone 'UTC')::date as day, min(start_time) as start_time,
      max(start_time + make_interval(secs => duration_ns::double precision / 1e9::double precision)) as end_time,
      count(*) as span_count, count(*) filter (where status_code = 2) as error_count,
      max(deal_id) as deal_id, max(user_id) as user_id, max(session_id) as session_id, max(feature) as feature,
      max(department) as department, max(agent_id) as agent_id, max(environment) as environment, max(version) as version
    from new_spans
    group by org_id, trace_id, day
  ) as seen
  left join (
    select distinct on (org_id, trace_id, (start_time at time zone 'UTC')::date)
      org_id, trace_id, (start_time at time zone 'UTC')::date as day, span_id, start_time, name, service_name, status_code
    from new_spans
    where parent_span_id = ''
    order by org_id, trace_id, (start_time at time zone 'UTC')::date, start_time, span_id
  ) as root using (org_id, trace_id, day)
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

reset role;

-- Down Migration
set local role spanledger_owner;
create or replace function roll_up_trace_spans() returns trigger
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
reset role;
