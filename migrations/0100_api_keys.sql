-- Up Migration
-- API keys. A key is kept as its SHA-256 only, belongs to one organisation and has a role in it.
set local role spanledger_owner;

create table api_keys (
  org_id text collate "C" not null constraint api_keys_org_id_fkey references organisations on delete cascade,
  key_sha256 text collate "C" constraint api_keys_pkey primary key,
  name text collate "C" not null,
  role text not null default 'member',
  created_by text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  constraint api_keys_name_key unique (org_id, name),
  constraint api_keys_sha256_form check (key_sha256 ~ '^[0-9a-f]{64}$'),
  constraint api_keys_name_form check (name ~ '^[A-Za-z0-9._:@-]{1,64}$'),
  -- A superadmin is a person: a key that sees every organisation would be one leak away from everything.
  constraint api_keys_role_known check (role in ('member', 'admin'))
);
alter table api_keys enable row level security;
alter table api_keys force row level security;
create policy owner_all on api_keys to spanledger_owner using (true) with check (true);
create policy api_own_org on api_keys to spanledger_api
  using (org_id = (select current_org())) with check (org_id = (select current_org()));
-- Readers, who write their own SQL, have no business with hashes of credentials.
grant select, insert, update, delete on api_keys to spanledger_api;

-- Sign-in happens before an organisation is chosen.
create function api_key_grant(sha256 text) returns table (org_id text, role text, name text)
  language sql stable security definer set search_path = '' as
$$
  select k.org_id, k.role, k.name from public.api_keys k
   where k.key_sha256 = sha256 and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
$$;
grant execute on function api_key_grant(text) to spanledger_api;

reset role;

-- Down Migration
set local role spanledger_owner;
drop function api_key_grant(text);
drop table api_keys;
reset role;
