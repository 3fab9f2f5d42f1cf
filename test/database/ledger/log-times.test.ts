// Which time a log record is booked at, and what a replay of it does.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startLedger, type TestLedger, withClient } from '../../support/ledger.ts'
import { logsProtobuf, type PlainLog } from '../../support/otlp/messages.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

let database: TestDatabase
let ledger: TestLedger
let nowMs = Date.now()
beforeAll(async () => {
  database = await createTestDatabase()
  ledger = await startLedger(database, { clock: { nowMs: () => nowMs } })
})
afterAll(async () => {
  await ledger?.close()
  await database?.drop()
})

const NANOS = 1_000_000n
const timesOf = (body: string): Promise<number[]> =>
  withClient(database.ownerUrl, async (client) => {
    const { rows } = await client.query('select time from structured_logs where body = $1 order by time', [body])
    return rows.map(({ time }) => (time as Date).getTime())
  })

it.each([
  ['time', { timeUnixNano: BigInt(nowMs - 7) * NANOS, observedTimeUnixNano: BigInt(nowMs) * NANOS }],
  ['observed time', { timeUnixNano: 0n, observedTimeUnixNano: BigInt(nowMs - 7) * NANOS }],
] as const)('is its own %s, and a replay changes nothing', async (name, times) => {
  const sentAtMs = nowMs
  const body = logsProtobuf([{ ...times, body: name, attributes: { org_id: 'acme' } }])
  for (let sent = 0; sent < 2; sent++, nowMs += 1_000) expect((await ledger.post('/v1/logs', body)).status).toBe(200)
  expect(await timesOf(name)).toEqual([sentAtMs - 7])
  nowMs = sentAtMs
})

it('is that of its arrival when it says none: then a replay is a second row, and the record is counted', async () => {
  const log: PlainLog = { timeUnixNano: 0n, body: 'timeless', attributes: { org_id: 'acme' } }
  const arrivals = [nowMs, nowMs + 1_000]
  for (const arrivalMs of arrivals) {
    nowMs = arrivalMs
    expect((await ledger.post('/v1/logs', logsProtobuf([log]))).status).toBe(200)
  }
  expect(await timesOf('timeless')).toEqual(arrivals)
  const cleaned = await ledger.metrics.registry.getSingleMetricAsString('ledger_values_cleaned_total')
  expect(cleaned).toContain('ledger_values_cleaned_total{reason="missing_log_time"} 2')
})
