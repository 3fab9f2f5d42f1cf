-- Up Migration
-- Calls reported in two traces (LiteLLM's callback begins a trace of its own for a stream). The first trace that shows
-- a provider's response id on a day owns it here; one that shows it too is a look-up away, and only then. A call has
-- the day it starts on, and the next one where it runs across midnight. Rows are narrow, because every call with an id
-- makes one: the id's hash is enough to find a trace, whose spans then tell.
set local role spanledger_owner;

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
  claim_responses(text[], date[], text[], uuid[], integer);
drop table split_responses, response_traces;
delete from storage_settings where table_name in ('split_responses', 'response_traces');
reset role;
