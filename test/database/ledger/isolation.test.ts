// Who may write for whom: organisations in the key, tokens bound to organisations, revocation.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addToken, startLedger, type TestLedger, withClient } from '../../support/ledger.ts'
import { logsProtobuf, type PlainSpan, tracesProtobuf } from '../../support/otlp/messages.ts'
import { pollUntil } from '../../support/poll.ts'
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

const span = (traceId: string, orgId?: string): PlainSpan => ({
  traceId,
  spanId: 'b'.repeat(16),
  startTimeUnixNano: BigInt(nowMs) * 1_000_000n,
  attributes: orgId === undefined ? {} : { org_id: orgId },
})
const as = (token: string) => ({ authorization: `Bearer ${token}` })
const organisations = (traceId: string) =>
  withClient(database.ownerUrl, async (client) => {
    const { rows } = await client.query('select org_id from trace_spans where trace_id = $1 order by 1', [traceId])
    return rows.map(({ org_id }) => org_id)
  })

describe('the organisation', () => {
  it('is part of the key: another tenant cannot suppress a span by using its ids', async () => {
    const traceId = '1'.repeat(32)
    const one = span(traceId, 'acme')
    await ledger.post('/v1/traces', tracesProtobuf([one]))
    await ledger.post('/v1/traces', tracesProtobuf([{ ...one, attributes: { org_id: 'globex' } }]))
    expect(await organisations(traceId)).toEqual(['acme', 'globex'])
    const together = '9'.repeat(32)
    const both = ['acme', 'globex'].map((orgId) => ({ ...one, traceId: together, attributes: { org_id: orgId } }))
    await ledger.post('/v1/traces', tracesProtobuf(both))
    expect(await organisations(together)).toEqual(['acme', 'globex'])
  })

  it('comes from the resource when the span names none', async () => {
    const traceId = '2'.repeat(32)
    await ledger.post('/v1/traces', tracesProtobuf([span(traceId)], { org_id: 'acme', 'service.name': 's' }))
    expect(await organisations(traceId)).toEqual(['acme'])
  })

  it('comes from the resource when what the span says is empty, and so do the dimensions', async () => {
    const traceId = '5'.repeat(32)
    const resource = { org_id: 'acme', deal_id: 'deal-1', 'service.name': 's' }
    const empty = { ...span(traceId, ''), attributes: { org_id: '', deal_id: '', feature: '' } }
    const own = { ...span(traceId), spanId: 'c'.repeat(16), attributes: { deal_id: 'deal-2' } }
    await ledger.post('/v1/traces', tracesProtobuf([empty, own], resource))
    await ledger.post(
      '/v1/logs',
      logsProtobuf(
        [{ timeUnixNano: BigInt(nowMs) * 1_000_000n, body: 'empty', attributes: { org_id: '', deal_id: '' } }],
        resource,
      ),
    )
    const { rows } = await withClient(database.ownerUrl, (client) =>
      client.query(
        `select org_id, deal_id from trace_spans where trace_id = $1 union all
         select org_id, deal_id from structured_logs where body = 'empty' order by 2`,
        [traceId],
      ),
    )
    expect(rows.map(({ org_id, deal_id }) => `${org_id} ${deal_id}`)).toEqual([
      ...['acme deal-1', 'acme deal-1'],
      'acme deal-2',
    ])
  })

  it.each(["acme'; drop table trace_spans; --", 'a b', 'x'.repeat(129), '../etc'])(
    'that is no id (%s) is unattributed',
    async (orgId) => {
      const traceId = Buffer.from(orgId.padEnd(16).slice(0, 16)).toString('hex')
      expect((await ledger.post('/v1/traces', tracesProtobuf([span(traceId, orgId)]))).status).toBe(200)
      expect(await organisations(traceId)).toEqual(['_unattributed'])
    },
  )
})

describe('a token', () => {
  it('bound to organisations has foreign records rejected, counted, and its own booked', async () => {
    const token = await addToken(database.ownerUrl, ['acme', 'globex'])
    nowMs += 10_000
    const traceId = '3'.repeat(32)
    const spans = ['acme', 'initech', 'globex', undefined].map((orgId, index) => ({
      ...span(traceId, orgId),
      spanId: `${index + 1}`.repeat(16),
    }))
    const response = await ledger.post('/v1/traces', tracesProtobuf(spans), as(token))
    expect(response.status).toBe(200)
    expect(Buffer.from(await response.arrayBuffer()).toString()).toContain('foreign_organisation: 2')
    expect(await organisations(traceId)).toEqual(['acme', 'globex'])
    const metrics = await ledger.metrics.registry.getSingleMetricAsString('ledger_spans_rejected_total')
    expect(metrics).toContain('ledger_spans_rejected_total{reason="foreign_organisation"} 2')
    const log = { timeUnixNano: BigInt(nowMs) * 1_000_000n, attributes: { org_id: 'initech' } }
    await ledger.post('/v1/logs', logsProtobuf([log]), as(token))
    const logs = await withClient(database.ownerUrl, (client) =>
      client.query("select count(*)::int as n from structured_logs where org_id = 'initech'"),
    )
    expect(logs.rows).toEqual([{ n: 0 }])
  })

  it('bound to one organisation writes for it where the record names none', async () => {
    const token = await addToken(database.ownerUrl, ['initech'])
    nowMs += 10_000
    await ledger.post('/v1/traces', tracesProtobuf([span('4'.repeat(32))]), as(token))
    expect(await organisations('4'.repeat(32))).toEqual(['initech'])
  })

  it('stops working within 5 seconds of being revoked', async () => {
    const token = await addToken(database.ownerUrl)
    nowMs += 10_000
    const status = async () => (await ledger.post('/v1/traces', Buffer.alloc(0), as(token))).status
    expect(await status()).toBe(200)
    await withClient(database.ownerUrl, (client) =>
      client.query('update writer_tokens set revoked_at = now() where name = $1', [token]),
    )
    nowMs += 5_000
    expect(await status()).toBe(401)
  })

  it('stops working soon after being revoked, by the clock on the wall too', async () => {
    const real = await startLedger(database)
    const token = await addToken(database.ownerUrl)
    const status = async () => (await real.post('/v1/traces', Buffer.alloc(0), as(token))).status
    try {
      await pollUntil('the new token is known', async () => expect(await status()).toBe(200))
      await withClient(database.ownerUrl, (client) =>
        client.query('update writer_tokens set revoked_at = now() where name = $1', [token]),
      )
      await pollUntil('the revoked token is refused', async () => expect(await status()).toBe(401))
      // Control: another token goes on working.
      expect((await real.post('/v1/traces', Buffer.alloc(0))).status).toBe(200)
    } finally {
      await real.close()
    }
  })
})
