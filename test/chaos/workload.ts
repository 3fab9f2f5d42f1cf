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
  /** Sent again although it was acknowledged, or twice at the same time. */
  repeat: 'no' | 'after' | 'at_once'
  /** Given up after the first failure: nothing is known of its records. */
  givesUp: boolean
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
}

export function createWorkload(random: Random, { orgId, traces, nowNanos }: WorkloadOptions): Workload {
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
      body: `log-${hex(random, 16)}`,
      attributes: { org_id: orgId },
    })
  }
  return { tasks: shuffle(random, [...traceTasks(random, shuffle(random, spans)), ...logTasks(random, logs)]), calls }
}

const callAttributes = (inputTokens: number, outputTokens: number, responseId: string) => ({
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-4o',
  'gen_ai.response.id': responseId,
  'gen_ai.usage.input_tokens': inputTokens,
  'gen_ai.usage.output_tokens': outputTokens,
})

function traceTasks(random: Random, spans: PlainSpan[]): Task[] {
  const tasks: Task[] = []
  const rest = [...spans]
  while (rest.length > 0) {
    const batch = rest.splice(0, between(random, 1, 40))
    const ids = batch.map(({ traceId, spanId }) => `${traceId}/${spanId}`)
    tasks.push({ path: '/v1/traces', body: tracesProtobuf(batch), ids, ...fate(random) })
  }
  return tasks
}

function logTasks(random: Random, logs: PlainLog[]): Task[] {
  const tasks: Task[] = []
  const rest = [...logs]
  while (rest.length > 0) {
    const batch = rest.splice(0, between(random, 1, 20))
    tasks.push({
      path: '/v1/logs',
      body: logsProtobuf(batch),
      ids: batch.map(({ body }) => String(body)),
      ...fate(random),
    })
  }
  return tasks
}

const fate = (random: Random): Pick<Task, 'repeat' | 'givesUp'> => ({
  repeat: pick(random, ['no', 'no', 'no', 'after', 'at_once']),
  givesUp: random() < 0.08,
})
