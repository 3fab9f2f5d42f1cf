// Random but reproducible usage lines, and their insertion as the writer does it. In: a seed. Out: lines that a ledger
// could have written: calls, reversals, corrections and price adjustments, priced and unpriced, over several days.
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { formatUsd } from '../../src/shared/money.ts'

export interface Line {
  org_id: string
  trace_id: string
  span_id: string
  created_at: string
  revision: number
  line_kind: 'call' | 'reversal' | 'correction' | 'price_adjustment'
  deal_id: string
  provider: string
  model: string
  operation: string
  feature: string
  department: string
  agent_id: string
  environment: string
  version: string
  intent: string
  segment: string
  input_tokens: number
  output_tokens: number
  cache_read_tokens: number
  cache_write_tokens: number
  reasoning_tokens: number
  calls: number
  unpriced_calls: number
  cost_usd: string | null
  price_status: 'priced' | 'unpriced'
  latency_ms: number | null
  time_to_first_token_ms: number | null
  status: string
  certainty: string
}

/** mulberry32: a small seeded generator; the numbers need no other quality than repeating. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export function randomLines(seed: number, calls: number, firstDay = '2026-10-05'): Line[] {
  const random = seeded(seed)
  const int = (below: number) => Math.floor(random() * below)
  const pick = <T>(values: readonly T[]): T => values[int(values.length)] as T
  const lines: Line[] = []
  for (let index = 0; index < calls; index += 1) {
    const unpriced = random() < 0.1
    const first: Line = {
      org_id: pick(['acme', 'globex', 'initech']),
      trace_id: index.toString(16).padStart(32, '0'),
      span_id: int(2 ** 31)
        .toString(16)
        .padStart(16, '0'),
      created_at: new Date(Date.parse(`${firstDay}T00:00:00Z`) + int(3 * 86_400_000)).toISOString(),
      revision: 0,
      line_kind: 'call',
      deal_id: pick(['falcon', 'heron', '']),
      provider: pick(['openai', 'anthropic']),
      model: pick(['gpt-4o', 'claude-opus-4-5', "o'model \\ tab"]),
      operation: pick(['chat', 'embeddings']),
      feature: pick(['chat', 'search', '']),
      department: pick(['legal', 'sales']),
      agent_id: pick(['a1', 'a2', '']),
      environment: pick(['production', 'staging']),
      version: pick(['v1.0', 'v1.1']),
      intent: pick(['', 'question']),
      segment: pick(['', 'enterprise']),
      input_tokens: int(100_000),
      output_tokens: int(4_000),
      cache_read_tokens: int(1_000),
      cache_write_tokens: int(100),
      reasoning_tokens: int(500),
      calls: 1,
      unpriced_calls: unpriced ? 1 : 0,
      cost_usd: unpriced ? null : formatUsd(BigInt(int(2 ** 31)) * BigInt(1 + int(1000))),
      price_status: unpriced ? 'unpriced' : 'priced',
      latency_ms: random() < 0.05 ? null : Math.round(Math.exp(random() * 10)),
      time_to_first_token_ms: random() < 0.5 ? null : int(3000),
      status: pick(['success', 'success', 'success', 'error', 'timeout', 'rate_limited']),
      certainty: pick(['measured', 'measured', 'estimated', 'partial']),
    }
    lines.push(first)
    if (random() < 0.2) lines.push(...changesOf(first, pick, int))
  }
  return lines
}

/** Either a price adjustment, or a reversal that a correction may follow. */
function changesOf(first: Line, pick: <T>(values: readonly T[]) => T, int: (below: number) => number): Line[] {
  const none = { input_tokens: 0, output_tokens: 0, cache_read_tokens: 0, cache_write_tokens: 0, reasoning_tokens: 0 }
  if (pick([true, false])) {
    const cost_usd = formatUsd(BigInt(int(2 ** 31)) - 1_000_000_000n)
    return [
      {
        ...first,
        ...none,
        revision: 1,
        line_kind: 'price_adjustment',
        calls: 0,
        unpriced_calls: -first.unpriced_calls,
        cost_usd,
        price_status: 'priced',
      },
    ]
  }
  const reversal: Line = {
    ...first,
    revision: 1,
    line_kind: 'reversal',
    calls: -1,
    unpriced_calls: -first.unpriced_calls,
    input_tokens: -first.input_tokens,
    output_tokens: -first.output_tokens,
    cache_read_tokens: -first.cache_read_tokens,
    cache_write_tokens: -first.cache_write_tokens,
    reasoning_tokens: -first.reasoning_tokens,
    cost_usd:
      first.cost_usd === null ? null : first.cost_usd.startsWith('-') ? first.cost_usd.slice(1) : `-${first.cost_usd}`,
  }
  const correction: Line = { ...first, revision: 2, line_kind: 'correction', model: 'corrected', latency_ms: 77 }
  return pick([true, false]) ? [reversal] : [reversal, correction]
}

/** As the ledger: partitions first, then one COPY into the parent. */
export async function copyLines(writer: pg.Client, lines: Line[]): Promise<void> {
  if (lines.length === 0) return
  const times = lines.map(({ created_at }) => created_at).sort()
  await writer.query("select ensure_partitions('llm_usage', $1, $2)", [times[0], times.at(-1)])
  const columns = Object.keys(lines[0] as Line) as (keyof Line)[]
  const text = lines.map((line) => columns.map((column) => copyText(line[column])).join('\t')).join('\n')
  await pipeline(
    Readable.from([`${text}\n`]),
    writer.query(copyFrom(`copy llm_usage (${columns.join(', ')}) from stdin`)),
  )
}

const copyText = (value: string | number | null): string =>
  value === null ? '\\N' : String(value).replace(/\\/g, '\\\\').replace(/\t/g, '\\t').replace(/\n/g, '\\n')
