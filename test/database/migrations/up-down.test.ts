// Forward and back on a database with data: what a step does not concern keeps every row, and back plus forward ends
// in the same schema.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dumpSchema } from '../../../src/cli/schema/dump-schema.ts'
import { assertSchemaCurrent, knownMigrations, migrate, schemaStatus } from '../../../src/shared/pg-schema.ts'
import { createClients } from '../../support/database-clients.ts'
import { spanledger } from '../../support/spanledger-cli.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'
import { copyLines, randomLines } from '../../support/usage-lines.ts'

const clients = createClients()
let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ empty: true })
  await migrate(database.ownerUrl, 'up')
})
afterAll(async () => {
  await clients.end()
  await database?.drop()
})

const ask = (text: string) => clients.rows(database.ownerUrl, text)

async function fill(): Promise<void> {
  const owner = await clients.connect(database.ownerUrl)
  await copyLines(owner, randomLines(1, 300))
  await owner.query(`
    select ensure_partitions(table_name::text, '2026-10-05', '2026-10-08') from storage_settings;
    insert into organisations (org_id, name) values ('acme', 'Acme'), ('globex', 'Globex');
    insert into members (org_id, user_id, role) values ('acme', 'u1', 'admin'), ('globex', 'u1', 'member');
    insert into deals (org_id, deal_id, name) values ('acme', 'falcon', 'Falcon'), ('globex', 'atlas', 'Atlas');
    insert into departments (org_id, department) values ('acme', 'legal');
    insert into environments (org_id, environment) values ('acme', 'production');
    insert into agents (org_id, agent_id) values ('acme', 'a1');
    insert into writer_tokens (token_sha256, name) values (sha256('t'), 'collector');
    insert into model_prices (price_version, provider, model_pattern, token_class, usd_per_million)
      values (nextval('price_versions'), 'openai', 'gpt-4o', 'input', 2.5);
    insert into trace_spans (org_id, trace_id, span_id, start_time, duration_ns, name)
      select 'acme', 't', to_hex(n), '2026-10-06', 1, 'n' from generate_series(1, 50) n;
    insert into feature_usage (org_id, trace_id, span_id, created_at, feature_name, status, duration_ms)
      values ('acme', 't', '1', '2026-10-06', 'chat', 'success', 12.5);
    insert into structured_logs (org_id, time, log_id) values ('acme', '2026-10-06', gen_random_uuid());
    insert into request_metrics (org_id, trace_id, span_id, created_at, duration_ms) values ('acme', 't', '2', '2026-10-06', 1);
    insert into rag_metrics (org_id, trace_id, span_id, created_at, step, duration_ms) values ('acme', 't', '3', '2026-10-06', 'rerank', 1);
    insert into cache_metrics (org_id, trace_id, span_id, created_at, duration_ms) values ('acme', 't', '4', '2026-10-06', 1);
    insert into system_metrics (org_id, created_at, record_id, metric, value) values ('acme', '2026-10-06', gen_random_uuid(), 'cpu', 0.5)`)
}

/** Rows per table, whole content hashed: equal means no row lost or changed. */
async function contents(): Promise<Record<string, string>> {
  const tables =
    await ask(`select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
    and relname <> 'schema_migrations' order by 1`)
  const result: Record<string, string> = {}
  for (const { name } of tables) {
    const [row] = await ask(
      `select count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) as content from ${name} t`,
    )
    result[name] = row.content
  }
  return result
}

const schema = async () => dumpSchema(await clients.connect(database.ownerUrl))

describe('migrations', () => {
  test('each step undone and redone keeps every row of the tables it does not own, and the schema', async () => {
    await fill()
    const before = await contents()
    const filled = Object.entries(before).filter(([, content]) => !content.startsWith('0 '))
    expect(filled.length).toBeGreaterThanOrEqual(18)
    const golden = await schema()
    const steps = (await knownMigrations()).reverse()
    for (const [index, step] of steps.entries()) {
      const undone = await migrate(database.ownerUrl, 'down', { count: 1 })
      expect(undone).toEqual([step])
      const left = await contents()
      // storage_settings loses the lines of the tables that go; every other table that stays keeps all its rows.
      for (const [table, content] of Object.entries(left)) {
        if (table !== 'storage_settings')
          expect({ step, table, content }).toEqual({ step, table, content: before[table] })
      }
      if (index === 0) {
        await migrate(database.ownerUrl, 'up')
        expect(await schema()).toBe(golden)
        await migrate(database.ownerUrl, 'down', { count: 1 })
      }
    }
    expect(
      await ask(
        `select relname from pg_class where relnamespace = 'public'::regnamespace and relname not like 'schema_migrations%'`,
      ),
    ).toEqual([])
    expect(await ask(`select proname from pg_proc where pronamespace = 'public'::regnamespace`)).toEqual([])
    await migrate(database.ownerUrl, 'up')
    expect(await schema()).toBe(golden)
  })

  test('migrating up again with data changes no row', async () => {
    await fill()
    const before = await contents()
    expect(await migrate(database.ownerUrl, 'up')).toEqual([])
    expect(await contents()).toEqual(before)
  })
})

describe('many processes', () => {
  test('20 at once on an empty database: each step applied once, all succeed', async () => {
    const empty = await createTestDatabase({ empty: true })
    const results = await Promise.all(Array.from({ length: 20 }, () => spanledger(empty.ownerUrl, ['migrate', 'up'])))
    expect(results.map(({ code, stderr }) => ({ code, stderr }))).toEqual(results.map(() => ({ code: 0, stderr: '' })))
    const applied = await clients.rows(empty.ownerUrl, 'select name from schema_migrations order by name')
    expect(applied.map(({ name }) => name)).toEqual(await knownMigrations())
    expect(results.filter(({ stdout }) => stdout.includes('The schema is current.'))).toHaveLength(19)
    await empty.drop()
  }, 180_000)
})

describe('schema and code of different age', () => {
  test('a newer schema is refused, naming what is unknown and what to do', async () => {
    const owner = await clients.connect(database.ownerUrl)
    await owner.query("insert into schema_migrations (name, run_on) values ('9999_future', now())")
    const refusal = /newer than this code: it has 9999_future\. Start the release that added it/
    await expect(migrate(database.ownerUrl, 'up')).rejects.toThrow(refusal)
    await expect(assertSchemaCurrent(owner)).rejects.toThrow(refusal)
    const cli = await spanledger(database.ownerUrl, ['migrate', 'status'])
    expect(cli).toMatchObject({ code: 1, stdout: expect.stringContaining('unknown  9999_future') })
    await owner.query("delete from schema_migrations where name = '9999_future'")
    await assertSchemaCurrent(owner)
  })

  test('an older schema is refused with the command that helps; an empty database counts as older', async () => {
    const empty = await createTestDatabase({ empty: true })
    const owner = await clients.connect(empty.ownerUrl)
    expect((await schemaStatus(owner)).applied).toEqual([])
    await expect(assertSchemaCurrent(owner)).rejects.toThrow(
      /older than this code: 0001_roles.*Run: spanledger migrate up/,
    )
  })

  test('each service role can tell', async () => {
    for (const url of [database.writerUrl, database.apiUrl, database.readerUrl]) {
      await assertSchemaCurrent(await clients.connect(url))
    }
  })
})
