-- Up Migration
-- Retention: whole partitions are dropped once all their rows are past storage_settings.keep_days; nothing is deleted
-- row by row, and roll-ups stay. Run by `spanledger retention` or any scheduler that calls the functions.
set local role spanledger_owner;

/* Every leaf with its bounds. Leaves are named <table>_YYYYMMDD by ensure_partitions. */
create view partition_leaves with (security_invoker = true) as
select parent.relname as table_name, leaf.relname as leaf_name,
  to_date(right(leaf.relname, 8), 'YYYYMMDD')::timestamp at time zone 'UTC' as from_time,
  (to_date(right(leaf.relname, 8), 'YYYYMMDD') + settings.partition_days)::timestamp at time zone 'UTC' as to_time
from pg_catalog.pg_inherits
join pg_catalog.pg_class parent on parent.oid = inhparent
join pg_catalog.pg_class leaf on leaf.oid = inhrelid
join pg_catalog.pg_namespace leaf_schema on leaf_schema.oid = leaf.relnamespace and leaf_schema.nspname = 'partitions'
join storage_settings settings on settings.table_name = parent.relname
where leaf.relkind = 'r';
grant select on partition_leaves to spanledger_api, spanledger_reader;

create function expired_partitions(as_of timestamptz default now())
returns table (table_name name, leaf_name name, from_time timestamptz, to_time timestamptz)
  language sql stable set search_path = '' as
$$
  select leaf.table_name, leaf.leaf_name, leaf.from_time, leaf.to_time
  from public.partition_leaves leaf join public.storage_settings settings using (table_name)
  where leaf.to_time <= as_of - pg_catalog.make_interval(days => settings.keep_days)
  order by leaf.from_time, leaf.table_name
$$;
grant execute on function expired_partitions(timestamptz) to spanledger_api, spanledger_reader;

/* Drops one expired partition. Takes the parent's exclusive lock for a moment; waits at most two seconds for it, so a
   long query delays retention and not the writers behind it. */
create function drop_expired_partition(leaf name, as_of timestamptz default now()) returns void
  language plpgsql set search_path = 'pg_catalog' set lock_timeout = '2s' as
$$
declare
  expired record;
begin
  select * into expired from public.expired_partitions(as_of) as e where e.leaf_name = leaf;
  if not found then
    raise exception 'partition % is not expired', quote_ident(leaf)
      using errcode = 'object_not_in_prerequisite_state', hint = 'keep_days in storage_settings decides.';
  end if;
  execute format('drop table partitions.%I', leaf);
  insert into public.dropped_partitions (table_name, from_time, to_time)
  values (expired.table_name, expired.from_time, expired.to_time)
  on conflict (table_name, from_time) do update set dropped_at = now();
end
$$;

/* Partitions for the days to come, so that no writer has to wait for one; returns the number created. */
create function ensure_partitions_ahead(days_ahead integer default 14) returns integer
  language sql security definer set search_path = '' as
$$
  select coalesce(sum(public.ensure_partitions(table_name::text, now(), now() + pg_catalog.make_interval(days => days_ahead))), 0)::integer
  from public.storage_settings where table_name <> 'trace_parts'
$$;
grant execute on function ensure_partitions_ahead(integer) to spanledger_writer;

reset role;

-- Down Migration
set local role spanledger_owner;
drop function ensure_partitions_ahead(integer), drop_expired_partition(name, timestamptz), expired_partitions(timestamptz);
drop view partition_leaves;
reset role;
