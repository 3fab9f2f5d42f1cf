// One chat is found in every place, with the same ids and the exact cost.
import { describe, expect, test } from 'vitest'
import { pollUntil } from '../../support/poll.ts'
import { CHATS } from '../cases/chats.ts'
import { pollRows, pollValue, type World } from '../world.ts'

export const chatSuite = (world: () => World) =>
  describe('one chat is found in every place', () => {
    for (const chat of CHATS) {
      test(`${chat.name}: span, priced row, metric, Tempo branch and log agree`, async () => {
        const { orgId, dealId } = chat
        await world().orderModel(chat.usage)
        const response = await world().chat(chat, chat.question)
        await world().orderModel({})
        expect(response.status).toBe(200)
        const traceId = response.headers.get('x-trace-id') ?? ''
        expect(traceId).toMatch(/^[0-9a-f]{32}$/)

        await pollRows(
          world(),
          `select org_id, deal_id, feature, provider, input_tokens::int, output_tokens::int, trim_scale(cost_usd)::text as cost,
             line_kind, price_status, certainty
           from llm_usage where trace_id = $1 and operation = 'chat'`,
          [traceId],
          [
            {
              org_id: orgId,
              deal_id: dealId,
              feature: 'chat',
              provider: 'gcp.gemini',
              input_tokens: chat.usage.prompt_tokens,
              output_tokens: chat.usage.completion_tokens,
              cost: chat.costUsd,
              line_kind: 'call',
              price_status: 'priced',
              certainty: 'measured',
            },
          ],
        )
        const spans = await world().sql<{ org_id: string; deal_id: string; name: string }>(
          'select org_id, deal_id, name from trace_spans where trace_id = $1',
          [traceId],
        )
        expect(spans.map((span) => span.name)).toContain('chat gemini-2.5-flash')
        expect(new Set(spans.map((span) => `${span.org_id} ${span.deal_id}`))).toEqual(new Set([`${orgId} ${dealId}`]))

        await pollRows(
          world(),
          `select feature_name, status from feature_usage where trace_id = $1`,
          [traceId],
          [{ feature_name: 'chat', status: 'success' }],
        )
        await pollUntil('a log record of the same trace and tenant', async () => {
          const logs = await world().sql<{ org_id: string; deal_id: string }>(
            'select distinct org_id, deal_id from structured_logs where trace_id = $1',
            [traceId],
          )
          if (JSON.stringify(logs) !== JSON.stringify([{ org_id: orgId, deal_id: dealId }]))
            throw new Error(JSON.stringify(logs))
        })
        await pollValue(
          world(),
          `sum(histogram_count(gen_ai_client_operation_duration_seconds{org_id="${orgId}",deal_id="${dealId}",gen_ai_operation_name="chat"}))`,
          1,
        )
        await pollUntil('the trace at the Tempo branch', async () => {
          if (!(await world().tempoHas(traceId))) throw new Error('not there yet')
        })
      })
    }
  })
