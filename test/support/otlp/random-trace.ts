// Random but reproducible traces: chats below agents that repeat their sums, the same call seen by two libraries,
// identical siblings, spans that are no calls. In: a random source. Out: spans, parents and children in order.
import type { PlainSpan } from './messages.ts'

export type Random = () => number

/** mulberry32: small, seeded, good enough to vary tests. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export const pick = <Item>(random: Random, items: readonly Item[]): Item =>
  items[Math.floor(random() * items.length)] as Item
export const between = (random: Random, low: number, high: number): number =>
  low + Math.floor(random() * (high - low + 1))
export const hex = (random: Random, digits: number): string =>
  Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('')

export function shuffle<Item>(random: Random, items: readonly Item[]): Item[] {
  const shuffled = [...items]
  for (let i = shuffled.length - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1))
    ;[shuffled[i], shuffled[other]] = [shuffled[other] as Item, shuffled[i] as Item]
  }
  return shuffled
}

const MODELS = ['gpt-4o', 'gpt-4o-mini', 'gemini-2.5-flash', 'claude-sonnet-4-0', 'nobody-knows-this-model']
const FEATURES = ['chat', 'search', 'qa_response']

export interface TraceOptions {
  orgId: string
  startTimeUnixNano: bigint
  maxCalls?: number
}

export function randomTrace(random: Random, { orgId, startTimeUnixNano, maxCalls = 6 }: TraceOptions): PlainSpan[] {
  const traceId = hex(random, 32)
  const tenant = { org_id: orgId, deal_id: pick(random, ['falcon', 'eagle']), feature: pick(random, FEATURES) }
  const span = (parentSpanId: string, name: string, attributes: PlainSpan['attributes']): PlainSpan => {
    const start = startTimeUnixNano + BigInt(between(random, 0, 2_000_000_000))
    return {
      traceId,
      spanId: hex(random, 16),
      parentSpanId,
      name,
      kind: 3,
      startTimeUnixNano: start,
      endTimeUnixNano: start + BigInt(between(random, 1_000, 3_000_000_000)),
      attributes: { ...tenant, ...attributes },
      status: random() < 0.1 ? { code: 2, message: 'failed' } : {},
    }
  }
  const root = span('', 'POST /api/chat', { 'http.request.method': 'POST' })
  const spans = [root]
  const agent = random() < 0.6 ? span(root.spanId, 'invoke_agent helper', {}) : undefined
  let input = 0
  let output = 0
  for (let i = between(random, 1, maxCalls); i > 0; i--) {
    const usage = { input: between(random, 1, 4000), output: between(random, 0, 900) }
    input += usage.input
    output += usage.output
    const model = pick(random, MODELS)
    const call = span((agent ?? root).spanId, `chat ${model}`, callAttributes('chat', model, usage))
    if (random() < 0.5) call.attributes = { ...call.attributes, 'gen_ai.response.id': `resp-${hex(random, 8)}` }
    spans.push(call)
    // An identical sibling is a second call; a child with the same response id is a second view of the first.
    if (random() < 0.2) spans.push({ ...call, spanId: hex(random, 16) })
    if (random() < 0.3) spans.push(span(call.spanId, `chat ${model}`, { ...call.attributes }))
    if (random() < 0.3) spans.push(span(call.spanId, 'POST', { 'http.request.method': 'POST' }))
  }
  if (agent) {
    agent.attributes = { ...agent.attributes, ...callAttributes('invoke_agent', 'gpt-4o', { input, output }) }
    spans.push(agent)
  }
  return spans
}

const callAttributes = (operation: string, model: string, usage: { input: number; output: number }) => ({
  'gen_ai.operation.name': operation,
  'gen_ai.provider.name': model.startsWith('gemini')
    ? 'gcp.gemini'
    : model.startsWith('claude')
      ? 'anthropic'
      : 'openai',
  'gen_ai.request.model': model,
  'gen_ai.usage.input_tokens': usage.input,
  'gen_ai.usage.output_tokens': usage.output,
})
