// Attack suite: nobody reads or writes another organisation's rows, whatever SQL they send. Every attack has a positive
// control: the same text run by someone entitled shows the victim's row, or changes one. Over 300 lines: most are the list of attacks.
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClients } from '../../support/database-clients.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'
import { createTwoTenants, type Tenant } from '../../support/two-tenants.ts'
import { FORGED_ORGS, READING_FUNCTIONS, READS, RELATION_READS, WRITES } from './attacks.ts'

const clients = createClients()
let database: TestDatabase
let a: Tenant
let b: Tenant
let dropTenants: () => Promise<void>
let superuser: pg.Client
let readerA: pg.Client
let readerB: pg.Client
let api: pg.Client
let relations: string[]
let tables: string[]
let cases = 0

beforeAll(async () => {
  database = await createTestDatabase()
  ;({ a, b, drop: dropTenants } = await createTwoTenants(database.ownerUrl))
  superuser = await clients.connect(database.ownerUrl)
  readerA = await clients.connect(database.urlFor(a.reader.role, a.reader.password))
  readerB = await clients.connect(database.urlFor(b.reader.role, b.reader.password))
  api = await clients.connect(database.apiUrl)
  const { rows } = await superuser.query(`
    select c.relname as name, c.relkind <> 'v' as is_table from pg_class c
    join pg_attribute t on t.attrelid = c.oid and t.attname = 'org_id' and not t.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v') order by 1`)
  relations = rows.map(({ name }) => name).filter((name) => name !== 'tenant_readers')
  tables = rows.filter(({ is_table }) => is_table).map(({ name }) => name)
})
afterAll(async () => {
  console.log(`attack suite: ${cases} attacks, each with its control`)
  await dropTenants?.()
  await clients.end()
  await database?.drop()
  expect(cases).toBeGreaterThanOrEqual(500)
})

/** Text of everything a statement gave back, errors included: what an attacker learns. */
async function learn(client: pg.Client, sql: string): Promise<string> {
  return client.query(sql).then(
    (result) => JSON.stringify(result.rows),
    async (error: Error & { detail?: string; code?: string }) =>
      `error ${error.code} ${error.message} ${error.detail ?? ''}`,
  )
}
const shows = (learned: string, victim: Tenant) =>
  learned.includes(victim.marker) || learned.includes(victim.orgId) || /error (22012|22P02)/.test(learned)

/** Runs as the api does for an organisation; null: nobody has set one. */
async function asApi(orgId: string | null, sql: string): Promise<string> {
  await api.query('begin')
  if (orgId !== null) await api.query("select set_config('app.org_id', $1, true)", [orgId])
  const learned = await learn(api, sql)
  await api.query('rollback')
  return learned
}

const failures: string[] = []
function expectBlind(name: string, learned: string, control: string, victim: Tenant, echoed = ''): void {
  cases += 1
  // Text that the attacker wrote himself and an error repeats is no leak.
  if (shows(learned.replaceAll(echoed || '\0', ''), victim)) failures.push(`${name}: LEAK ${learned.slice(0, 200)}`)
  if (!shows(control, victim)) failures.push(`${name}: the control saw nothing: ${control.slice(0, 200)}`)
}
const noFailures = () => expect(failures.splice(0)).toEqual([])

describe('reading as the login of another organisation', () => {
  test('every relation and function, every way of asking', async () => {
    for (const relation of relations.filter((name) => name !== 'api_keys')) {
      for (const [name, sql] of [...READS, ...RELATION_READS]) {
        const text = sql(relation, b)
        // Readers have no rows in a table whose policy leaves them out; the superadmin or owner is the control there.
        expectBlind(`${relation}: ${name}`, await learn(readerA, text), await learn(readerB, text), b)
      }
    }
    for (const call of READING_FUNCTIONS) {
      // Sums name nobody, so asking them for a name has no control.
      for (const [name, sql] of READS.filter(([way]) => way !== 'naming the victim')) {
        const text = sql(call, b)
        expectBlindFunction(`${call}: ${name}`, await learn(readerA, text), await learn(readerB, text))
      }
    }
    noFailures()
  })

  /** Sums name no organisation: one's own answer differs from the victim's, and is the same as without the victim. */
  function expectBlindFunction(name: string, learned: string, control: string): void {
    cases += 1
    if (shows(learned, b)) failures.push(`${name}: LEAK ${learned.slice(0, 200)}`)
    if (/error|null|^\[\]/.test(control.slice(0, 12))) failures.push(`${name}: control ${control.slice(0, 200)}`)
    const calls = [...learned.matchAll(/\\?"calls\\?": ?(\d+)/g)].map((match) => Number(match[1]))
    if (calls.some((seen) => seen > 1)) failures.push(`${name}: counts the victim's calls ${learned.slice(0, 200)}`)
  }

  test('COPY TO of every relation', async () => {
    const { to } = await import('pg-copy-streams')
    const { text } = await import('node:stream/consumers')
    const copy = (client: pg.Client, sql: string) =>
      text(client.query(to(sql))).catch((error: Error) => `error ${error.message}`)
    for (const relation of relations.filter((name) => name !== 'api_keys')) {
      const sql = `copy (select * from ${relation}) to stdout`
      expectBlind(`copy ${relation}`, await copy(readerA, sql), await copy(readerB, sql), b)
    }
    noFailures()
  })

  test.each([
    ['set_config in the session', (v: Tenant) => [`select set_config('app.org_id', '${v.orgId}', false)`]],
    ['set in the session', (v: Tenant) => [`set app.org_id = '${v.orgId}'`]],
    ['set role to the group', () => ['set role spanledger_tenant']],
    ['row security off', () => ['set row_security = off']],
    ['read-write session', () => ['set default_transaction_read_only = off']],
    ['another search path', () => ['set search_path = pg_temp, public']],
    [
      'constraint exclusion and plain plans',
      () => ['set plan_cache_mode = force_generic_plan', 'set enable_indexscan = off'],
    ],
  ])('after %s', async (_name, prepare) => {
    for (const statement of prepare(b)) await readerA.query(statement)
    for (const relation of relations.filter((name) => name !== 'api_keys')) {
      const text = `select to_jsonb(t)::text as seen from public.${relation} t`
      expectBlind(relation, await learn(readerA, text), await learn(readerB, text), b)
    }
    await readerA.query('reset all')
    await readerA.query('reset role')
    noFailures()
  })

  test.each([
    ['set session authorization', (v: Tenant) => `set session authorization "${v.reader.role}"`, '42501'],
    ['set role to the victim', (v: Tenant) => `set role "${v.reader.role}"`, '42501'],
    ['set role to the superadmin reader', () => 'set role spanledger_reader', '42501'],
    ['set role to the owner', () => 'set role spanledger_owner', '42501'],
    ['alter own settings', (v: Tenant) => `alter role "${v.reader.role}" set app.org_id = 'x'`, '42501'],
    ['read the mapping of logins', () => 'select * from tenant_readers', '42501'],
    ['change the mapping', (v: Tenant) => `update tenant_readers set org_id = '${v.orgId}'`, '(42501|25006)'],
    [
      'a function of one’s own in a predicate',
      () =>
        "create function pg_temp.spy(text) returns bool language plpgsql cost 0.0001 as 'begin raise notice ''%'', $1; return true; end'",
      '(42501|25006)',
    ],
    ['a temporary table', () => 'create temp table spy (x text)', '(42501|25006)'],
    ['a view', () => 'create view spy as select * from deals', '(42501|25006)'],
    ['a rule of one’s own', () => 'create rule spy as on insert to deals do nothing', '(42501|25006)'],
    [
      'a trigger',
      () => 'create trigger spy before update on deals execute function suppress_redundant_updates_trigger()',
      '(42501|25006)',
    ],
    [
      'an operator',
      () => 'create operator public.=== (function = int4eq, leftarg = int, rightarg = int)',
      '(42501|25006)',
    ],
    ['switching row-level security off', () => 'alter table deals disable row level security', '(42501|25006)'],
    ['a policy', () => 'create policy spy on deals using (true)', '(42501|25006)'],
    ['a large object', () => "select lo_from_bytea(0, 'x')", '(42501|25006)'],
    ['an advisory lock', () => 'select pg_advisory_lock(1)', '42501'],
    ['reading files', () => "select pg_read_file('/etc/hostname')", '42501'],
    ['COPY to a program', () => "copy deals to program 'cat'", '42501'],
    ['COPY into a table', () => 'copy deals from stdin', '(42501|25006|0A000)'],
    ['statistics of columns', () => 'select * from pg_statistic', '42501'],
    [
      'what the writer resolves with',
      (v: Tenant) => `select * from trace_lines('{${v.orgId}}', '{${v.marker}}')`,
      '42501',
    ],
    [
      'readings of another trace',
      (v: Tenant) => `select * from trace_readings('{${v.orgId}}', '{${v.marker}}')`,
      '42501',
    ],
    ['memberships of anyone', () => "select * from organisations_of('x')", '42501'],
    ['partitions on demand', () => "select ensure_partitions('llm_usage', '2020-01-01', '2020-01-02')", '42501'],
    [
      'stopping the ledger with a lock',
      () => 'do $$ begin lock table llm_usage in access exclusive mode; end $$',
      '(42501|25006)',
    ],
    ['hashes of API keys', () => 'select * from api_keys', '42501'],
    ['hashes of writer tokens', () => 'select * from writer_tokens', '42501'],
  ])('%s is refused', async (_name, sql, code) => {
    await readerA.query('set default_transaction_read_only = off')
    const learned = await learn(readerA, sql(b))
    await readerA.query('reset all')
    expect(learned).toMatch(new RegExp(`^error ${code} `))
    cases += 1
    // Control: not a typing error; the superuser may, or is refused for another reason than rights.
    await superuser.query('begin')
    const control = await learn(superuser, sql(b))
    await superuser.query('rollback')
    await superuser.query('reset session authorization')
    await superuser.query('select pg_advisory_unlock_all()')
    expect(control).not.toMatch(/^error (42501|25006|42601|42883)/)
  })

  test('leaf partitions cannot be read around the parent', async () => {
    const { rows } = await superuser.query(
      "select oid::regclass::text as leaf from pg_class where relnamespace = 'partitions'::regnamespace and relkind = 'r'",
    )
    expect(rows.length).toBeGreaterThan(5)
    for (const { leaf } of rows) {
      cases += 1
      expect(await learn(readerA, `select * from ${leaf}`)).toMatch(/^error 42501/)
      expect(await learn(superuser, `select count(*) from ${leaf}`)).not.toMatch(/^error/)
    }
  })

  test('statistics and plans show no foreign value', async () => {
    await superuser.query('analyze')
    const stats = "select * from pg_stats where schemaname in ('public', 'partitions')"
    expectBlind('pg_stats', await learn(readerA, stats), await learn(superuser, stats), b)
    for (const relation of ['llm_usage', 'deals', 'usage_daily']) {
      const explain = `explain (analyze, verbose, format json) select * from ${relation}`
      const plan = (await readerA.query(explain)).rows[0]
      const own = await readerA.query(`select count(*)::int as n from ${relation}`)
      cases += 1
      expect(JSON.stringify(plan)).not.toContain(b.marker)
      expect(plan['QUERY PLAN'][0].Plan['Actual Rows']).toBe(own.rows[0].n)
      // Control: the figure counts what the statement may see; whoever sees both organisations gets more rows.
      const all = (await superuser.query(explain)).rows[0]
      expect(all['QUERY PLAN'][0].Plan['Actual Rows']).toBeGreaterThan(own.rows[0].n)
    }
    noFailures()
  })
})

describe('reading through the api', () => {
  test('nothing set, and every forged organisation, see nothing of the victim', async () => {
    for (const relation of relations) {
      const text = `select to_jsonb(t)::text as seen from ${relation} t`
      const control = await asApi(b.orgId, text)
      expectBlind(`${relation}: none set`, await asApi(null, text), control, b)
      for (const [name, forge] of FORGED_ORGS) {
        const forged = forge(b)
        expectBlind(`${relation}: ${name}`, await asApi(forged, text), control, b, forged)
      }
    }
    noFailures()
  })

  test('one’s own organisation set, asking for the victim by name, id and guessed deal', async () => {
    for (const relation of relations) {
      for (const [name, sql] of [...READS, ...RELATION_READS]) {
        const text = sql(relation, b)
        expectBlind(`${relation}: ${name}`, await asApi(a.orgId, text), await asApi(b.orgId, text), b)
      }
    }
    for (const relation of ['deals', 'llm_usage', 'trace_spans', 'usage_daily']) {
      const text = `select to_jsonb(t)::text as seen from ${relation} t where deal_id = '${b.marker}'`
      expectBlind(`${relation}: guessed deal`, await asApi(a.orgId, text), await asApi(b.orgId, text), b)
    }
    noFailures()
  })

  test('a pooled connection forgets the organisation after commit, rollback and error', async () => {
    for (const relation of relations) {
      const text = `select to_jsonb(t)::text as seen from ${relation} t`
      for (const ending of ['commit', 'rollback', 'error']) {
        await api.query('begin')
        await api.query("select set_config('app.org_id', $1, true)", [b.orgId])
        const control = await learn(api, text)
        if (ending === 'error') await learn(api, 'select 1 / 0')
        await api.query(ending === 'commit' ? 'commit' : 'rollback')
        expectBlind(`${relation}: after ${ending}`, await learn(api, text), control, b)
      }
    }
    noFailures()
  })

  test('a prepared statement, generic plan included, serves each organisation its own', async () => {
    for (const relation of relations) {
      const named = { name: `prepared_${relation}`, text: `select to_jsonb(t)::text as seen from ${relation} t` }
      const run = async (orgId: string) => {
        await api.query('begin')
        await api.query("select set_config('app.org_id', $1, true)", [orgId])
        const { rows } = await api.query(named)
        await api.query('commit')
        return JSON.stringify(rows)
      }
      // Postgres turns to a generic plan after five executions.
      for (let execution = 0; execution < 7; execution += 1) {
        const control = await run(b.orgId)
        expectBlind(`${relation}: execution ${execution}`, await run(a.orgId), control, b)
      }
    }
    noFailures()
  })
})

describe('writing', () => {
  /** Rows changed, or the refusal. The transaction is undone either way. */
  async function attempt(client: pg.Client, before: string[], sql: string): Promise<string> {
    await client.query('begin')
    for (const statement of before) await client.query(statement)
    const outcome = await client.query(sql).then(
      (result) => `${result.command} ${result.rowCount ?? 0}`,
      (error: { code?: string }) => `refused ${error.code}`,
    )
    await client.query('rollback')
    return outcome
  }
  const rowOf = (table: string) =>
    superuser.query(
      `select md5(string_agg(t::text, '|' order by t::text)) as content, count(*)::int as rows from ${table} t where org_id = $1`,
      [b.orgId],
    )

  test('no statement of a reader or of another organisation in the api touches a row of the victim', async () => {
    await readerA.query('set default_transaction_read_only = off')
    const asOrgA = [`select set_config('app.org_id', '${a.orgId}', true)`]
    for (const table of tables) {
      const before = (await rowOf(table)).rows[0]
      for (const [name, sql] of WRITES) {
        const text = sql(table, b, a)
        const outcomes = {
          reader: await attempt(readerA, [], text),
          api: await attempt(api, asOrgA, text),
          none: await attempt(api, [], text),
        }
        cases += 3
        for (const [who, outcome] of Object.entries(outcomes)) {
          if (!/^refused (42501|23503)$|^(UPDATE|DELETE|INSERT) 0$/.test(outcome))
            failures.push(`${table} ${name} as ${who}: ${outcome}`)
        }
        const control = await attempt(superuser, [], text)
        const expected = /insert|truncate/.test(name) ? /^(INSERT 1|TRUNCATE|refused 23)/ : /^(UPDATE|DELETE) [1-9]/
        if (!expected.test(control)) failures.push(`${table} ${name}: the control did ${control}`)
      }
      expect((await rowOf(table)).rows[0]).toEqual(before)
    }
    await readerA.query('reset all')
    noFailures()
  })

  test('the api cannot give a row to another organisation, nor move its own there', async () => {
    for (const [table, columns, values] of [
      ['deals', 'deal_id, name', "'new-deal', 'x'"],
      ['members', 'user_id, role', "'mallory', 'admin'"],
      ['departments', 'department', "'mallory'"],
      ['environments', 'environment', "'mallory'"],
      ['agents', 'agent_id', "'mallory'"],
    ] as const) {
      const insert = (orgId: string) => `insert into ${table} (org_id, ${columns}) values ('${orgId}', ${values})`
      const asOrgA = [`select set_config('app.org_id', '${a.orgId}', true)`]
      expect(await attempt(api, asOrgA, insert(b.orgId))).toBe('refused 42501')
      expect(await attempt(api, [], insert(b.orgId))).toBe('refused 42501')
      expect(await attempt(api, asOrgA, insert(a.orgId))).toBe('INSERT 1')
      expect(await attempt(api, asOrgA, `update ${table} set org_id = '${b.orgId}'`)).toBe('refused 42501')
      cases += 4
    }
  })

  test('the ledger’s login inserts and reads keys; it changes, removes and reads nothing else', async () => {
    const writer = await clients.connect(database.writerUrl)
    const insert = `insert into llm_usage (org_id, trace_id, span_id, created_at, calls, cost_usd, price_status)
      values ('${a.orgId}', 'w', '1', '2026-11-20', 1, 1, 'priced') on conflict do nothing returning org_id, trace_id, span_id, created_at, revision`
    expect(await attempt(writer, [], insert)).toBe('INSERT 1')
    for (const table of tables) {
      for (const sql of [
        `select * from ${table}`,
        `update ${table} set org_id = org_id`,
        `delete from ${table}`,
        `truncate ${table}`,
      ]) {
        cases += 1
        expect({ sql, outcome: await attempt(writer, [], sql) }).toEqual({ sql, outcome: 'refused 42501' })
        expect(await attempt(superuser, [], sql.replace('truncate', 'lock'))).not.toMatch(/^refused/)
      }
    }
    for (const sql of [
      'set role spanledger_owner',
      'create table spy (x int)',
      'select cost_usd from llm_usage',
      'select deal_id from trace_spans',
      `insert into deals (org_id, deal_id, name) values ('${a.orgId}', 'by-the-writer', 'x')`,
      "update model_prices set note = ''",
      "insert into writer_tokens (name) values ('x')",
    ]) {
      cases += 1
      expect({ sql, outcome: await attempt(writer, [], sql) }).toEqual({ sql, outcome: 'refused 42501' })
      // Control: no typing error; the superuser may, or is refused for what the row says.
      expect(await attempt(superuser, [], sql)).toMatch(/^(?!refused)|^refused 23/)
    }
  })
})
