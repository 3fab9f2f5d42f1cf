-- Up Migration
-- Latency as a mergeable log-scale histogram: bucket b holds ms in (1.04^(b-1), 1.04^b], so the bucket's middle is
-- within 2 % of every value in it. bucket 0 is ≤ 1 ms, 450 is ≥ 12.9 h. Kept sparse in a bigint[]: each entry is
-- bucket * 2^32 + calls (calls may be negative: reversals). Merging is concatenation, compacted when it grows.
-- The small functions set no search_path: Postgres inlines only functions without settings, which is twenty times faster.
set local role spanledger_owner;

create function histogram_bucket(value_ms double precision) returns integer
  language sql immutable parallel safe as
$$ select case when value_ms <= 1 then 0 else least(450, pg_catalog.ceil(pg_catalog.ln(value_ms) / 0.039220713153281295)::integer) end $$;

-- Middle of a bucket in ms: equally far, relatively, from both ends.
create function histogram_value(bucket integer) returns double precision
  language sql immutable parallel safe as
$$ select case when bucket = 0 then 1 else pg_catalog.exp(0.039220713153281295 * bucket) * 2 / 2.04 end $$;

create function histogram_entry(bucket integer, calls bigint) returns bigint
  language sql immutable parallel safe as
$$ select bucket * 4294967296::bigint + calls $$;

create function histogram_buckets(histogram bigint[]) returns table (bucket integer, calls bigint)
  language sql immutable parallel safe set search_path = '' as
$$
  select ((entry + 2147483648) >> 32)::integer as bucket, sum(entry - (((entry + 2147483648) >> 32) << 32))::bigint
  from unnest(histogram) as entry
  group by 1 having sum(entry - (((entry + 2147483648) >> 32) << 32)) <> 0
  order by 1
$$;

create function histogram_compact(histogram bigint[]) returns bigint[]
  language sql immutable parallel safe set search_path = '' as
$$ select coalesce(array_agg(public.histogram_entry(bucket, calls) order by bucket), '{}') from public.histogram_buckets(histogram) $$;

create function histogram_add(a bigint[], b bigint[]) returns bigint[]
  language sql immutable parallel safe as
$$ select case when cardinality(a) + cardinality(b) <= 640 then a || b else public.histogram_compact(a || b) end $$;

create aggregate histogram_merge(bigint[]) (sfunc = histogram_add, stype = bigint[], initcond = '{}', combinefunc = histogram_add, parallel = safe);

/* The value below which the share `p` (0 to 1) of the calls lies, in ms, within 2 %; null when there are none. */
create function histogram_percentile(histogram bigint[], p double precision) returns double precision
  language sql immutable parallel safe set search_path = '' as
$$
  select public.histogram_value(bucket)
  from (
    select bucket, sum(calls) over (order by bucket) as seen, sum(calls) over () as total
    from public.histogram_buckets(histogram)
  ) as running
  where seen >= greatest(1, pg_catalog.ceil(p * total))
  order by bucket limit 1
$$;

grant execute on function histogram_bucket(double precision), histogram_value(integer), histogram_entry(integer, bigint),
  histogram_buckets(bigint[]), histogram_compact(bigint[]), histogram_add(bigint[], bigint[]), histogram_merge(bigint[]),
  histogram_percentile(bigint[], double precision)
  to spanledger_writer, spanledger_api, spanledger_tenant, spanledger_reader;

reset role;

-- Down Migration
set local role spanledger_owner;
drop function histogram_percentile(bigint[], double precision);
drop aggregate histogram_merge(bigint[]);
drop function histogram_add(bigint[], bigint[]), histogram_compact(bigint[]), histogram_buckets(bigint[]),
  histogram_entry(integer, bigint), histogram_value(integer), histogram_bucket(double precision);
reset role;
