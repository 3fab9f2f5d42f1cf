// The second line of defence: the corpus of planted secrets through the real collector's own redaction, in every place of
// a span and a log record, as telemetry of a library that redacts nothing would bring it.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redactionYaml } from '../../collector/redaction.ts'
import { componentPath } from '../../stack/components.ts'
import { HARMLESS, PLANTED } from '../fixtures/secrets.ts'
import { createTestCollector, type TestCollector } from '../support/collector.ts'
import { type OtlpSink, startOtlpSink } from '../support/otlp-sink.ts'
import { pollUntil } from '../support/poll.ts'
import type { RunningProgram } from '../support/third-party.ts'

const built = (() => {
  try {
    return Boolean(componentPath('otelcol'))
  } catch {
    return false
  }
})()

const text = (stringValue: string) => ({ stringValue })
const list = (...values: object[]) => ({ arrayValue: { values } })
const map = (key: string, value: object) => ({ kvlistValue: { values: [{ key, value }] } })
const note = (value: object) => [{ key: 'app.note', value }]

const now = String(BigInt(Date.now()) * 1_000_000n)
const span = (fields: object) => ({
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  name: 'chat m',
  kind: 3,
  startTimeUnixNano: now,
  endTimeUnixNano: now,
  ...fields,
})
const event = (fields: object) => ({ events: [{ timeUnixNano: now, name: 'exception', ...fields }] })
const log = (fields: object) => ({ timeUnixNano: now, body: text('x'), ...fields })

type Place = (secret: string) => object

/** What carries the secret, one span each. */
const ON_SPANS: Record<string, Place> = {
  'span attribute': (secret) => span({ attributes: note(text(secret)) }),
  'attribute in a list': (secret) => span({ attributes: note(list(text('ok'), text(secret))) }),
  'attribute in a map': (secret) => span({ attributes: note(map('inner', list(text(secret)))) }),
  'span name': (secret) => span({ name: secret }),
  'status message': (secret) => span({ status: { code: 2, message: secret } }),
  'event name': (secret) => span(event({ name: secret })),
  'event attribute': (secret) => span(event({ attributes: note(text(secret)) })),
  'exception message and stack': (secret) =>
    span(
      event({
        attributes: [
          { key: 'exception.message', value: text(secret) },
          { key: 'exception.stacktrace', value: text(`Error: ${secret}\n    at run (app.js:1:1)`) },
        ],
      }),
    ),
}

const ON_LOGS: Record<string, Place> = {
  'log body': (secret) => log({ body: text(secret) }),
  'log body, nested': (secret) => log({ body: map('request', map('headers', list(text(secret)))) }),
  'log attribute': (secret) => log({ attributes: note(text(secret)) }),
  'log attribute, nested': (secret) => log({ attributes: note(map('err', map('message', text(secret)))) }),
  'log attribute, below an id': (secret) => log({ attributes: note(map('user.id', text(secret))) }),
  'log event name': (secret) => log({ eventName: secret }),
}

/** Every text in what the ledger would get, keys included. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => [key, ...textsOf(item)])
}

describe('collector/redaction.yaml', () => {
  it('is current (node collector/redaction.ts)', () => {
    expect(readFileSync(new URL('../../collector/redaction.yaml', import.meta.url), 'utf8')).toBe(redactionYaml())
  })
})

describe.skipIf(!built)('the collector', () => {
  let ledger: OtlpSink
  let collector: TestCollector
  let program: RunningProgram
  beforeAll(async () => {
    ledger = await startOtlpSink()
    collector = await createTestCollector({
      ledger: ledger.url,
      prometheus: 'http://127.0.0.1:9',
      tempo: '127.0.0.1:9',
    })
    program = await collector.start()
  }, 60_000)
  afterAll(async () => {
    await program?.stop()
    collector?.removeFiles()
    await ledger?.close()
  })

  /** What the ledger receives of one request, once all its records are there. */
  async function pass(path: '/v1/traces' | '/v1/logs', body: object, records: number): Promise<string> {
    ledger.requests.length = 0
    expect(await collector.send(path, body)).toBe(200)
    return pollUntil(`${records} records at the ledger`, () => {
      const bodies = ledger.requests.filter((request) => request.path === path).map((request) => request.body)
      const items = path === '/v1/traces' ? 'spans' : 'logRecords'
      const count = (value: unknown): number =>
        typeof value !== 'object' || value === null
          ? 0
          : Object.entries(value).reduce((sum, [key, item]) => sum + (key === items ? item.length : count(item)), 0)
      expect(count(bodies)).toBe(records)
      return textsOf(bodies).join('\n')
    })
  }

  const found = (received: string) =>
    PLANTED.filter(({ value }) => received.includes(value)).map(({ kind, value }) => `${kind}: ${value}`)
  const tracesOf = (spans: object[], resource: object[] = []) => ({
    resourceSpans: [{ resource: { attributes: resource }, scopeSpans: [{ spans }] }],
  })

  it.each(Object.entries(ON_SPANS))('finds every planted secret in: %s', async (_place, place) => {
    const spans = PLANTED.map(({ text: secret }) => place(secret))
    const received = await pass('/v1/traces', tracesOf(spans), spans.length)
    expect(found(received)).toEqual([])
    // The control: what stands around the secrets did arrive.
    expect(received).toContain('****')
    expect(received).toContain('keep it')
  })

  it('finds every planted secret in: resource attribute', async () => {
    const resource = PLANTED.map(({ text: secret }, index) => ({ key: `app.${index}`, value: text(secret) }))
    expect(found(await pass('/v1/traces', tracesOf([span({})], resource), 1))).toEqual([])
  })

  it.each(Object.entries(ON_LOGS))('finds every planted secret in: %s', async (_place, place) => {
    const logRecords = PLANTED.map(({ text: secret }) => place(secret))
    const received = await pass('/v1/logs', { resourceLogs: [{ scopeLogs: [{ logRecords }] }] }, logRecords.length)
    expect(found(received)).toEqual([])
    expect(received).toContain('****')
  })

  it('harms no usage attribute, no id, no number', async () => {
    const attributes = [
      ...['input_tokens', 'output_tokens', 'cache_read.input_tokens', 'reasoning.output_tokens'].map((key) => ({
        key: `gen_ai.usage.${key}`,
        value: { intValue: '4111111111111111' },
      })),
      { key: 'llm.usage.total_tokens', value: { intValue: '4111111111111111' } },
      { key: 'llm.token_count.prompt', value: { intValue: '4111111111111111' } },
      { key: 'gen_ai.response.id', value: text('chatcmpl-4111111111111111') },
      { key: 'user.id', value: text('jane@acme.com') },
      { key: 'app.size', value: { intValue: '4111111111111111' } },
      { key: 'app.ratio', value: { doubleValue: 0.4111111111111111 } },
      { key: 'app.sizes', value: list({ intValue: '4111111111111111' }, { intValue: '5500000000000004' }) },
      { key: 'app.numbers', value: map('n', { intValue: '4111111111111111' }) },
      { key: 'gen_ai.response.finish_reasons', value: list(text('stop'), text('tool_calls')) },
    ]
    ledger.requests.length = 0
    const marked = span({ attributes })
    expect(await collector.send('/v1/traces', tracesOf([marked]))).toBe(200)
    const [request] = await pollUntil('the span', () => {
      expect(ledger.requests).toHaveLength(1)
      return ledger.requests
    })
    expect(request?.body).toMatchObject(
      tracesOf([{ attributes }]).resourceSpans[0]
        ? { resourceSpans: [{ scopeSpans: [{ spans: [{ attributes }] }] }] }
        : {},
    )
  })

  // Without check digits a number written like a card counts as one.
  const LOOKS_LIKE_A_CARD = new Set(['4111 1111 1111 1112 fails the check digit'])

  it('leaves texts that only look a little like secrets as they are', async () => {
    const harmless = HARMLESS.filter((sentence) => !LOOKS_LIKE_A_CARD.has(sentence))
    const received = await pass(
      '/v1/traces',
      tracesOf(harmless.map((sentence) => span({ attributes: note(text(sentence)) }))),
      harmless.length,
    )
    expect(harmless.filter((sentence) => !received.includes(sentence))).toEqual([])
  })
})
