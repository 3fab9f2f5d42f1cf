-- Up Migration
-- "As known on 20 November" means: with everything recorded on that day. A date, and a day written as text, used to be
-- that day's first moment in the session's zone; now they are the day's end in UTC, as days are everywhere else here.
set local role spanledger_owner;

/* What calls of a period cost as far as was known when that UTC day was over. */
create function cost_as_known_on(known_on date, from_time timestamptz default '-infinity', to_time timestamptz default 'infinity')
returns table (org_id text, calls bigint, unpriced_calls bigint, cost_usd numeric)
  language sql stable set search_path = '' as
$$
  select * from public.cost_as_known_on(
    (known_on + 1)::timestamp at time zone 'UTC' - interval '1 microsecond', from_time, to_time)
$$;

/* The same for a day or a moment as people write it: '2026-11-20', '2026-11-20 15:00Z'. */
create function cost_as_known_on(known_on text, from_time timestamptz default '-infinity', to_time timestamptz default 'infinity')
returns table (org_id text, calls bigint, unpriced_calls bigint, cost_usd numeric)
  language sql stable set search_path = '' as
$$
  select * from public.cost_as_known_on(
    case when known_on ~ '^\s*\d{4}-\d\d?-\d\d?\s*$'
      then (known_on::date + 1)::timestamp at time zone 'UTC' - interval '1 microsecond'
      else known_on::timestamptz end,
    from_time, to_time)
$$;
grant execute on function cost_as_known_on(date, timestamptz, timestamptz), cost_as_known_on(text, timestamptz, timestamptz)
  to spanledger_api, spanledger_tenant, spanledger_reader;

reset role;

-- Down Migration
set local role spanledger_owner;
drop function cost_as_known_on(text, timestamptz, timestamptz), cost_as_known_on(date, timestamptz, timestamptz);
reset role;
