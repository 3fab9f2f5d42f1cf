// What one OTLP request becomes in Postgres.
import { gzipSync } from 'node:zlib'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seedPrices } from '../../../src/ledger/price/seed-prices.ts'
import { startLedger, type TestLedger, withClient } from '../../support/ledger.ts'
import { logsProtobuf, tracesJson, tracesProtobuf } from '../../support/otlp/messages.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

let database: TestDatabase
let ledger: TestLedger

beforeAll(async () => {
  database = await createTestDatabase()
  await withClient(database.ownerUrl, seedPrices)
  ledger = await startLedger(database)
})
afterAll(async () => {
  await ledger?.close()
  await database?.drop()
})

const nowNanos = (): bigint => BigInt(Date.now()) * 1_000_000n
let nextTrace = 1
const traceId = (): string => (nextTrace++).toString(16).padStart(32, 'a')
const query = <Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []) =>
  withClient(database.ownerUrl, async (client) => (await client.query<Row>(sql, values)).rows)

const chat = (trace: string, spanId = 'b'.repeat(16), parentSpanId = '') => ({
  traceId: trace,
  spanId,
  parentSpanId,
  name: 'chat gpt-4o',
  kind: 3,
  startTimeUnixNano: nowNanos() + 123n,
  endTimeUnixNano: nowNanos() + 1_500_000_123n,
  attributes: {
    org_id: 'acme',
    deal_id: 'falcon',
    feature: 'chat',
    'user.id': 'u1',
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-4o',
    'gen_ai.response.model': 'gpt-4o-2024-08-06',
    'gen_ai.usage.input_tokens': 1000,
    'gen_ai.usage.output_tokens': 500,
    custom: 'kept',
  },
})

it('books a call of a model without a price as unpriced, never as 0', async () => {
  const trace = traceId()
  const span = chat(trace)
  const attributes = {
    ...span.attributes,
    'gen_ai.request.model': 'nobody-knows-it',
    'gen_ai.response.model': 'nobody-knows-it',
    org_id: 'unpriced',
  }
  await ledger.post('/v1/traces', tracesProtobuf([{ ...span, attributes }]))
  expect(
    await query('select cost_usd, price_status, unpriced_calls from llm_usage where trace_id = $1', [trace]),
  ).toEqual([{ cost_usd: null, price_status: 'unpriced', unpriced_calls: 1 }])
  expect(await ledger.metrics.registry.getSingleMetricAsString('ledger_unpriced_calls_total')).toContain(
    'ledger_unpriced_calls_total{org_id="unpriced",provider="openai",model="nobody-knows-it"} 1',
  )
})

describe('one request', () => {
  it('becomes a span, a priced line, its trace and its roll-ups', async () => {
    const trace = traceId()
    const response = await ledger.post('/v1/traces', tracesProtobuf([chat(trace)]))
    expect({ status: response.status, body: (await response.arrayBuffer()).byteLength }).toEqual({
      status: 200,
      body: 0,
    })
    const spans = await query('select * from trace_spans where trace_id = $1', [trace])
    expect(spans).toHaveLength(1)
    expect(spans[0]).toMatchObject({
      org_id: 'acme',
      deal_id: 'falcon',
      user_id: 'u1',
      feature: 'chat',
      name: 'chat gpt-4o',
      service_name: 'test',
      scope_name: 'test-scope',
    })
    expect(spans[0]?.attributes).toMatchObject({ custom: 'kept' })
    expect(Object.keys(spans[0]?.attributes)).not.toContain('deal_id')
    const lines = await query('select * from llm_usage where trace_id = $1', [trace])
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({
      line_kind: 'call',
      provider: 'openai',
      model: 'gpt-4o-2024-08-06',
      input_tokens: 1000,
      output_tokens: 500,
      calls: 1,
      // gpt-4o: 1000 × $2.50/M + 500 × $10/M
      cost_usd: '0.007500000000',
      price_status: 'priced',
    })
    expect(await query('select span_count from trace_parts where trace_id = $1', [trace])).toEqual([
      { span_count: '1' },
    ])
    const [daily] = await query(
      "select sum(calls) as calls, sum(input_tokens) as tokens from usage_daily where org_id <> 'unpriced'",
    )
    expect(daily).toEqual({ calls: '1', tokens: '1000' })
  })

  it('changes nothing when it comes again, in any encoding', async () => {
    const trace = traceId()
    const spans = [chat(trace)]
    const json = JSON.stringify(tracesJson(spans))
    for (const send of [
      () => ledger.post('/v1/traces', tracesProtobuf(spans)),
      () => ledger.post('/v1/traces', tracesProtobuf(spans)),
      () => ledger.post('/v1/traces', json),
      () => ledger.post('/v1/traces', gzipSync(tracesProtobuf(spans)), { 'content-encoding': 'gzip' }),
    ]) {
      expect((await send()).status).toBe(200)
    }
    expect(await query('select count(*)::int as n from trace_spans where trace_id = $1', [trace])).toEqual([{ n: 1 }])
    expect(await query('select count(*)::int as n from llm_usage where trace_id = $1', [trace])).toEqual([{ n: 1 }])
    expect(await metric('ledger_conflicts_total')).toBe(0)
  })

  it('keeps the first of two spans under one id and counts the conflict', async () => {
    const trace = traceId()
    const first = chat(trace)
    const second = { ...first, name: 'another name' }
    await ledger.post('/v1/traces', tracesProtobuf([first]))
    await ledger.post('/v1/traces', tracesProtobuf([second]))
    expect(await query('select name from trace_spans where trace_id = $1', [trace])).toEqual([{ name: 'chat gpt-4o' }])
    expect(await metric('ledger_conflicts_total')).toBe(1)
  })

  it('books a feature run with its metadata, and a log record once', async () => {
    const trace = traceId()
    const run = {
      ...chat(trace),
      name: 'feature chat',
      attributes: {
        org_id: 'acme',
        deal_id: 'falcon',
        feature: 'chat',
        'spanledger.feature.status': 'degraded',
        'spanledger.feature.metadata': '{"stage_ms":{"graph":12.5},"bad":"\\u0000"}',
      },
    }
    expect((await ledger.post('/v1/traces', tracesProtobuf([run]))).status).toBe(200)
    const [row] = await query('select feature_name, status, metadata from feature_usage where trace_id = $1', [trace])
    expect(row).toEqual({
      feature_name: 'chat',
      status: 'degraded',
      metadata: { stage_ms: { graph: 12.5 }, bad: '\ufffd' },
    })
    const logs = logsProtobuf([
      { timeUnixNano: nowNanos(), traceId: trace, body: 'hello', attributes: { org_id: 'acme' } },
    ])
    for (let i = 0; i < 3; i++) expect((await ledger.post('/v1/logs', logs)).status).toBe(200)
    expect(await query('select org_id, level, body from structured_logs where trace_id = $1', [trace])).toEqual([
      { org_id: 'acme', level: 'info', body: 'hello' },
    ])
  })

  it('books a span without organisation under _unattributed', async () => {
    const trace = traceId()
    await ledger.post('/v1/traces', tracesProtobuf([{ ...chat(trace), attributes: {} }]))
    expect(await query('select org_id from trace_spans where trace_id = $1', [trace])).toEqual([
      { org_id: '_unattributed' },
    ])
  })
})

async function metric(name: string): Promise<number> {
  const text = await ledger.metrics.registry.getSingleMetricAsString(name)
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `))
  return Number(line?.split(' ')[1] ?? Number.NaN)
}
