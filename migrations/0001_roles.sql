-- Up Migration
-- Roles, schemas and what PUBLIC may not do. Roles belong to the cluster, so they may exist already: another database
-- of the same cluster made them. Passwords are set by `spanledger bootstrap`, never here.

do $$
declare
  wanted text[][] := array[
    -- Owns every object. Nobody logs in as it; SECURITY DEFINER functions run as it.
    array['spanledger_owner', 'nologin'],
    -- The ledger. BYPASSRLS because COPY is refused where row-level security applies; its column grants are the bound.
    array['spanledger_writer', 'login bypassrls'],
    -- The api: sees the organisation that withOrg sets, or reads all through `set local role spanledger_reader`.
    array['spanledger_api', 'login noinherit'],
    -- Superadmin reader.
    array['spanledger_reader', 'login'],
    -- Group of the per-organisation logins reader_<org>.
    array['spanledger_tenant', 'nologin']
  ];
  item text[];
begin
  foreach item slice 1 in array wanted loop
    begin
      execute format('create role %I %s', item[1], item[2]);
    exception when duplicate_object or unique_violation then
      null;
    end;
  end loop;
  -- Asked first: two databases of one cluster migrated at once must not update the same catalogue row.
  if not pg_has_role('spanledger_api', 'spanledger_reader', 'member') then
    grant spanledger_reader to spanledger_api;
  end if;
  if not exists (select from pg_db_role_setting where setrole = 'spanledger_reader'::regrole and setdatabase = 0) then
    alter role spanledger_reader set default_transaction_read_only = on;
    alter role spanledger_reader set statement_timeout = '60s';
  end if;
end
$$;

create schema partitions authorization spanledger_owner;
grant usage, create on schema public to spanledger_owner;
revoke create on schema public from public;
grant usage on schema public to spanledger_writer, spanledger_api, spanledger_reader, spanledger_tenant;
grant select on schema_migrations to spanledger_owner, spanledger_writer, spanledger_api, spanledger_reader;

-- New functions are callable only by those they are granted to.
alter default privileges for role spanledger_owner revoke execute on functions from public;

-- Advisory locks serialise the ledger's writers: a reader who could take them could stop ingestion.
-- Large objects are the one thing any login may write by default.
do $$
declare
  routine regprocedure;
begin
  for routine in
    select oid from pg_proc
    where pronamespace = 'pg_catalog'::regnamespace
      and (proname like 'pg\_advisory%' or proname like 'pg\_try\_advisory%'
        or proname in ('lo_create', 'lo_creat', 'lo_from_bytea', 'lo_put', 'lowrite', 'lo_open', 'lo_unlink', 'lo_truncate', 'lo_truncate64'))
  loop
    execute format('revoke execute on function %s from public', routine);
    if routine::text ~ 'advisory' then
      execute format('grant execute on function %s to spanledger_owner, spanledger_writer, spanledger_api', routine);
    end if;
  end loop;
end
$$;

-- Access to a database does not travel with its template, so this is a function: migrations, restores and copies call it.
create function secure_database() returns void
  language plpgsql set search_path = '' as
$$
begin
  execute pg_catalog.format('revoke all on database %I from public', pg_catalog.current_database());
  execute pg_catalog.format('grant connect on database %I to spanledger_writer, spanledger_api, spanledger_reader, spanledger_tenant', pg_catalog.current_database());
  -- The ledger's fall-back path stages rows in temporary tables.
  execute pg_catalog.format('grant temporary on database %I to spanledger_writer', pg_catalog.current_database());
end
$$;
revoke execute on function secure_database() from public;
select secure_database();

-- Down Migration
drop function secure_database();
do $$
declare
  routine regprocedure;
begin
  execute format('grant connect, temporary on database %I to public', current_database());
  execute format('revoke all on database %I from spanledger_writer, spanledger_api, spanledger_reader, spanledger_tenant', current_database());
  for routine in
    select oid from pg_proc
    where pronamespace = 'pg_catalog'::regnamespace
      and (proname like 'pg\_advisory%' or proname like 'pg\_try\_advisory%'
        or proname in ('lo_create', 'lo_creat', 'lo_from_bytea', 'lo_put', 'lowrite', 'lo_open', 'lo_unlink', 'lo_truncate', 'lo_truncate64'))
  loop
    execute format('grant execute on function %s to public', routine);
    if routine::text ~ 'advisory' then
      execute format('revoke execute on function %s from spanledger_owner, spanledger_writer, spanledger_api', routine);
    end if;
  end loop;
end
$$;
alter default privileges for role spanledger_owner grant execute on functions to public;
drop schema partitions;
revoke all on schema_migrations from spanledger_owner, spanledger_writer, spanledger_api, spanledger_reader;
revoke all on schema public from spanledger_owner, spanledger_writer, spanledger_api, spanledger_reader, spanledger_tenant;
grant create on schema public to spanledger_owner;
revoke create on schema public from spanledger_owner;
-- The roles stay: they belong to the cluster and may serve another database.
