// After a cycle: is every acknowledged record there exactly once, every other at most once, does the money add up, and
// is nobody else's record there? In: a superuser's connection, what was sent, what was acknowledged. Out: what is
// wrong, empty when nothing is.
import type pg from 'pg'
import { ledgerDifferences } from '../support/ledger-sums.ts'
import type { Sent } from './senders.ts'
import type { Workload } from './workload.ts'

export interface Problem {
  kind: 'lost' | 'doubled' | 'other'
  text: string
}

/** gpt-4o: $2.50 and $10.00 per million tokens, in pico-USD per token. */
const PICO_PER_INPUT = 2_500_000n
const PICO_PER_OUTPUT = 10_000_000n

export const other = (text: string): Problem => ({ kind: 'other', text })

/** @param organisations all that anything was sent for since the database is there. */
export async function verifyCycle(
  client: pg.Client,
  { orgId, organisations, workload, sent }: { orgId: string; organisations: string[]; workload: Workload; sent: Sent },
): Promise<Problem[]> {
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
  const records = new Set(workload.tasks.flatMap(({ ids }) => ids)).size
  const few = sent.acknowledged.size < records / 2
  return [
    ...(few ? [other(`only ${sent.acknowledged.size} of ${records} records were acknowledged`)] : []),
    ...recordProblems(workload, sent, { spans, logs }),
    ...(await callProblems(client, orgId, workload, spans)),
    ...(await ledgerDifferences(client)).map(other),
    ...(await foreignRows(client, organisations)).map(other),
  ]
}

type Booked = Map<string, number>

function recordProblems({ tasks }: Workload, sent: Sent, booked: { spans: Booked; logs: Booked }): Problem[] {
  const problems: Problem[] = []
  for (const kind of ['spans', 'logs'] as const) {
    const path = kind === 'spans' ? '/v1/traces' : '/v1/logs'
    const ids = new Set(tasks.filter((task) => task.path === path).flatMap((task) => task.ids))
    for (const id of ids) {
      const times = booked[kind].get(id) ?? 0
      if (times > 1) problems.push({ kind: 'doubled', text: `booked ${times} times: ${kind} ${id}` })
      if (times === 0 && sent.acknowledged.has(id))
        problems.push({ kind: 'lost', text: `acknowledged, but not booked: ${kind} ${id}` })
    }
    for (const id of booked[kind].keys()) if (!ids.has(id)) problems.push(other(`never sent: ${kind} ${id}`))
  }
  return problems
}

async function callProblems(client: pg.Client, orgId: string, { calls }: Workload, spans: Booked): Promise<Problem[]> {
  const booked = await counts(
    client,
    `select trace_id || '/' || span_id as id, sum(calls)::int as n from llm_usage where org_id = $1 group by 1`,
    orgId,
  )
  const problems: Problem[] = []
  let cost = 0n
  for (const { id, inputTokens, outputTokens } of calls) {
    const [times, spanTimes] = [booked.get(id) ?? 0, spans.get(id) ?? 0]
    if (times !== spanTimes) {
      const kind = times > spanTimes ? 'doubled' : 'lost'
      problems.push({ kind, text: `call booked ${times} times, its span ${spanTimes}: ${id}` })
    }
    if (spanTimes > 0) cost += BigInt(inputTokens) * PICO_PER_INPUT + BigInt(outputTokens) * PICO_PER_OUTPUT
  }
  for (const table of ['llm_usage', 'usage_daily', 'usage_hourly']) {
    const { rows } = await client.query<{ pico: string }>(
      `select trunc(coalesce(sum(cost_usd), 0) * 1000000000000)::text as pico from ${table} where org_id = $1`,
      [orgId],
    )
    if (BigInt(rows[0]?.pico ?? 0) !== cost)
      problems.push(other(`${table} costs ${rows[0]?.pico} pico-USD, not ${cost}`))
  }
  return problems
}

/** Rows, in any table, of an organisation nothing was sent for or that the sender may not write for. */
async function foreignRows(client: pg.Client, organisations: string[]): Promise<string[]> {
  const { rows: tables } = await client.query<{ name: string }>(
    `select quote_ident(c.relname) as name from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       and a.attname = 'org_id' and not a.attisdropped
       -- what the ledger says of itself, which nobody sent
       and c.relname <> 'system_metrics'`,
  )
  const found: string[] = []
  for (const { name } of tables) {
    const { rows } = await client.query<{ org_id: string; n: number }>(
      `select org_id, count(*)::int as n from ${name} where org_id <> all ($1) group by 1`,
      [organisations],
    )
    found.push(...rows.map((row) => `${row.n} rows of organisation ${row.org_id} in ${name}`))
  }
  return found
}

async function counts(client: pg.Client, sql: string, orgId: string): Promise<Booked> {
  const { rows } = await client.query<{ id: string; n: number }>(sql, [orgId])
  return new Map(rows.map(({ id, n }) => [id, n]))
}
