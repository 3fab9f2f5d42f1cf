// The two doors (collector and ledger) against senders that are wrong, and against replays.
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { newTraceId, postOtlp, traceRequest } from '../../support/otlp-json.ts'
import { pollRows, type World } from '../world.ts'

const MIB = 1024 * 1024

const modelCall = (traceId: string) =>
  traceRequest([
    {
      traceId,
      attributes: {
        org_id: 'acme',
        deal_id: 'falcon',
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'gemini-2.5-flash',
        'gen_ai.usage.input_tokens': 1000,
        'gen_ai.usage.output_tokens': 100,
      },
    },
  ])

const BOOKED =
  'select count(*)::int as rows, trim_scale(sum(cost_usd))::text as cost from llm_usage where trace_id = $1'

export const doorSuite = (world: () => World) =>
  describe('the way in', () => {
    const ledger = () => world().url('LEDGER_PORT', '/v1/traces')
    const collector = () => world().url('COLLECTOR_OTLP_HTTP_PORT', '/v1/traces')

    for (const [door, url, token] of [
      ['the collector', collector, () => world().stack.secrets.OTLP_INGEST_TOKEN],
      ['the ledger', ledger, () => world().stack.secrets.LEDGER_TOKEN],
    ] as const) {
      test(`the same request sent three times to ${door} books one row`, async () => {
        const traceId = newTraceId()
        const body = modelCall(traceId)
        for (let i = 0; i < 3; i += 1) expect((await postOtlp(url(), token(), body)).status).toBe(200)
        // A later call proves that the replays have been through.
        const later = newTraceId()
        expect((await postOtlp(url(), token(), modelCall(later))).status).toBe(200)
        await pollRows(world(), BOOKED, [later], [{ rows: 1, cost: '0.000105' }])
        await pollRows(world(), BOOKED, [traceId], [{ rows: 1, cost: '0.000105' }])
      })

      test(`${door} answers 401 to a wrong bearer token and books nothing`, async () => {
        const refused = newTraceId()
        expect((await postOtlp(url(), 'wrong', modelCall(refused))).status).toBe(401)
        const control = newTraceId()
        expect((await postOtlp(url(), token(), modelCall(control))).status).toBe(200)
        await pollRows(world(), BOOKED, [control], [{ rows: 1, cost: '0.000105' }])
        await pollRows(world(), BOOKED, [refused], [{ rows: 0, cost: null }])
      })

      test(`${door} answers 400 with a google.rpc.Status to a body that is not OTLP`, async () => {
        const response = await fetch(url(), {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token()}` },
          body: '{"resourceSpans": 7}',
        })
        expect(response.status).toBe(400)
        const status = (await response.json()) as { code?: number; message: string }
        expect(status.message).toMatch(/\S/)
      })
    }

    test('the ledger answers 413 to 25 MiB, and to what unpacks to 25 MiB', async () => {
      const big = Buffer.alloc(25 * MIB, 0x20)
      const send = (body: Buffer, encoding: Record<string, string>) =>
        fetch(ledger(), {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            authorization: `Bearer ${world().stack.secrets.LEDGER_TOKEN}`,
            ...encoding,
          },
          body: new Uint8Array(body),
        })
      expect((await send(big, {})).status).toBe(413)
      expect((await send(gzipSync(big), { 'content-encoding': 'gzip' })).status).toBe(413)
    })
  })
