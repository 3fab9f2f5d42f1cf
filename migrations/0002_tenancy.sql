-- Up Migration
-- Organisations and what belongs to them, and the one way a table becomes a tenant table.
set local role spanledger_owner;

-- Which organisation a reader_<org> login belongs to. Only the function below reads it.
create table tenant_readers (
  role_name name constraint tenant_readers_pkey primary key,
  org_id text collate "C" not null,
  created_at timestamptz not null default now()
);
alter table tenant_readers enable row level security;
alter table tenant_readers force row level security;
create policy owner_all on tenant_readers to spanledger_owner using (true) with check (true);

-- session_user is who logged in: neither SET ROLE nor set_config changes it.
create function reader_org() returns text
  language sql stable security definer set search_path = '' as
$$ select org_id from public.tenant_readers where role_name = session_user $$;
grant execute on function reader_org() to spanledger_tenant;

-- The organisation that withOrg set for this transaction; null (which matches nothing) when none is set.
create function current_org() returns text
  language sql stable set search_path = '' as
$$ select nullif(pg_catalog.current_setting('app.org_id', true), '') $$;
grant execute on function current_org() to spanledger_api;

-- Row-level security, forced, and its four policies: the owner's definer functions see all, the api its current
-- organisation, a tenant's reader its own, the superadmin reader all. Writing needs grants as well.
create function protect_tenant_table(target regclass) returns void
  language plpgsql set search_path = 'pg_catalog' as
$$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format('create policy owner_all on %s to spanledger_owner using (true) with check (true)', target);
  execute format('create policy api_own_org on %s to spanledger_api using (org_id = (select public.current_org())) with check (org_id = (select public.current_org()))', target);
  execute format('create policy tenant_own_org on %s for select to spanledger_tenant using (org_id = (select public.reader_org()))', target);
  execute format('create policy reader_all on %s for select to spanledger_reader using (true)', target);
  execute format('grant select on %s to spanledger_api, spanledger_tenant, spanledger_reader', target);
end
$$;

create table organisations (
  org_id text collate "C" constraint organisations_pkey primary key,
  name text not null,
  created_at timestamptz not null default now(),
  constraint organisations_org_id_form check (org_id ~ '^[A-Za-z0-9._:@-]{1,128}$')
);
select protect_tenant_table('organisations');
grant insert, update on organisations to spanledger_api;

create table members (
  org_id text collate "C" not null constraint members_org_id_fkey references organisations on delete cascade,
  user_id text collate "C" not null,
  role text not null default 'member',
  created_at timestamptz not null default now(),
  constraint members_pkey primary key (org_id, user_id),
  constraint members_role_known check (role in ('member', 'admin', 'superadmin'))
);
create index members_user_id_idx on members (user_id);
select protect_tenant_table('members');
grant insert, update, delete on members to spanledger_api;

-- Sign-in needs a user's organisations before one is chosen.
create function organisations_of(for_user_id text) returns table (org_id text, org_name text, role text)
  language sql stable security definer set search_path = '' as
$$
  select m.org_id, o.name, m.role
  from public.members m join public.organisations o on o.org_id = m.org_id
  where m.user_id = for_user_id
  order by m.org_id
$$;
grant execute on function organisations_of(text) to spanledger_api;

create table deals (
  org_id text collate "C" not null constraint deals_org_id_fkey references organisations on delete cascade,
  deal_id text collate "C" not null,
  name text not null,
  created_at timestamptz not null default now(),
  constraint deals_pkey primary key (org_id, deal_id),
  constraint deals_deal_id_form check (deal_id ~ '^[A-Za-z0-9._:@-]{1,128}$')
);
select protect_tenant_table('deals');
grant insert, update, delete on deals to spanledger_api;

create table departments (
  org_id text collate "C" not null constraint departments_org_id_fkey references organisations on delete cascade,
  department text collate "C" not null,
  owner text not null default '',
  budget_usd_month numeric,
  created_at timestamptz not null default now(),
  constraint departments_pkey primary key (org_id, department),
  constraint departments_budget_not_negative check (budget_usd_month >= 0)
);
select protect_tenant_table('departments');
grant insert, update, delete on departments to spanledger_api;

create table environments (
  org_id text collate "C" not null constraint environments_org_id_fkey references organisations on delete cascade,
  environment text collate "C" not null,
  description text not null default '',
  created_at timestamptz not null default now(),
  constraint environments_pkey primary key (org_id, environment)
);
select protect_tenant_table('environments');
grant insert, update, delete on environments to spanledger_api;

create table agents (
  org_id text collate "C" not null constraint agents_org_id_fkey references organisations on delete cascade,
  agent_id text collate "C" not null,
  name text not null default '',
  department text collate "C" not null default '',
  environment text collate "C" not null default 'production',
  version text not null default 'v1.0',
  status text not null default 'active',
  owner_team text not null default '',
  -- agent_id of the agent that takes over from a deprecated one
  replacement text collate "C",
  created_at timestamptz not null default now(),
  constraint agents_pkey primary key (org_id, agent_id),
  constraint agents_status_known check (status in ('active', 'beta', 'deprecated'))
);
select protect_tenant_table('agents');
grant insert, update, delete on agents to spanledger_api;

-- Who may send telemetry. Tokens are kept as SHA-256 only; org_ids null means any organisation.
create table writer_tokens (
  token_sha256 bytea constraint writer_tokens_pkey primary key,
  name text not null constraint writer_tokens_name_key unique,
  org_ids text[],
  created_at timestamptz not null default now(),
  revoked_at timestamptz,
  constraint writer_tokens_sha256_length check (octet_length(token_sha256) = 32)
);
grant select on writer_tokens to spanledger_writer;

reset role;

-- Down Migration
set local role spanledger_owner;
drop table writer_tokens, agents, environments, departments, deals, members, organisations, tenant_readers cascade;
drop function organisations_of(text), protect_tenant_table(regclass), current_org(), reader_org();
reset role;
