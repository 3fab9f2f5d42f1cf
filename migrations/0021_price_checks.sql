-- Up Migration
-- A price nobody can calculate with is refused where it is written. numeric has NaN and Infinity, and both pass `>= 0`.
-- Rows that stand already are left: the ledger passes over them, says which they are, and books on.
set local role spanledger_owner;

/* As far as SQL can tell: the book reads patterns with JavaScript's regular expressions, and what only one of the two
   dialects has ((?i), ***) is refused as well. */
create function is_model_pattern(pattern text) returns boolean
  language plpgsql immutable set search_path = 'pg_catalog' as
$$
begin
  if pattern = '' or length(pattern) > 512 then
    return false;
  end if;
  if left(pattern, 1) <> '~' then
    return true;
  end if;
  perform '' ~ substr(pattern, 2);
  return length(pattern) > 1 and pattern !~ '^~(\*\*\*|\(\?[a-z]+\))';
exception when invalid_regular_expression then
  return false;
end
$$;
grant execute on function is_model_pattern(text) to spanledger_api;

alter table model_prices
  add constraint model_prices_finite check (usd_per_million < 'Infinity') not valid,
  add constraint model_prices_provider_named check (provider <> '') not valid,
  add constraint model_prices_pattern_readable check (is_model_pattern(model_pattern)) not valid;

do $$
declare
  added text;
begin
  foreach added in array array['model_prices_finite', 'model_prices_provider_named', 'model_prices_pattern_readable'] loop
    begin
      execute format('alter table public.model_prices validate constraint %I', added);
    exception when check_violation then
      raise notice '% holds for new rows only: a row of model_prices breaks it (spanledger prices list names it)', added;
    end;
  end loop;
end
$$;

reset role;

-- Down Migration
set local role spanledger_owner;
alter table model_prices
  drop constraint model_prices_pattern_readable, drop constraint model_prices_provider_named, drop constraint model_prices_finite;
drop function is_model_pattern(text);
reset role;
