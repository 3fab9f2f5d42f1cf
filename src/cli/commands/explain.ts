// `spanledger explain TRACE_ID --org ORG`: why the ledger booked what it booked for a trace. In: a trace id and its
// organisation. Out: every candidate with what became of it and why, then the booked lines and their sum.
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

/** @throws Error when the organisation holds no span and no line of this trace. */
async function explainTrace(client: pg.Client, orgId: string, traceId: string): Promise<string> {
  if (!isTenantId(orgId)) throw new Error(`${JSON.stringify(orgId)} is no organisation id`)
  const id = traceId.toLowerCase()
  if (!TRACE_ID.test(id)) throw new Error(`${JSON.stringify(traceId)} is no trace id: 32 hexadecimal digits`)
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
    .requiredOption('--org <org_id>', 'organisation the trace belongs to')
    .action((traceId: string, { org }: { org: string }) =>
      withDatabase(async (client) => {
        process.stdout.write(await explainTrace(client, org, traceId))
      }),
    )
}
