// Postgres goes away under traffic: nothing accepted is lost or doubled, and the other two branches never stop.
import { describe, expect, test } from 'vitest'
import { newTraceId, postOtlp, traceRequest } from '../../support/otlp-json.ts'
import { pollUntil } from '../../support/poll.ts'
import type { World } from '../world.ts'

const OUTAGE_MS = 20_000
const EVERY_MS = 100

export const outageSuite = (world: () => World) =>
  describe('Postgres stopped for 20 s under traffic', () => {
    test('every accepted call is booked exactly once, and Prometheus and Tempo kept receiving', async () => {
      const accepted: string[] = []
      const send = async () => {
        const traceId = newTraceId()
        const response = await postOtlp(
          world().url('COLLECTOR_OTLP_HTTP_PORT', '/v1/traces'),
          world().stack.secrets.OTLP_INGEST_TOKEN,
          traceRequest([
            {
              traceId,
              attributes: {
                org_id: 'initech',
                deal_id: 'juniper',
                'gen_ai.operation.name': 'chat',
                'gen_ai.provider.name': 'openai',
                'gen_ai.request.model': 'gemini-2.5-flash',
                'gen_ai.usage.input_tokens': 1000,
                'gen_ai.usage.output_tokens': 100,
              },
            },
          ]),
        )
        if (response.ok) accepted.push(traceId)
      }
      const spanMetric = 'sum(traces_span_metrics_calls_total{org_id="initech"})'
      let sending = true
      const traffic = (async () => {
        while (sending) {
          await send()
          await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
        }
      })()
      await pollUntil('traffic before the outage', () => {
        if (accepted.length < 20) throw new Error(`${accepted.length} accepted`)
      })

      await world().stack.stopService('postgres')
      const stoppedAt = Date.now()
      const during = accepted.length
      await pollUntil(
        'a call sent during the outage at the Tempo branch',
        async () => {
          const traceId = accepted[during]
          if (!traceId || !(await world().tempoHas(traceId))) throw new Error('not there yet')
        },
        { timeoutMs: OUTAGE_MS },
      )
      await pollUntil(
        'Prometheus counting calls sent during the outage',
        async () => {
          const counted = await world().promql(spanMetric)
          if (!(counted > during + 10)) throw new Error(`${counted} counted, ${during} sent before`)
        },
        { timeoutMs: 60_000 },
      )
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, stoppedAt + OUTAGE_MS - Date.now())))
      await world().stack.startService('postgres')
      sending = false
      await traffic
      expect(accepted.length).toBeGreaterThan(during)

      const count = async () =>
        world().sql<{ calls: number; traces: number; rolled: number }>(
          `select count(*)::int as calls, count(distinct trace_id)::int as traces,
             (select sum(calls)::int from usage_daily where org_id = 'initech' and operation = 'chat') as rolled
           from llm_usage where org_id = 'initech' and operation = 'chat'`,
        )
      await pollUntil(
        'every accepted call booked',
        async () => {
          const [row] = await count()
          if (row?.traces !== accepted.length) throw new Error(`${JSON.stringify(row)} of ${accepted.length} accepted`)
        },
        { timeoutMs: 60_000 },
      )
      const [row] = await count()
      expect(row).toEqual({ calls: accepted.length, traces: accepted.length, rolled: accepted.length })
    })
  })
