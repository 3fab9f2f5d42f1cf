-- Up Migration
-- Calls reported in two traces (LiteLLM's callback begins a trace of its own for a stream). The first trace that shows
-- a provider's response id on a day owns it here; one that shows it too is a look-up away, and only then. A call has
-- the day it starts on, and the next one where it runs across midnight. Only on days on which an organisation has such
-- spans: everybody else pays for one look-up a transaction. The id's hash is enough to find a trace, whose spans then tell.
set local role spanledger_owner;

-- Days on which an organisation has spans of a library that splits calls: then all its calls of that day are claimed.
create table split_days (
  org_id text collate "C" not null,
  day date not null,
  constraint split_days_pkey primary key (org_id, day)
);
select protect_tenant_table('split_days');

create table response_traces (
  org_id text collate "C" not null,
  day date not null,
  response_hash bigint not null,
  trace_id uuid not null,
  constraint response_traces_pkey primary key (org_id, day, response_hash)
) partition by range (day);
select protect_tenant_table('response_traces');
insert into storage_settings values ('response_traces', 7, 90);

-- Every trace of the ids that more than one has shown, the first one included.
create table split_responses (
  org_id text collate "C" not null,
  day date not null,
  response_hash bigint not null,
  trace_id uuid not null,
  constraint split_responses_pkey primary key (org_id, trace_id, response_hash, day)
) partition by range (day);
create index split_responses_response_idx on split_responses (org_id, response_hash, day);
select protect_tenant_table('split_responses');
insert into storage_settings values ('split_responses', 7, 90);

/* Claims the ids of all calls an organisation has on a day, as booked so far. The caller holds the organisation's lock
   for itself. A span reaches two seconds into the days beside its own, so that nobody rounds it away. */
create function claim_day(for_org text, for_day date, most integer) returns void
  language sql security definer set search_path = 'pg_catalog' set enable_seqscan = off set jit = off as
$$
  insert into public.split_days (org_id, day) values (for_org, for_day) on conflict do nothing;
  with seen as materialized (
    select distinct hashtextextended(s.call->>'responseId', 0) as h, s.trace_id::uuid as t
    from public.trace_spans s
    where s.org_id = for_org
      and s.start_time >= (for_day - 1)::timestamp at time zone 'UTC'
      and s.start_time < (for_day + 1)::timestamp at time zone 'UTC' + interval '2 seconds'
      and s.start_time + make_interval(secs => s.duration_ns / 1e9 + 2) >= for_day::timestamp at time zone 'UTC'
      and s.call->>'responseId' <> '' and s.trace_id ~ '^[0-9a-f]{32}$'
  ), claimed as (
    insert into public.response_traces (org_id, day, response_hash, trace_id)
    select distinct on (h) for_org, for_day, h, t from seen order by h, t
    on conflict do nothing
  )
  insert into public.split_responses (org_id, day, response_hash, trace_id)
  select for_org, for_day, h, t
  from (select h, t, row_number() over (partition by h order by t) as n, count(*) over (partition by h) as traces from seen) as shown
  where traces > 1 and n <= most + 1
  on conflict do nothing
$$;

/* Before a transaction's traces are locked: for the organisations and days of its spans (parallel arrays; `splits` where
   a span is of a library that splits calls), returns the days whose calls have to be claimed, and a row without day for
   each organisation that has any. Writers of an organisation exclude each other only while a day begins to be claimed. */
create function lock_split_days(org_ids text[], days date[], splits boolean[], most integer)
returns table (org_id text, day date)
  language plpgsql security definer set search_path = 'pg_catalog' as
$$
declare
  organisation text;
  lock_key bigint;
  begins boolean;
  new_day date;
begin
  for organisation, lock_key, begins in
    select w.o, hashtextextended('spanledger.split ' || w.o, 0) as k,
      bool_or(w.s and not exists (select from public.split_days f where f.org_id = w.o and f.day = w.d))
    from unnest(org_ids, days, splits) as w (o, d, s) group by w.o order by k
  loop
    if not begins then
      perform pg_advisory_xact_lock_shared(lock_key);
      continue;
    end if;
    perform pg_advisory_xact_lock(lock_key);
    for new_day in
      select distinct w.d from unnest(org_ids, days, splits) as w (o, d, s)
      where w.o = organisation and w.s and not exists (select from public.split_days f where f.org_id = w.o and f.day = w.d)
      order by w.d
    loop
      perform public.claim_day(organisation, new_day, most);
    end loop;
  end loop;
  return query
    select f.org_id, f.day from unnest(org_ids, days) as w (o, d)
    join public.split_days f on f.org_id = w.o and f.day = w.d
    union
    select w.o, null from (select distinct u.o from unnest(org_ids) as u (o)) as w
    where exists (select from public.split_days f where f.org_id = w.o);
end
$$;
revoke execute on function claim_day(text, date, integer) from public;
grant execute on function lock_split_days(text[], date[], boolean[], integer) to spanledger_writer;

/* Claims response ids for traces (parallel arrays) and returns those that other traces claimed before, with each of
   those traces. Waits for writers that are about to claim the same ids; sorted, so that nobody waits in a circle. An id
   that more than `most` traces have shown on a day is no identity: nothing is returned for it. */
create function claim_responses(org_ids text[], days date[], response_ids text[], trace_ids uuid[], most integer)
returns table (org_id text, day date, response_hash bigint, trace_id uuid, other_trace_id uuid)
  language plpgsql security definer set search_path = 'pg_catalog' set enable_seqscan = off set jit = off as
$$
declare
  claimed integer;
begin
  insert into public.response_traces (org_id, day, response_hash, trace_id)
  select o, d, hashtextextended(r, 0) as h, t
  from unnest(org_ids, days, response_ids, trace_ids) as w (o, d, r, t) order by o collate "C", d, h, t
  on conflict do nothing;
  get diagnostics claimed = row_count;
  if claimed = cardinality(response_ids) then
    return;
  end if;
  return query
    select w.o, w.d, w.h, w.t, other.t
    from (
      select u.o, u.d, hashtextextended(u.r, 0) as h, u.t
      from unnest(org_ids, days, response_ids, trace_ids) as u (o, d, r, t)
    ) as w
    cross join lateral (
      select f.trace_id as t from public.response_traces f
      where f.org_id = w.o and f.day = w.d and f.response_hash = w.h
      union
      select s.trace_id from public.split_responses s
      where s.org_id = w.o and s.day = w.d and s.response_hash = w.h
    ) as other
    where other.t <> w.t and (
      select count(*) from public.split_responses s where s.org_id = w.o and s.day = w.d and s.response_hash = w.h
    ) <= most;
end
$$;
grant execute on function claim_responses(text[], date[], text[], uuid[], integer) to spanledger_writer;

/* Books that traces (parallel arrays) show ids others show too. */
create function link_traces(org_ids text[], days date[], response_hashes bigint[], trace_ids uuid[]) returns void
  language sql security definer set search_path = 'pg_catalog' as
$$
  insert into public.split_responses (org_id, day, response_hash, trace_id)
  select * from unnest(org_ids, days, response_hashes, trace_ids) as w (o, d, h, t) order by o collate "C", t, h, d
  on conflict do nothing
$$;
grant execute on function link_traces(text[], date[], bigint[], uuid[]) to spanledger_writer;

/* The other traces that show a response id of these traces (parallel arrays), on the same day or the one beside it. */
create function linked_traces(org_ids text[], trace_ids uuid[])
returns table (org_id text, trace_id uuid, other_trace_id uuid)
  language sql stable security definer set search_path = '' set enable_seqscan = off set jit = off as
$$
  select distinct w.org_id, w.trace_id, other.trace_id
  from unnest(org_ids, trace_ids) as w (org_id, trace_id)
  cross join lateral (
    select s.response_hash, s.day from public.split_responses s
    where s.org_id = w.org_id and s.trace_id = w.trace_id
    offset 0
  ) as mine
  cross join lateral (
    select s.trace_id from public.split_responses s
    where s.org_id = w.org_id and s.response_hash = mine.response_hash and s.day between mine.day - 1 and mine.day + 1
      and s.trace_id <> w.trace_id
    offset 0
  ) as other
$$;
grant execute on function linked_traces(text[], uuid[]) to spanledger_writer;

reset role;

-- Down Migration
set local role spanledger_owner;
drop function linked_traces(text[], uuid[]), link_traces(text[], date[], bigint[], uuid[]),
  claim_responses(text[], date[], text[], uuid[], integer), lock_split_days(text[], date[], boolean[], integer),
  claim_day(text, date, integer);
drop table split_responses, response_traces, split_days;
delete from storage_settings where table_name in ('split_responses', 'response_traces');
reset role;
