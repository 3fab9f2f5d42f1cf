// What the senders of one cycle send, and the truth about it. Traces of a root, calls and logs, cut into requests
// without regard to parents and children, some of them identical, some of them given up after the first failure.
import type { PlainLog, PlainSpan } from '../support/otlp/messages.ts'
import { logsProtobuf, tracesProtobuf } from '../support/otlp/messages.ts'
import { between, hex, pick, type Random, shuffle } from '../support/otlp/random-trace.ts'

export interface Task {
  path: '/v1/traces' | '/v1/logs'
  body: Buffer
  /** Ids of the records in it, `trace/span` or `log body`. */
  ids: string[]
  /** Identical requests at the same time. */
  atOnce: number
  /** Sent again although it was acknowledged. */
  again: boolean
  /** Given up after the first failure: nothing is known of its records. */
  givesUp: boolean
  /** Another token than the senders' own. */
  token?: string
}

export interface Call {
  id: string
  inputTokens: number
  outputTokens: number
}

export interface Workload {
  tasks: Task[]
  calls: Call[]
}

export interface WorkloadOptions {
  orgId: string
  traces: number
  nowNanos: bigint
  /** Each request goes out four times at once, and none is given up. */
  identical?: boolean
  /** Token of a writer who may write for `orgId` and not for FOREIGN_ORG, which is in one request of each kind all the same. */
  boundToken?: string
}

/** Of records that must never be booked. */
export const FOREIGN_ORG = 'foreign'

export function createWorkload(random: Random, options: WorkloadOptions): Workload {
  const { orgId, traces, nowNanos, boundToken } = options
  const spans: PlainSpan[] = []
  const logs: PlainLog[] = []
  const calls: Call[] = []
  for (let index = 0; index < traces; index++) {
    const traceId = hex(random, 32)
    // Clocks of senders are wrong by up to an hour either way.
    const start = nowNanos + BigInt(between(random, -3_600, 3_600)) * 1_000_000_000n
    const span = (parentSpanId: string, more: Partial<PlainSpan>): PlainSpan => ({
      traceId,
      spanId: hex(random, 16),
      parentSpanId,
      startTimeUnixNano: start + BigInt(between(random, 0, 1_000_000)),
      ...more,
      attributes: { org_id: orgId, deal_id: 'falcon', feature: 'chat', ...more.attributes },
    })
    const root = span('', { name: 'feature chat', attributes: { 'spanledger.feature.status': 'success' } })
    spans.push(root)
    for (let call = between(random, 1, 4); call > 0; call--) {
      const [inputTokens, outputTokens] = [between(random, 1, 5000), between(random, 1, 900)]
      const made = span(root.spanId, {
        name: 'chat gpt-4o',
        kind: 3,
        attributes: callAttributes(inputTokens, outputTokens, hex(random, 12)),
      })
      spans.push(made)
      calls.push({ id: `${traceId}/${made.spanId}`, inputTokens, outputTokens })
    }
    logs.push({
      timeUnixNano: start,
      traceId,
      spanId: root.spanId,
      body: `log ${letters(random, 16)}`,
      attributes: { org_id: orgId },
    })
  }
  const fate = (): Fate => createFate(random, options.identical)
  const tasks = [...traceTasks(random, shuffle(random, spans), fate), ...logTasks(random, logs, fate)]
  if (boundToken) tasks.push(...forgedTasks(random, { spans, logs, token: boundToken }))
  return { tasks: shuffle(random, tasks), calls }
}

const callAttributes = (inputTokens: number, outputTokens: number, responseId: string) => ({
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-4o',
  'gen_ai.response.id': responseId,
  'gen_ai.usage.input_tokens': inputTokens,
  'gen_ai.usage.output_tokens': outputTokens,
})

type Fate = Pick<Task, 'atOnce' | 'again' | 'givesUp'>

function createFate(random: Random, identical = false): Fate {
  const repeat = pick(random, ['no', 'no', 'no', 'again', 'at_once'])
  return {
    atOnce: identical ? 4 : repeat === 'at_once' ? 2 : 1,
    again: repeat === 'again',
    givesUp: random() < 0.08 && !identical,
  }
}

const spanIds = (spans: PlainSpan[]): string[] => spans.map(({ traceId, spanId }) => `${traceId}/${spanId}`)
const logIds = (logs: PlainLog[]): string[] => logs.map(({ body }) => String(body))

function traceTasks(random: Random, spans: PlainSpan[], fate: () => Fate): Task[] {
  return cut(random, spans, 40).map((batch) => ({
    ...{ path: '/v1/traces', body: tracesProtobuf(batch), ids: spanIds(batch) },
    ...fate(),
  }))
}

function logTasks(random: Random, logs: PlainLog[], fate: () => Fate): Task[] {
  return cut(random, logs, 20).map((batch) => ({
    ...{ path: '/v1/logs', body: logsProtobuf(batch), ids: logIds(batch) },
    ...fate(),
  }))
}

/** A few of the records once more, each beside its double under a foreign organisation. */
function forgedTasks(random: Random, from: { spans: PlainSpan[]; logs: PlainLog[]; token: string }): Task[] {
  const forged = <Item extends PlainSpan | PlainLog>(item: Item): Item[] => [
    item,
    { ...item, attributes: { ...item.attributes, org_id: FOREIGN_ORG } },
  ]
  const spans = shuffle(random, from.spans).slice(0, 5)
  const logs = shuffle(random, from.logs).slice(0, 5)
  const fate = { atOnce: 1, again: false, givesUp: false, token: from.token }
  return [
    { path: '/v1/traces', body: tracesProtobuf(spans.flatMap(forged)), ids: spanIds(spans), ...fate },
    { path: '/v1/logs', body: logsProtobuf(logs.flatMap(forged)), ids: logIds(logs), ...fate },
  ]
}

function cut<Item>(random: Random, items: Item[], most: number): Item[][] {
  const rest = [...items]
  const batches: Item[][] = []
  while (rest.length > 0) batches.push(rest.splice(0, between(random, 1, most)))
  return batches
}

/** No digits: the collector masks what looks like the number of a card or a phone. */
const letters = (random: Random, count: number): string =>
  Array.from({ length: count }, () => String.fromCharCode(97 + between(random, 0, 25))).join('')
