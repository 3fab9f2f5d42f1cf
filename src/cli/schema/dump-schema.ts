// The schema as text, from the catalogue: tables with constraints, indexes, policies, triggers and grants, views and
// functions. In: a migrated database. Out: the same bytes for the same schema, whatever partitions exist. For reading
// and for comparing; migrations are what is run.
import type pg from 'pg'

type Queryable = Pick<pg.ClientBase, 'query'>

const HEADER = `-- Generated from the migrations by \`npm run generate:schema\`. Do not edit: a test compares it with a fresh database.
-- Partitions are left out: they are made at run time.
`

/** What the services may do; PUBLIC and the owner are listed only where they differ from "nothing" and "all". */
const GRANTS = (acl: string, owner: string, kind: string, name: string) => `
  (select string_agg(format('grant %s on ${kind} %s to %s;', privileges, ${name}, grantee), E'\\n' order by grantee)
   from (
     select case when a.grantee = 0 then 'public' else a.grantee::regrole::text end as grantee,
       string_agg(lower(a.privilege_type), ', ' order by a.privilege_type) as privileges
     from aclexplode(${acl}) a where a.grantee <> ${owner} group by 1
   ) as granted)`

const SEQUENCES = `
  select format('create sequence %I as %s;', c.relname, format_type(s.seqtypid, null)) as text, c.relname as name,
    ${GRANTS('c.relacl', 'c.relowner', 'sequence', 'c.relname')} as grants
  from pg_class c join pg_sequence s on s.seqrelid = c.oid
  where c.relnamespace = 'public'::regnamespace
    and not exists (select from pg_depend d where d.objid = c.oid and d.deptype in ('a', 'i'))
    and c.relname not like 'schema\\_migrations%'
  order by c.relname`

const TABLES = `
  select c.relname as name, c.oid::int8 as oid,
    format(E'create table %I (\\n%s\\n)%s%s;', c.relname,
      (select string_agg('  ' || line, E',\\n' order by place, line) from (
        select a.attnum::int as place, format('%I %s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
          case when a.attcollation <> t.typcollation then format(' collate %I', co.collname) else '' end,
          case when a.attnotnull then ' not null' else '' end,
          case when d.oid is not null then ' default ' || pg_get_expr(d.adbin, d.adrelid) else '' end) as line
        from pg_attribute a join pg_type t on t.oid = a.atttypid
        left join pg_collation co on co.oid = a.attcollation
        left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        union all
        select 10000, format('constraint %I %s', conname, pg_get_constraintdef(oid))
        from pg_constraint where conrelid = c.oid and contype <> 'n'
      ) as lines),
      case when c.relkind = 'p' then ' partition by ' || pg_get_partkeydef(c.oid) else '' end,
      coalesce(' with (' || array_to_string(c.reloptions, ', ') || ')', '')) as text,
    (select string_agg(pg_get_indexdef(i.indexrelid) || ';', E'\\n' order by i.indexrelid::regclass::text)
     from pg_index i where i.indrelid = c.oid
       and not exists (select from pg_constraint where conindid = i.indexrelid)) as indexes,
    case when c.relrowsecurity then format('alter table %I enable row level security;', c.relname) end as enabled,
    case when c.relforcerowsecurity then format('alter table %I force row level security;', c.relname) end as forced,
    (select string_agg(format('create policy %I on %I for %s to %s%s%s;', p.policyname, p.tablename, lower(p.cmd),
        array_to_string(p.roles, ', '), coalesce(E'\\n  using (' || p.qual || ')', ''),
        coalesce(E'\\n  with check (' || p.with_check || ')', '')), E'\\n' order by p.policyname)
     from pg_policies p where p.schemaname = 'public' and p.tablename = c.relname) as policies,
    (select string_agg(pg_get_triggerdef(t.oid) || ';', E'\\n' order by t.tgname)
     from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal) as triggers,
    ${GRANTS('c.relacl', 'c.relowner', 'table', 'c.relname')} as grants,
    (select string_agg(format('grant %s (%s) on table %I to %s;', privilege, columns, c.relname, grantee), E'\\n' order by grantee, privilege)
     from (
       select acl.grantee::regrole::text as grantee, lower(acl.privilege_type) as privilege,
         string_agg(a.attname, ', ' order by a.attnum) as columns
       from pg_attribute a cross join aclexplode(a.attacl) acl where a.attrelid = c.oid group by 1, 2
     ) as by_column) as column_grants
  from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> 'schema_migrations'
  order by c.relname`

const VIEWS = `
  select c.relname as name,
    format(E'create view %I%s as\\n%s', c.relname, coalesce(' with (' || array_to_string(c.reloptions, ', ') || ')', ''),
      pg_get_viewdef(c.oid)) as text,
    ${GRANTS('c.relacl', 'c.relowner', 'table', 'c.relname')} as grants
  from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('v', 'm') order by c.relname`

const FUNCTIONS = `
  select p.oid::regprocedure::text as name,
    case when p.prokind = 'a' then format('create aggregate %s (sfunc = %s, stype = %s);', p.oid::regprocedure,
        g.aggtransfn, format_type(g.aggtranstype, null))
      else rtrim(pg_get_functiondef(p.oid), E'\\n') || ';' end as text,
    ${GRANTS('p.proacl', 'p.proowner', 'function', 'p.oid::regprocedure')} as grants
  from pg_proc p left join pg_aggregate g on g.aggfnoid = p.oid
  where p.pronamespace = 'public'::regnamespace order by 1`

export async function dumpSchema(database: Queryable): Promise<string> {
  // Names and expressions print without schema only under this path.
  await database.query("select set_config('search_path', 'public', false), set_config('TimeZone', 'UTC', false)")
  const sections: string[] = [HEADER]
  for (const query of [SEQUENCES, TABLES, VIEWS, FUNCTIONS]) {
    const { rows } = await database.query<Record<string, string | null>>(query)
    for (const { name: _name, oid: _oid, ...parts } of rows) {
      sections.push(Object.values(parts).filter(Boolean).join('\n'))
    }
  }
  return `${sections.map((section) => section.trim()).join('\n\n')}\n`
}
