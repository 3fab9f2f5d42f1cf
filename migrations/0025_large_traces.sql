-- Up Migration
-- For traces of very many spans, which come in very many requests: whether what the ledger remembers of one is all there is,
-- and the lines of some of its spans instead of all.
set local role spanledger_owner;

/* What changes whenever a trace gets a span, whoever wrote it (parallel arrays): its rows in trace_parts are updated by each
   transaction that adds one. Another server, or this one started anew, may hold another past. No row for a trace without spans. */
create function trace_versions(org_ids text[], trace_ids text[]) returns table (org_id text, trace_id text, version text)
  language sql stable security definer set search_path = ''
  set enable_seqscan = off set jit = off as
$$
  select wanted.org_id, wanted.trace_id,
    string_agg(concat_ws(':', part.day, part.span_count, part.xmin), ',' order by part.day)
      || ' ' || extract(epoch from pg_postmaster_start_time())
  from (select distinct w.org_id, w.trace_id from unnest(org_ids, trace_ids) as w (org_id, trace_id)) as wanted
  cross join lateral (
    select f.day, f.span_count, f.xmin from public.trace_parts f
    where f.org_id = wanted.org_id and f.trace_id = wanted.trace_id
    offset 0
  ) as part
  group by wanted.org_id, wanted.trace_id
$$;
grant execute on function trace_versions(text[], text[]) to spanledger_writer;

/* What is booked for some spans (parallel arrays): all their lines. The start is that of the span: one partition is asked. */
create function span_lines(org_ids text[], trace_ids text[], span_ids text[], starts timestamptz[]) returns setof llm_usage
  language sql stable security definer set search_path = ''
  set enable_seqscan = off set jit = off as
$$
  select u.*
  from (
    select distinct w.org_id, w.trace_id, w.span_id, w.start_time
    from unnest(org_ids, trace_ids, span_ids, starts) as w (org_id, trace_id, span_id, start_time)
  ) as wanted
  cross join lateral (
    select * from public.llm_usage f
    where f.org_id = wanted.org_id and f.trace_id = wanted.trace_id and f.span_id = wanted.span_id
      and f.created_at = wanted.start_time
    offset 0
  ) as u
  order by u.org_id, u.trace_id, u.created_at, u.span_id, u.revision
$$;
grant execute on function span_lines(text[], text[], text[], timestamptz[]) to spanledger_writer;

reset role;

-- Down Migration
set local role spanledger_owner;
drop function span_lines(text[], text[], text[], timestamptz[]), trace_versions(text[], text[]);
reset role;
