// Outages at the real collector: a backend that refuses, a killed collector, a full queue, too many series.
// In: OTLP. Out: what the branches hold afterwards; nothing accepted may be missing from the ledger's.
import { afterEach, describe, expect, it } from 'vitest'
import { createTestCollector, type TestCollector } from '../support/collector.ts'
import { type OtlpSink, startOtlpSink } from '../support/otlp-sink.ts'
import * as view from '../support/otlp-view.ts'
import { pollUntil } from '../support/poll.ts'
import { freePorts, type RunningProgram } from '../support/third-party.ts'

const RESOURCE = { 'service.name': 'outage', org_id: 'acme' }
const MODEL_CALL = { 'gen_ai.operation.name': 'chat' }

describe('the collector when something is down', () => {
  const cleanUp: (() => Promise<void> | void)[] = []
  afterEach(async () => {
    for (const step of cleanUp.splice(0).reverse()) await step()
  })

  async function setUp(env: Record<string, string> = {}) {
    const ledger = await startOtlpSink()
    const prometheus = await startOtlpSink()
    const [nothing] = (await freePorts(1)) as [number] // no Tempo listens here
    const collector = await createTestCollector({
      ledger: ledger.url,
      prometheus: `${prometheus.url}/api/v1/otlp`,
      tempo: `127.0.0.1:${nothing}`,
      env,
    })
    const programs: RunningProgram[] = []
    const start = async () => {
      const program = await collector.start()
      programs.push(program)
      return program
    }
    cleanUp.push(
      () => collector.removeFiles(),
      () => ledger.close(),
      () => prometheus.close(),
      async () => void (await Promise.all(programs.map((program) => program.stop('SIGKILL')))),
    )
    return { ledger, prometheus, collector, start }
  }

  const sendCalls = async (collector: TestCollector, count: number): Promise<string[]> => {
    const ids: string[] = []
    for (let i = 0; i < count; i++) {
      const { body, traceIds } = view.toTraces(RESOURCE, [{ name: `call ${i}`, kind: 3, attributes: MODEL_CALL }])
      expect(await collector.send('/v1/traces', body)).toBe(200)
      ids.push(...traceIds)
    }
    return ids
  }
  const traceIdsAt = (sink: OtlpSink) =>
    new Set(sink.requests.flatMap(({ body }) => view.readSpans(body)).map((span) => span.traceId))
  const expectAllAt = (sink: OtlpSink, ids: readonly string[]) =>
    pollUntil(
      `${ids.length} accepted traces at the ledger branch`,
      () => expect([...traceIdsAt(sink)]).toEqual(expect.arrayContaining([...ids])),
      { timeoutMs: 30_000 },
    )
  const callsCounted = (sink: OtlpSink) =>
    Math.max(
      0,
      ...sink.requests.flatMap(({ body }) =>
        view
          .readPoints(body)
          .filter((point) => point.name === 'traces.span.metrics.calls' && point.attributes['span.name'] === 'call 0')
          .map((point) => point.value),
      ),
    )

  it('goes on feeding Prometheus while the ledger refuses and Tempo is away, and delivers when the ledger is back', async () => {
    const { ledger, prometheus, collector, start } = await setUp()
    await start()
    ledger.refuse = true
    const ids = await sendCalls(collector, 20)
    await pollUntil('span metrics while the ledger is down', () => expect(callsCounted(prometheus)).toBe(1))
    expect(traceIdsAt(ledger).size).toBe(0)
    ledger.refuse = false
    await expectAllAt(ledger, ids)
  })

  it('goes on feeding the ledger while Prometheus refuses', async () => {
    const { ledger, prometheus, collector, start } = await setUp()
    await start()
    prometheus.refuse = true
    await expectAllAt(ledger, await sendCalls(collector, 5))
    expect(prometheus.requests).toEqual([])
    prometheus.refuse = false
    await pollUntil('metrics once Prometheus is back', () => expect(callsCounted(prometheus)).toBe(1))
  })

  it('delivers everything it accepted after kill -9', async () => {
    const { ledger, collector, start } = await setUp()
    const killed = await start()
    ledger.refuse = true
    const ids = await sendCalls(collector, 40)
    await killed.stop('SIGKILL')
    expect(traceIdsAt(ledger).size).toBe(0)
    ledger.refuse = false
    await start()
    await expectAllAt(ledger, ids)
  })

  it('drops for Tempo, not for the ledger, when the queue to Tempo is full, and counts the drops', async () => {
    const { ledger, collector, start } = await setUp({ COLLECTOR_QUEUE_BYTES: '1100000' })
    await start()
    const filler = 'x'.repeat(150_000)
    const ids: string[] = []
    for (let i = 0; i < 20; i++) {
      const { body, traceIds } = view.toTraces(RESOURCE, [
        { name: `call ${i}`, kind: 3, attributes: { ...MODEL_CALL, filler } },
      ])
      expect(await collector.send('/v1/traces', body)).toBe(200)
      ids.push(...traceIds)
    }
    await expectAllAt(ledger, ids)
    await pollUntil('the drops to be counted', async () => {
      const metrics = await (await fetch(collector.metricsUrl)).text()
      expect(metrics).toMatch(/^otelcol_exporter_enqueue_failed_spans\w*\{[^}]*otlp_grpc\/tempo[^}]*\} [1-9]/m)
    })
    const metrics = await (await fetch(collector.metricsUrl)).text()
    expect(metrics).not.toMatch(/^otelcol_exporter_enqueue_failed_spans\w*\{[^}]*otlp_http\/ledger[^}]*\} [1-9]/m)
  })

  it('slows the sender down when the queue to the ledger is full, and loses nothing', async () => {
    const { ledger, collector, start } = await setUp({ COLLECTOR_QUEUE_BYTES: '1100000' })
    await start()
    ledger.refuse = true
    const filler = 'x'.repeat(150_000)
    const answers: { status: number; ids: string[] }[] = []
    const sending = Array.from({ length: 12 }, async (_, i) => {
      const { body, traceIds } = view.toTraces(RESOURCE, [{ name: `call ${i}`, kind: 3, attributes: { filler } }])
      answers.push({ status: await collector.send('/v1/traces', body), ids: traceIds })
    })
    await pollUntil('some requests to be accepted', () => expect(answers.length).toBeGreaterThan(3))
    expect(answers.length).toBeLessThan(12) // the rest wait for room
    ledger.refuse = false
    await Promise.all(sending)
    expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(200))
    await expectAllAt(
      ledger,
      answers.flatMap(({ ids }) => ids),
    )
  })

  it('folds series beyond the limit into one overflow series, for each bound organisation by itself', async () => {
    const { prometheus, collector, start } = await setUp({ SPAN_METRICS_LIMIT: '10', SPAN_METRICS_BOUND_LIMIT: '5' })
    await start()
    const flood = Array.from({ length: 50 }, (_, i) => ({ name: `GET /users/${i}`, kind: 2, attributes: {} }))
    const send = async (as?: string) =>
      expect(
        await collector.send('/v1/traces', view.toTraces(RESOURCE, flood).body, as ? collector.asBound(as) : undefined),
      ).toBe(200)
    await send()
    await send('acme')
    const one = view.toTraces(RESOURCE, [{ name: 'chat m', kind: 3, attributes: MODEL_CALL }])
    expect(await collector.send('/v1/traces', one.body, collector.asBound('globex'))).toBe(200)

    await pollUntil('three overflow-limited sets of series', () => {
      const points = prometheus.requests
        .flatMap(({ body }) => view.readPoints(body))
        .filter((point) => point.name === 'traces.span.metrics.calls')
      const series = (test: (attributes: view.AttributeView) => boolean) =>
        new Set(points.filter(({ attributes }) => test(attributes)).map(({ attributes }) => JSON.stringify(attributes)))
          .size
      expect(series((labels) => labels.sender === 'trusted')).toBe(10)
      expect(series((labels) => labels.sender === 'bound' && labels.org_id === 'acme')).toBe(5)
      expect(series((labels) => labels.sender === 'bound' && labels.org_id === 'globex')).toBe(1)
      expect(series((labels) => labels['otel.metric.overflow'] === true)).toBe(1)
    })
  })
})
