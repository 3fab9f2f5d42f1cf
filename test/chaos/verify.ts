// After a cycle: is every acknowledged record there exactly once, every other at most once, and does the money add up?
// In: a connection, what was sent, what was acknowledged. Out: what is wrong, empty when nothing is.
import type pg from 'pg'
import type { Sent } from './senders.ts'
import type { Workload } from './workload.ts'

/** gpt-4o: $2.50 and $10.00 per million tokens, in pico-USD per token. */
const PICO_PER_INPUT = 2_500_000n
const PICO_PER_OUTPUT = 10_000_000n

export async function verifyBooked(
  client: pg.Client,
  orgId: string,
  workload: Workload,
  sent: Sent,
): Promise<string[]> {
  const spans = await counts(
    client,
    `select trace_id || '/' || span_id as id, count(*)::int as n from trace_spans where org_id = $1 group by 1`,
    orgId,
  )
  const logs = await counts(
    client,
    'select body as id, count(*)::int as n from structured_logs where org_id = $1 group by 1',
    orgId,
  )
  const calls = await counts(
    client,
    `select trace_id || '/' || span_id as id, sum(calls)::int as n from llm_usage where org_id = $1 group by 1`,
    orgId,
  )
  const problems: string[] = []
  for (const task of workload.tasks) {
    const booked = task.path === '/v1/traces' ? spans : logs
    for (const id of task.ids) {
      const times = booked.get(id) ?? 0
      if (sent.acknowledged.has(id) && times !== 1) problems.push(`acknowledged, but booked ${times} times: ${id}`)
      if (times > 1) problems.push(`booked ${times} times: ${id}`)
    }
  }
  let cost = 0n
  for (const { id, inputTokens, outputTokens } of workload.calls) {
    const times = calls.get(id) ?? 0
    if (times !== (spans.get(id) ?? 0))
      problems.push(`call booked ${times} times, its span ${spans.get(id) ?? 0}: ${id}`)
    if (spans.has(id)) cost += BigInt(inputTokens) * PICO_PER_INPUT + BigInt(outputTokens) * PICO_PER_OUTPUT
  }
  const { rows } = await client.query<{ pico: string }>(
    'select trunc(coalesce(sum(cost_usd), 0) * 1000000000000)::text as pico from usage_daily where org_id = $1',
    [orgId],
  )
  if (BigInt(rows[0]?.pico ?? 0) !== cost) problems.push(`usage_daily costs ${rows[0]?.pico} pico-USD, not ${cost}`)
  return problems.slice(0, 20)
}

async function counts(client: pg.Client, sql: string, orgId: string): Promise<Map<string, number>> {
  const { rows } = await client.query<{ id: string; n: number }>(sql, [orgId])
  return new Map(rows.map(({ id, n }) => [id, n]))
}
