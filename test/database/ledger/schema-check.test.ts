// A ledger that was up before its database: whatever release the schema is of is found out before anything is booked.
import { once } from 'node:events'
import { connect, createServer, type Server } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startLedger, withClient } from '../../support/ledger.ts'
import { tracesProtobuf } from '../../support/otlp/messages.ts'
import { pollUntil } from '../../support/poll.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'
import { freePorts } from '../../support/third-party.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database?.drop())

/** Where Postgres is to be found once `listen` has been called. */
async function latePostgres() {
  const [port] = (await freePorts(1)) as [number]
  const url = new URL(database.writerUrl)
  const target = { host: url.hostname, port: Number(url.port) }
  url.hostname = '127.0.0.1'
  url.port = String(port)
  let server: Server | undefined
  return {
    writerUrl: url.href,
    listen: async () => {
      server = createServer((inbound) => {
        const outbound = connect(target)
        inbound.pipe(outbound).pipe(inbound)
        for (const socket of [inbound, outbound]) socket.on('error', () => inbound.destroy() && outbound.destroy())
      }).listen(port, '127.0.0.1')
      await once(server, 'listening')
    },
    close: () => server?.close(),
  }
}

const run = (sql: string) => withClient(database.ownerUrl, async (client) => (await client.query(sql)).rows)
const body = tracesProtobuf([
  { traceId: 'a1'.repeat(16), spanId: 'b2'.repeat(8), startTimeUnixNano: BigInt(Date.now()) * 1_000_000n },
])

it('books nothing into a newer schema when Postgres comes up after it, says so, and goes on once the schema is its own', async () => {
  const postgres = await latePostgres()
  const ledger = await startLedger({ writerUrl: postgres.writerUrl, ownerUrl: database.ownerUrl })
  const post = async () => {
    const response = await ledger.post('/v1/traces', body)
    return { status: response.status, retry: response.headers.get('retry-after') }
  }
  const ready = async () => {
    const response = await fetch(`${ledger.url}/readyz`)
    return { status: response.status, says: await response.text() }
  }
  try {
    // As at the start of the process: Postgres is down, which is no reason to end.
    expect(await ledger.schemaProblem()).toBeUndefined()
    expect(await post()).toEqual({ status: 503, retry: '1' })
    await run("insert into schema_migrations (name, run_on) values ('9999_future', now())")
    await postgres.listen()

    expect(await post()).toEqual({ status: 503, retry: '5' })
    expect(await ready()).toEqual({ status: 503, says: expect.stringContaining('newer than this code: it has 9999') })
    expect(await run('select count(*)::int as n from trace_spans')).toEqual([{ n: 0 }])
    const errors = await ledger.metrics.registry.getSingleMetricAsString('ledger_write_errors_total')
    expect(errors).toContain('ledger_write_errors_total{code="schema"} 1')

    await run("delete from schema_migrations where name = '9999_future'")
    expect(await post()).toEqual({ status: 200, retry: null })
    expect(await ready()).toEqual({ status: 200, says: 'ok\n' })
    expect(await run('select count(*)::int as n from trace_spans')).toEqual([{ n: 1 }])
  } finally {
    await ledger.close()
    postgres.close()
  }
})

it('stops booking when the schema is migrated beneath it, and goes on once it is undone', async () => {
  const ledger = await startLedger(database, { schemaBelievedMs: 100 })
  const spanOf = (spanId: string) =>
    tracesProtobuf([{ traceId: 'c3'.repeat(16), spanId, startTimeUnixNano: BigInt(Date.now()) * 1_000_000n }])
  const status = async (spanId: string) => (await ledger.post('/v1/traces', spanOf(spanId))).status
  try {
    expect(await status('01'.repeat(8))).toBe(200)
    await run("insert into schema_migrations (name, run_on) values ('9999_future', now())")
    await pollUntil('the newer schema is noticed', async () => expect(await status('02'.repeat(8))).toBe(503))
    expect((await fetch(`${ledger.url}/readyz`)).status).toBe(503)
    const errors = await ledger.metrics.registry.getSingleMetricAsString('ledger_write_errors_total')
    expect(errors).toMatch(/ledger_write_errors_total\{code="schema"\} [1-9]/)
    // What is gone is noticed like what is new.
    await run("delete from schema_migrations where name = '9999_future'")
    const [last] = await run(
      'delete from schema_migrations where id = (select max(id) from schema_migrations) returning *',
    )
    expect(await status('03'.repeat(8))).toBe(503)
    await run(`insert into schema_migrations (name, run_on) values ('${last.name}', now())`)
    expect(await status('04'.repeat(8))).toBe(200)
    expect((await fetch(`${ledger.url}/readyz`)).status).toBe(200)
  } finally {
    await ledger.close()
  }
})
