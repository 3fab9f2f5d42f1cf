// The attacks, generated: reading statements × relations and functions × ways to come in; writing statements × tables.
// Each is a SQL text with the victim's organisation in it. Whoever may see the victim's rows runs the same text as the
// positive control, so that an attack that could never have worked does not count.
import type { Tenant } from '../../support/two-tenants.ts'

/** Functions that return tenant rows, with arguments wide enough to catch everything. */
export const READING_FUNCTIONS = [
  "get_daily_costs('2026-01-01', '2027-01-01')",
  ...['feature', 'provider', 'model', 'deal', 'agent', 'department', 'organisation', 'environment', 'version'].map(
    (by) => `get_costs_by_${by}()`,
  ),
  "cost_as_known_on('infinity')",
  'get_latency_percentiles()',
  "traces_between('2026-11-20', '2026-11-21')",
]

type Read = [name: string, sql: (from: string, victim: Tenant) => string]

export const READS: Read[] = [
  ['plain', (from) => `select to_jsonb(t)::text as seen from ${from} t`],
  [
    'naming the victim',
    (from, v) =>
      `select to_jsonb(t)::text as seen from ${from} t where to_jsonb(t)::text like '%${v.marker}%' or to_jsonb(t)::text like '%${v.orgId}%'`,
  ],
  ['always true', (from, v) => `select to_jsonb(t)::text as seen from ${from} t where true or '${v.orgId}' = ''`],
  [
    'in a materialised CTE',
    (from) => `with x as materialized (select * from ${from}) select to_jsonb(x)::text as seen from x`,
  ],
  ['in a correlated subquery', (from) => `select (select string_agg(to_jsonb(t)::text, ',') from ${from} t) as seen`],
  [
    'as XML',
    (from) => `select query_to_xml('select * from ${from.replaceAll("'", "''")}', true, true, '')::text as seen`,
  ],
  ['as one array', (from) => `select array_agg(t)::text as seen from ${from} t`],
  [
    'in a lateral join',
    (from, v) =>
      `select to_jsonb(t)::text as seen from (values ('${v.orgId}')) w (org) cross join lateral (select * from ${from}) t`,
  ],
  [
    'set operation',
    (from) => `select to_jsonb(t)::text as seen from ${from} t union select to_jsonb(t)::text from ${from} t`,
  ],
]

/** Only where the relation has org_id. */
export const RELATION_READS: Read[] = [
  [
    'organisation in the key',
    (from, v) => `select to_jsonb(t)::text as seen from ${from} t where org_id = '${v.orgId}'`,
  ],
  [
    'organisation in a list',
    (from, v) => `select to_jsonb(t)::text as seen from ${from} t where org_id = any('{${v.orgId},x}')`,
  ],
  [
    'organisation by pattern',
    (from, v) => `select to_jsonb(t)::text as seen from ${from} t where org_id ~ '^${v.orgId.slice(0, 8)}'`,
  ],
  // Errors and timing of a predicate must not be reached by foreign rows.
  [
    'error as a side channel',
    (from, v) => `select 1 / (case when org_id = '${v.orgId}' then 0 else 1 end) as seen from ${from} t`,
  ],
  [
    'cast error as a side channel',
    (from, v) =>
      `select (case when org_id = '${v.orgId}' then to_jsonb(t)::text else '1' end)::int as seen from ${from} t`,
  ],
  [
    'existence',
    (from, v) => `select 'found ${v.marker}' as seen where exists (select from ${from} where org_id = '${v.orgId}')`,
  ],
]

type Write = [name: string, sql: (table: string, victim: Tenant, attacker: Tenant) => string]

/** Run with the row count or the error as the outcome; the control runs them as superuser and expects a row. */
export const WRITES: Write[] = [
  ['update', (table, v) => `update ${table} set org_id = org_id where org_id = '${v.orgId}'`],
  ['delete', (table, v) => `delete from ${table} where org_id = '${v.orgId}'`],
  [
    'delete by key of all',
    (table, v) => `delete from ${table} t using (select '${v.orgId}' as org) w where t.org_id = w.org`,
  ],
  [
    'insert a row for the victim',
    (table, v, attacker) =>
      `insert into ${table} overriding system value
       select (jsonb_populate_record(t, jsonb_build_object('org_id', '${v.orgId}'))).* from ${table} t where org_id = '${attacker.orgId}' limit 1`,
  ],
  ['truncate', (table) => `truncate ${table} cascade`],
]

/** What people put where an organisation id belongs. */
export const FORGED_ORGS = [
  ['empty', () => ''],
  ['wildcard', () => '%'],
  ['star', () => '*'],
  ['quote', (v: Tenant) => `' or org_id = '${v.orgId}`],
  ['stacked', (v: Tenant) => `x'; set app.org_id = '${v.orgId}'; --`],
  ['list', (v: Tenant) => `nobody,${v.orgId}`],
  ['array', (v: Tenant) => `{${v.orgId}}`],
  ['case', (v: Tenant) => v.orgId.toUpperCase()],
  ['trailing space', (v: Tenant) => `${v.orgId} `],
  ['unicode lookalike', (v: Tenant) => v.orgId.replace('a', 'а')],
] as const
