// `spanledger explain TRACE_ID [--org ORG]`: why the ledger booked what it booked for a trace. In: a trace id, and its
// organisation where several have that id. Out: every candidate with what became of it and why, then the booked lines and their sum.
import type { Command } from 'commander'
import type pg from 'pg'
import { explain } from '../../ledger/recognise/explain.ts'
import { resolve } from '../../ledger/recognise/resolve.ts'
import { settleAcross } from '../../ledger/recognise/split-calls.ts'
import { traceKeyOf } from '../../ledger/write/prepared-span.ts'
import { decide, type KnownSpan } from '../../ledger/write/resolve-trace.ts'
import { readLinks } from '../../ledger/write/split-responses.ts'
import { withLinked } from '../../ledger/write/trace-links.ts'
import { readLines, readSpans } from '../../ledger/write/trace-state.ts'
import type { UsageLine } from '../../ledger/write/usage-line.ts'
import { isTenantId } from '../../shared/ids.ts'
import { formatUsd } from '../../shared/money.ts'
import { asOwner, withDatabase } from '../database.ts'

const TRACE_ID = /^[0-9a-f]{32}$/

/** @throws Error when nobody, or the organisation asked for, holds a span or a line of this trace; when several do. */
async function explainTrace(client: pg.Client, traceId: string, asked: string | undefined): Promise<string> {
  if (asked !== undefined && !isTenantId(asked)) throw new Error(`${JSON.stringify(asked)} is no organisation id`)
  const id = traceId.toLowerCase()
  if (!TRACE_ID.test(id)) throw new Error(`${JSON.stringify(traceId)} is no trace id: 32 hexadecimal digits`)
  const orgId = asked ?? (await organisationOf(client, id))
  const own = { orgIds: [orgId], traceIds: [id] }
  const { spans, beside, lines } = await asOwner(client, async () => {
    // All reads see one moment of the ledger.
    await client.query('set transaction isolation level repeatable read, read only')
    const traces = withLinked(own, await readLinks(client, own, { hasOrganisation: () => true, has: () => true }))
    const known = await readSpans(client, traces)
    const spans = known.get(traceKeyOf(orgId, id)) ?? []
    known.delete(traceKeyOf(orgId, id))
    return { spans, beside: [...known.values()], lines: [...(await readLines(client, own)).values()].flat() }
  })
  if (spans.length === 0 && lines.length === 0)
    throw new Error(`${orgId} has no trace ${id}: is it of another organisation, still on its way, or past retention?`)
  const [decisions = []] = settleAcross([spans, ...beside].map((trace) => decide(trace, resolve)))
  const gone = spans.length === 0 ? 'The spans are past their retention; only the lines are left.\n' : ''
  const linked =
    beside.length === 0 ? '' : `Response ids of it are also shown by: ${beside.map(traceIdOf).join(', ')}\n`
  return `trace ${id} of ${orgId}: ${spans.length} spans\n${linked}\n${gone || explain(decisions)}\n${describeLines(lines)}`
}

/** Every organisation that ever sent anything, from one to the next by index, that has this trace. */
const ORGANISATIONS_OF_TRACE = ['trace_parts', 'usage_daily']
  .map(
    (table) => `
  select org_id from (
    with recursive known as (
      (select org_id from public.${table} order by org_id limit 1)
      union all
      select (select t.org_id from public.${table} t where t.org_id > k.org_id order by t.org_id limit 1)
      from known k where k.org_id is not null
    ) select org_id from known where org_id is not null
  ) as o
  where exists (select from public.trace_parts p where p.org_id = o.org_id and p.trace_id = $1)
    or exists (select from public.llm_usage u where u.org_id = o.org_id and u.trace_id = $1)`,
  )
  .join('\n  union')

/** Trace ids are chosen by senders: two organisations may have the same one. @throws Error unless exactly one has it. */
async function organisationOf(client: pg.Client, traceId: string): Promise<string> {
  const { rows } = await asOwner(client, () =>
    client.query<{ org_id: string }>(`${ORGANISATIONS_OF_TRACE} order by org_id`, [traceId]),
  )
  const [only, ...others] = rows.map(({ org_id }) => org_id)
  if (only === undefined) throw new Error(`no trace ${traceId}: is it still on its way, or past retention?`)
  if (others.length > 0)
    throw new Error(`${[only, ...others].join(', ')} have a trace ${traceId} each: say whose with --org`)
  return only
}

const traceIdOf = (spans: readonly KnownSpan[]): string =>
  spans.find(({ candidate }) => candidate)?.candidate?.traceId ?? 'unknown'

function describeLines(lines: readonly UsageLine[]): string {
  if (lines.length === 0) return 'booked lines: none\n'
  const sorted = [...lines].sort(
    (a, b) =>
      Number(a.startTimeUnixNano - b.startTimeUnixNano) ||
      (a.spanId < b.spanId ? -1 : Number(a.spanId > b.spanId)) ||
      a.revision - b.revision,
  )
  const cost = lines.reduce((sum, { price }) => sum + (price.costPicoUsd ?? 0n), 0n)
  const calls = lines.reduce((sum, line) => sum + line.calls, 0)
  const unpriced = lines.reduce((sum, line) => sum + line.unpricedCalls, 0)
  const without = unpriced === 0 ? '' : `, ${unpriced} without a price`
  return [
    'booked lines:',
    ...sorted.map((line) => `  ${describeLine(line)}`),
    `net: ${calls} calls, ${formatUsd(cost)} USD${without}`,
    '',
  ].join('\n')
}

function describeLine({ spanId, revision, kind, calls, content, price }: UsageLine): string {
  const sign = calls < 0 ? -1 : 1
  const { inputTokens, outputTokens } = content.usage
  const money =
    price.costPicoUsd === null
      ? 'no price'
      : `${formatUsd(price.costPicoUsd)} USD${price.version === null ? '' : ` (price ${price.version})`}`
  const figures = `input ${sign * inputTokens}, output ${sign * outputTokens}`
  const model = `${content.provider || 'unknown provider'} ${content.model || content.requestModel || 'unknown model'}`
  return `${spanId}  ${kind} ${revision}  ${model}  ${figures}  ${money}  ${content.certainty}`
}

export function addExplain(program: Command): void {
  program
    .command('explain <trace_id>')
    .description('Why each model call of a trace was booked or not, and the booked lines.')
    .option('--org <org_id>', 'organisation the trace belongs to; needed only when several have that id')
    .action((traceId: string, { org }: { org?: string }) =>
      withDatabase(async (client) => {
        process.stdout.write(await explainTrace(client, traceId, org))
      }),
    )
}
