// Stopping and overload: what was accepted is booked, what cannot be taken is refused so that it comes again.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startLedger, withClient } from '../../support/ledger.ts'
import { tracesProtobuf } from '../../support/otlp/messages.ts'
import { createRandom, randomTrace } from '../../support/otlp/random-trace.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database?.drop())

const request = (seed: number, orgId: string): { body: Buffer; spans: number } => {
  const random = createRandom(seed)
  const startTimeUnixNano = BigInt(Date.now()) * 1_000_000n
  const spans = Array.from({ length: 10 }, () => randomTrace(random, { orgId, startTimeUnixNano })).flat()
  return { body: tracesProtobuf(spans), spans: spans.length }
}
const booked = (orgId: string) =>
  withClient(database.ownerUrl, async (client) => {
    const { rows } = await client.query('select count(*)::int as n from trace_spans where org_id = $1', [orgId])
    return rows[0]?.n
  })

it('answers every request that was under way when it was told to stop', async () => {
  // One request a transaction, one at a time: most of them wait when the end comes.
  const ledger = await startLedger(database, { env: { LEDGER_GROUP_RECORDS: '1', LEDGER_WRITER_CONNECTIONS: '1' } })
  const requests = Array.from({ length: 20 }, (_, seed) => request(seed, 'drain'))
  const answers = requests.map(({ body }) =>
    ledger.post('/v1/traces', body).then(
      (response) => response.status,
      () => 0,
    ),
  )
  // Once the first is booked, the others are on their way.
  await Promise.any(answers.map(async (answer) => (await answer) === 200 || Promise.reject(new Error('not yet'))))
  await ledger.close()
  const statuses = await Promise.all(answers)
  const acknowledged = requests.filter((_, index) => statuses[index] === 200)
  expect(statuses.filter((status) => status === 0)).toEqual([])
  expect(await booked('drain')).toBe(acknowledged.reduce((sum, { spans }) => sum + spans, 0))
})

it('refuses with 503 and Retry-After beyond its bounds, and takes everything in the end', async () => {
  const ledger = await startLedger(database, {
    env: { LEDGER_MAX_QUEUED_RECORDS: '150', LEDGER_WRITER_CONNECTIONS: '1' },
  })
  const requests = Array.from({ length: 30 }, (_, seed) => request(100 + seed, 'overload'))
  let refusals = 0
  await Promise.all(
    requests.map(async ({ body }) => {
      for (;;) {
        const response = await ledger.post('/v1/traces', body)
        await response.arrayBuffer()
        if (response.status === 200) return
        expect(response.status).toBe(503)
        expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
        refusals += 1
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }),
  )
  expect(refusals).toBeGreaterThan(0)
  expect(await booked('overload')).toBe(requests.reduce((sum, { spans }) => sum + spans, 0))
  await ledger.close()
})

it('is ready while Postgres answers and says what is missing when it does not', async () => {
  const ledger = await startLedger(database)
  expect((await fetch(`${ledger.url}/readyz`)).status).toBe(200)
  expect((await fetch(`${ledger.url}/livez`)).status).toBe(200)
  await ledger.close()
  const down = new URL(database.writerUrl)
  down.port = '1'
  const alone = await startLedger({ writerUrl: down.href, ownerUrl: database.ownerUrl })
  const ready = await fetch(`${alone.url}/readyz`)
  expect({ status: ready.status, says: await ready.text() }).toEqual({
    status: 503,
    says: expect.stringContaining('Postgres'),
  })
  expect((await fetch(`${alone.url}/livez`)).status).toBe(200)
  const refused = await alone.post('/v1/traces', request(1, 'down').body)
  expect({ status: refused.status, retry: refused.headers.get('retry-after') }).toEqual({ status: 503, retry: '1' })
  await alone.close()
})
