// Rules of isolation that hold for every table, view, function and role, whoever adds one.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createReader, createTenant, dropTenant } from '../../../src/cli/tenants.ts'
import { createClients } from '../../support/database-clients.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

let database: TestDatabase
const clients = createClients()
beforeAll(async () => {
  database = await createTestDatabase()
  const owner = await clients.connect(database.ownerUrl)
  await owner.query('select ensure_partitions_ahead()')
  await createTenant(owner, 'catalogue-org', 'x')
  await createReader(owner, 'catalogue-org')
})
afterAll(async () => {
  await dropTenant(await clients.connect(database.ownerUrl), 'catalogue-org')
  await clients.end()
  await database?.drop()
})

const ask = (text: string) => clients.rows(database.ownerUrl, text)

/** Every relation with an org_id, leaves of partitioned tables included. */
const TENANT_TABLES = `
  select c.oid, c.oid::regclass::text as name, c.relispartition as is_leaf, c.relrowsecurity, c.relforcerowsecurity
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped
  where c.relkind in ('r', 'p') and c.relnamespace in ('public'::regnamespace, 'partitions'::regnamespace)`

const RULES: [rule: string, violations: string, breakIt: string][] = [
  [
    'every table with org_id has row-level security enabled and forced, leaves too',
    `select name from (${TENANT_TABLES}) t where not (relrowsecurity and relforcerowsecurity)`,
    'create table broken (org_id text)',
  ],
  [
    'every such table has policies; leaves have none and are granted to nobody',
    `select name from (${TENANT_TABLES}) t
     where is_leaf <> not exists (select from pg_policy where polrelid = t.oid)
       or (is_leaf and exists (select from pg_class c, aclexplode(c.relacl) g where c.oid = t.oid and g.grantee <> c.relowner))
       or (is_leaf and exists (select from pg_attribute where attrelid = t.oid and attacl is not null))`,
    'create table broken (org_id text); alter table broken enable row level security, force row level security',
  ],
  [
    'no policy of a tenant table lets anyone but owner and superadmin reader through without naming the organisation',
    `select polrelid::regclass::text || '.' || polname as name from pg_policy
     where polrelid in (select oid from (${TENANT_TABLES}) t)
       and not polroles <@ array['spanledger_owner'::regrole::oid, 'spanledger_reader'::regrole::oid]
       and coalesce(pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) !~ 'org_id = .*(current_org|reader_org)\\(\\)'`,
    'create policy broken on deals to spanledger_tenant using (true)',
  ],
  [
    'policies name roles, never public',
    'select polname as name from pg_policy where polroles = array[0::oid]',
    'create policy broken on deals using (false)',
  ],
  [
    'no login role of ours is superuser or may create roles or databases; only the writer bypasses row-level security',
    `select rolname as name from pg_roles where rolcanlogin and rolname ~ '^(spanledger|reader)_'
       and (rolsuper or rolcreaterole or rolcreatedb or rolreplication or (rolbypassrls and rolname <> 'spanledger_writer'))`,
    'create role reader_broken login bypassrls',
  ],
  [
    'nobody but the superuser can become the owner or the writer',
    `select member::regrole::text as name from pg_auth_members
     where roleid in ('spanledger_owner'::regrole, 'spanledger_writer'::regrole)`,
    'grant spanledger_owner to spanledger_api',
  ],
  [
    'every view is security_invoker',
    `select relname as name from pg_class where relkind = 'v' and relnamespace = 'public'::regnamespace
       and not coalesce(reloptions, '{}') && array['security_invoker=true', 'security_invoker=on', 'security_invoker=1']`,
    'create view broken as select * from deals',
  ],
  [
    'there is no materialised view',
    "select relname as name from pg_class where relkind = 'm' and relnamespace = 'public'::regnamespace",
    'create materialized view broken as select * from deals',
  ],
  [
    'unique keys of tenant tables start with org_id',
    // api_keys by hash and budgets by generated uuid are looked up before the organisation is known; both are drawn by
    // the server from more than 2^122 values, so no tenant can meet another's. A login belongs to one organisation.
    `select i.indexrelid::regclass::text as name from pg_index i join (${TENANT_TABLES}) t on t.oid = i.indrelid
     where i.indisunique and (select attname from pg_attribute where attrelid = i.indrelid and attnum = i.indkey[0]) <> 'org_id'
       and i.indexrelid::regclass::text not in ('api_keys_pkey', 'budgets_pkey', 'tenant_readers_pkey')`,
    'create unique index broken on deals (deal_id)',
  ],
  [
    'SECURITY DEFINER functions pin their search_path and are executable by named roles only',
    `select p.oid::regprocedure::text as name from pg_proc p
     where pronamespace = 'public'::regnamespace and prosecdef
       and (not exists (select from unnest(proconfig) c where c like 'search_path=%')
         or proacl is null or exists (select from aclexplode(proacl) where grantee = 0))`,
    "create function broken() returns int language sql security definer as 'select 1'",
  ],
  [
    'tenant readers can run no definer function but reader_org',
    `select p.oid::regprocedure::text as name from pg_proc p where pronamespace = 'public'::regnamespace and prosecdef
       and has_function_privilege('spanledger_tenant', p.oid, 'execute') and proname <> 'reader_org'`,
    "create function broken() returns int language sql security definer set search_path = '' as 'select 1'; grant execute on function broken() to spanledger_tenant",
  ],
  [
    'readers write nothing',
    `select c.oid::regclass || ' ' || privilege_type as name from pg_class c, aclexplode(c.relacl) g
     where g.grantee in ('spanledger_tenant'::regrole, 'spanledger_reader'::regrole, 0)
       and privilege_type in ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', 'REFERENCES', 'MAINTAIN')
       and c.relnamespace in ('public'::regnamespace, 'partitions'::regnamespace)`,
    'grant insert on deals to spanledger_tenant',
  ],
  [
    'the writer reads key columns only, of tables it writes',
    `select attrelid::regclass || '.' || attname as name from pg_attribute a, aclexplode(attacl) g
     where g.grantee = 'spanledger_writer'::regrole and privilege_type = 'SELECT'
       and attname not in ('org_id', 'trace_id', 'span_id', 'start_time', 'created_at', 'time', 'revision', 'log_id', 'record_id', 'content_hash')
     union all
     select c.relname from pg_class c, aclexplode(c.relacl) g
     where g.grantee = 'spanledger_writer'::regrole and privilege_type <> 'INSERT' and c.oid in (select oid from (${TENANT_TABLES}) t)`,
    'grant select (deal_id) on llm_usage to spanledger_writer',
  ],
  [
    'PUBLIC cannot create objects, take advisory locks or make large objects',
    `select 'create in public' as name where exists (select from pg_namespace, aclexplode(nspacl) where nspname = 'public' and grantee = 0 and privilege_type = 'CREATE')
     union all select 'use of schema partitions' from pg_namespace, aclexplode(nspacl) where nspname = 'partitions' and grantee <> nspowner
     union all select datname || ' ' || privilege_type from pg_database, aclexplode(datacl) where datname = current_database() and grantee = 0
     union all select 'database without limits' from pg_database where datname = current_database() and datacl is null
     union all select oid::regprocedure::text from pg_proc
       where proname ~ '^(pg_(try_)?advisory.*lock|lo_creat|lo_put|lowrite|lo_from_bytea)' and has_function_privilege('spanledger_tenant', oid, 'execute')`,
    'grant create on schema public to public',
  ],
]

describe.each(RULES)('%s', (_rule, violations, breakIt) => {
  test('holds', async () => {
    expect(await ask(violations)).toEqual([])
  })

  test('is noticed when broken (control)', async () => {
    const owner = await clients.connect(database.ownerUrl)
    await owner.query('begin')
    await owner.query(breakIt)
    const { rows } = await owner.query(violations)
    await owner.query('rollback')
    expect(rows.length).toBeGreaterThan(0)
  })
})

test('every tenant reader is read-only, bounded in time, and nothing but a tenant', async () => {
  const [role] = await ask(`select rolconfig, rolsuper, rolbypassrls, rolconnlimit,
    (select array_agg(roleid::regrole::text) from pg_auth_members where member = r.oid) as groups
    from pg_roles r where rolname = 'reader_catalogue-org'`)
  expect(role).toMatchObject({ rolsuper: false, rolbypassrls: false, rolconnlimit: 20, groups: ['spanledger_tenant'] })
  expect(role.rolconfig).toEqual(expect.arrayContaining(['default_transaction_read_only=on', 'statement_timeout=30s']))
})
