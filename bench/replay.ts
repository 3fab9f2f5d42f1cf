// The replay every ingest figure is measured on: requests of 512 spans, 8 spans a trace, 3 of them model calls,
// 20 attributes (≈ 800 bytes) a span. In: a seed. Out: OTLP protobuf bodies; no trace occurs twice.
import { type PlainSpan, tracesProtobuf } from '../test/support/otlp/messages.ts'
import { between, createRandom, hex, pick, type Random } from '../test/support/otlp/random-trace.ts'

export const SPANS_PER_REQUEST = 512
const SPANS_PER_TRACE = 8
const CALLS_PER_TRACE = 3
const ORGANISATIONS = ['acme', 'globex', 'initech', 'umbrella', 'hooli']
const MODELS = ['gpt-4o', 'gpt-4o-mini', 'gemini-2.5-flash', 'claude-sonnet-4-0']
const FEATURES = ['chat', 'search', 'qa_response', 'extraction']

export function createReplay(seed: number, requests: number): Buffer[] {
  const random = createRandom(seed)
  return Array.from({ length: requests }, () => {
    const spans: PlainSpan[] = []
    while (spans.length < SPANS_PER_REQUEST) spans.push(...trace(random))
    return tracesProtobuf(spans, {
      'service.name': 'chat-backend',
      'service.version': '2.4.1',
      'deployment.environment.name': 'production',
      'host.name': 'node-7',
    })
  })
}

function trace(random: Random): PlainSpan[] {
  const traceId = hex(random, 32)
  const tenant = {
    org_id: pick(random, ORGANISATIONS),
    deal_id: `deal-${between(random, 1, 40)}`,
    feature: pick(random, FEATURES),
    department: pick(random, ['legal', 'finance', 'sales']),
    'user.id': `user-${between(random, 1, 500)}`,
    'session.id': hex(random, 16),
    'gen_ai.agent.id': `agent-${between(random, 1, 20)}`,
  }
  const start = BigInt(Date.now() - between(random, 0, 600_000)) * 1_000_000n
  const rootId = hex(random, 16)
  return Array.from({ length: SPANS_PER_TRACE }, (_, index) => {
    const isCall = index > 0 && index <= CALLS_PER_TRACE
    const model = pick(random, MODELS)
    const startTimeUnixNano = start + BigInt(index * 20_000_000)
    return {
      traceId,
      spanId: index === 0 ? rootId : hex(random, 16),
      parentSpanId: index === 0 ? '' : rootId,
      name: isCall ? `chat ${model}` : index === 0 ? 'POST /api/chat' : `step ${index}`,
      kind: isCall ? 3 : 1,
      startTimeUnixNano,
      endTimeUnixNano: startTimeUnixNano + BigInt(between(random, 1_000_000, 3_000_000_000)),
      attributes: { ...tenant, ...(isCall ? callAttributes(random, model) : stepAttributes(random)) },
    }
  })
}

const callAttributes = (random: Random, model: string) => ({
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': model.startsWith('gpt') ? 'openai' : model.startsWith('claude') ? 'anthropic' : 'gcp.gemini',
  'gen_ai.request.model': model,
  'gen_ai.response.model': model,
  'gen_ai.response.id': `resp_${hex(random, 24)}`,
  'gen_ai.response.finish_reasons': ['stop'],
  'gen_ai.usage.input_tokens': between(random, 100, 8000),
  'gen_ai.usage.output_tokens': between(random, 10, 900),
  'gen_ai.response.time_to_first_chunk': random(),
  'gen_ai.request.stream': true,
  'gen_ai.request.temperature': random(),
  'server.address': 'api.example.com',
  'server.port': 443,
})

const stepAttributes = (random: Random) => ({
  'code.function.name': `retrieve_${between(random, 1, 30)}`,
  'db.system.name': 'postgresql',
  'db.namespace': 'documents',
  'db.query.text': `select id, title, body from passages where deal = $1 and score > $2 limit ${between(random, 1, 50)}`,
  'db.response.returned_rows': between(random, 0, 50),
  'server.address': 'db-3.internal.example.com',
  'server.port': 5432,
  'thread.id': between(random, 1, 64),
  'thread.name': `worker-${between(random, 1, 64)}`,
  'peer.service': 'documents',
  'network.protocol.version': '1.1',
  'retry.count': between(random, 0, 2),
  'cache.key': hex(random, 40),
})
