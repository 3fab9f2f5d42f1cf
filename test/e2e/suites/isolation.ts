// Concurrent chats of two organisations never mix: no row, metric or log carries the other's ids.
import { describe, expect, test } from 'vitest'
import { pollUntil } from '../../support/poll.ts'
import type { World } from '../world.ts'

const CHATS = 50
const TENANTS = [
  { orgId: 'acme', dealId: 'falcon' },
  { orgId: 'globex', dealId: 'atlas' },
] as const

export const isolationSuite = (world: () => World) =>
  describe('tenants under concurrency', () => {
    test(`${CHATS} concurrent chats of two organisations: nothing carries the other's ids`, async () => {
      const sent = await Promise.all(
        Array.from({ length: CHATS }, async (_, index) => {
          const tenant = TENANTS[index % 2] ?? TENANTS[0]
          const response = await world().chat(tenant, `What is the revenue, asked as number ${index}?`)
          await response.text()
          return { ...tenant, status: response.status, traceId: response.headers.get('x-trace-id') ?? '' }
        }),
      )
      expect(sent.filter(({ status }) => status !== 200)).toEqual([])
      const traceIds = sent.map(({ traceId }) => traceId)
      expect(new Set(traceIds).size).toBe(CHATS)

      await pollUntil('a chat call and a log record of each trace', async () => {
        const [found] = await world().sql<{ calls: number; logged: number }>(
          `select
             (select count(*)::int from llm_usage where trace_id = any ($1) and operation = 'chat') as calls,
             (select count(distinct trace_id)::int from structured_logs where trace_id = any ($1)) as logged`,
          [traceIds],
        )
        if (found?.calls !== CHATS || found.logged !== CHATS) throw new Error(JSON.stringify(found))
      })
      const owner = new Map(sent.map(({ traceId, orgId, dealId }) => [traceId, `${orgId} ${dealId}`]))
      for (const table of ['trace_spans', 'llm_usage', 'feature_usage', 'structured_logs']) {
        const rows = await world().sql<{ trace_id: string; org_id: string; deal_id: string }>(
          `select trace_id, org_id, deal_id from ${table} where trace_id = any ($1)`,
          [traceIds],
        )
        expect(rows.length, table).toBeGreaterThanOrEqual(CHATS)
        const foreign = rows.filter((row) => owner.get(row.trace_id) !== `${row.org_id} ${row.deal_id}`)
        expect(foreign, table).toEqual([])
      }
      const mixed = 'count({org_id="acme",deal_id="atlas"} or {org_id="globex",deal_id="falcon"}) or vector(0)'
      expect(await world().promql(mixed)).toBe(0)
      expect(await world().promql('count({org_id="acme",deal_id="falcon"}) > bool 0')).toBe(1)
    })
  })
