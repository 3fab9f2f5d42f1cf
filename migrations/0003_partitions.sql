-- Up Migration
-- Partitions by time: created ahead and on demand, dropped by retention. Leaves live in schema `partitions`, carry
-- forced row-level security without policies and are granted to nobody: every statement goes through the parent.
set local role spanledger_owner;

create table storage_settings (
  table_name name constraint storage_settings_pkey primary key,
  partition_days integer not null,
  -- whole days a row is kept after its time
  keep_days integer not null,
  constraint storage_settings_partition_days_known check (partition_days in (1, 7)),
  constraint storage_settings_keep_days_positive check (keep_days > 0)
);
grant select on storage_settings to spanledger_writer, spanledger_api, spanledger_reader;

-- Start (UTC) of the partition of `at`; weeks begin on Monday.
create function partition_start(at timestamptz, partition_days integer) returns timestamptz
  language sql immutable set search_path = '' as
$$
  select pg_catalog.date_trunc(case partition_days when 1 then 'day' else 'week' end, at, 'UTC')
$$;
grant execute on function partition_start(timestamptz, integer) to spanledger_writer, spanledger_api, spanledger_reader;

-- What retention has dropped.
create table dropped_partitions (
  table_name name not null,
  from_time timestamptz not null,
  to_time timestamptz not null,
  dropped_at timestamptz not null default now(),
  constraint dropped_partitions_pkey primary key (table_name, from_time)
);
grant select on dropped_partitions to spanledger_writer, spanledger_api, spanledger_reader;

/* A span older than what retention dropped can no longer be told from a replay: booking it might count it twice in
   the roll-ups. So the ranges of trace_spans and llm_usage are not made again; the sender is told (SQLSTATE 22008). */
create function refuse_dropped_range(target text, starts timestamptz) returns void
  language plpgsql stable set search_path = 'pg_catalog' as
$$
begin
  if target in ('trace_spans', 'llm_usage') and exists (
    select from public.dropped_partitions d where d.table_name = target and starts >= d.from_time and starts < d.to_time
  ) then
    raise exception 'retention has dropped the rows of % around %', target, starts
      using errcode = 'datetime_field_overflow', hint = 'Records this old can no longer be told from replays.';
  end if;
end
$$;

/* Creates what is missing so that rows of `target` with a time in [from_time, to_time] have a partition; returns the
   number created. Safe for concurrent callers. ATTACH, unlike CREATE … PARTITION OF, lets other writers go on. */
create function ensure_partitions(target text, from_time timestamptz, to_time timestamptz) returns integer
  language plpgsql security definer set search_path = 'pg_catalog' as
$$
declare
  step_days integer;
  starts timestamptz;
  ends timestamptz;
  leaf name;
  leaf_schema oid := (select oid from pg_namespace where nspname = 'partitions');
  created integer := 0;
begin
  select partition_days into step_days from public.storage_settings where table_name = target;
  if step_days is null then
    raise exception 'no partitioned table named %', quote_ident(target)
      using errcode = 'undefined_table', hint = 'The names are in storage_settings.';
  end if;
  if to_time < from_time or to_time - from_time > interval '800 days' then
    raise exception 'partitions of % asked from % to %: at most 800 days, in order', target, from_time, to_time
      using errcode = 'invalid_parameter_value';
  end if;
  starts := public.partition_start(from_time, step_days);
  while starts <= to_time loop
    ends := starts + make_interval(days => step_days);
    leaf := target || '_' || to_char(starts at time zone 'UTC', 'YYYYMMDD');
    if not exists (select from pg_class where relname = leaf and relnamespace = leaf_schema) then
      perform pg_advisory_xact_lock(hashtextextended('spanledger.partitions', 0));
      -- asked of the catalogue itself: to_regclass may still remember that it was missing before the wait
      if not exists (select from pg_class where relname = leaf and relnamespace = leaf_schema) then
        perform public.refuse_dropped_range(target, starts);
        execute format('create table partitions.%I (like public.%I including defaults including constraints including storage)', leaf, target);
        execute format('alter table partitions.%I enable row level security', leaf);
        execute format('alter table partitions.%I force row level security', leaf);
        execute format('alter table public.%I attach partition partitions.%I for values from (%L) to (%L)', target, leaf,
          to_char(starts at time zone 'UTC', 'YYYY-MM-DD 00:00:00+00'), to_char(ends at time zone 'UTC', 'YYYY-MM-DD 00:00:00+00'));
        created := created + 1;
      end if;
    end if;
    starts := ends;
  end loop;
  -- the summaries of spans need theirs too
  if target = 'trace_spans' then
    created := created + public.ensure_partitions('trace_parts', from_time, to_time);
  end if;
  return created;
end
$$;
grant execute on function ensure_partitions(text, timestamptz, timestamptz) to spanledger_writer;

reset role;

-- Down Migration
set local role spanledger_owner;
drop function ensure_partitions(text, timestamptz, timestamptz), refuse_dropped_range(text, timestamptz),
  partition_start(timestamptz, integer);
drop table dropped_partitions, storage_settings;
reset role;
