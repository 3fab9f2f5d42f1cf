-- Up Migration
-- Databases that applied 0101 before it had alert_silences lack that table, and the api's job alert_history failed on them
-- at every turn. Where the table is there already, nothing happens.
set local role spanledger_owner;

do $$
begin
  if to_regclass('public.alert_silences') is not null then
    return;
  end if;
  create table public.alert_silences (
    org_id text collate "C" not null,
    silence_id text collate "C" not null,
    created_at timestamptz not null default now(),
    ended_at timestamptz,
    constraint alert_silences_pkey primary key (org_id, silence_id)
  );
  perform public.protect_tenant_table('alert_silences');
  grant insert, update on public.alert_silences to spanledger_api;
end
$$;

reset role;

-- Down Migration
-- The table is 0101's, which drops it.
select 1;
