// One chat of organisation acme, as telemetry. In: the ledger, a trace id. Out: its rows: a request, an unpriced model call
// (span 00000000000000a2) and a log record.
import type { TestLedger } from './ledger.ts'

const text = (key: string, value: string) => ({ key, value: { stringValue: value } })

/** A request with one model call below it, and a log record of it, sent as an application's collector would. */
export async function sendChatTrace(ledger: TestLedger, traceId: string): Promise<void> {
  const nanos = (ms: number) => String(BigInt(Date.now() - 60_000 + ms) * 1_000_000n)
  const resource = { attributes: [text('service.name', 'demo')] }
  const whose = [text('org_id', 'acme'), text('deal_id', 'falcon'), text('feature', 'chat')]
  const span = (
    spanId: string,
    name: string,
    fromMs: number,
    toMs: number,
    attributes: object[],
    more: object = {},
  ) => ({
    traceId,
    spanId,
    name,
    kind: 3,
    startTimeUnixNano: nanos(fromMs),
    endTimeUnixNano: nanos(toMs),
    attributes: [...whose, ...attributes],
    status: {},
    ...more,
  })
  const call = [
    text('gen_ai.operation.name', 'chat'),
    text('gen_ai.provider.name', 'openai'),
    text('gen_ai.request.model', 'gpt-4o'),
    text('gen_ai.response.model', 'gpt-4o'),
    { key: 'gen_ai.usage.input_tokens', value: { intValue: '120' } },
    { key: 'gen_ai.usage.output_tokens', value: { intValue: '30' } },
  ]
  const events = [{ name: 'first chunk', timeUnixNano: nanos(200), attributes: [text('size', 'small')] }]
  const spans = [
    span('00000000000000a1', 'POST /chat', 0, 900, [], { kind: 2 }),
    span('00000000000000a2', 'chat gpt-4o', 100, 850, call, { parentSpanId: '00000000000000a1', events }),
  ]
  const log = {
    timeUnixNano: nanos(300),
    severityNumber: 9,
    severityText: 'INFO',
    body: { stringValue: 'answered in style' },
    traceId,
    spanId: '00000000000000a2',
    attributes: whose,
  }
  for (const [path, body] of [
    ['/v1/traces', { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'app' }, spans }] }] }],
    ['/v1/logs', { resourceLogs: [{ resource, scopeLogs: [{ scope: { name: 'app' }, logRecords: [log] }] }] }],
  ] as const) {
    const answer = await ledger.post(path, JSON.stringify(body))
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  }
}
