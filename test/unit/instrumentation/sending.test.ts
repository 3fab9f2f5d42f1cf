// How telemetry leaves the process: in turn, until its time-out, without holding the process, and with a line when it is lost.
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DiagLogLevel, diag } from '@opentelemetry/api'
import { type ExportResult, ExportResultCode } from '@opentelemetry/core'
import { LoggerProvider, type ReadableLogRecord } from '@opentelemetry/sdk-logs'
import { MeterProvider, type ResourceMetrics } from '@opentelemetry/sdk-metrics'
import { type ReadableSpan, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { tenantView } from '../../../instrumentation/metrics/tenant-view.ts'
import {
  createLogPipeline,
  createMetricPipeline,
  createSpanPipeline,
} from '../../../instrumentation/start/pipelines.ts'
import { unholdExports } from '../../../instrumentation/start/unheld-exports.ts'
import { createProtobufSpanExporter } from '../../../instrumentation/wire/span-exporter.ts'
import { pollUntil } from '../../support/poll.ts'

const BATCH = 128
const SUCCESS = { code: ExportResultCode.SUCCESS }

/** An exporter that answers from when the test tells it to. */
function heldExporter<B = unknown>() {
  const batches: B[] = []
  const asked: ((result: ExportResult) => void)[] = []
  let given: ExportResult | undefined
  return {
    asked,
    batches,
    answer: (result: ExportResult = SUCCESS) => {
      given = result
      for (const answer of asked) answer(result)
    },
    export: (batch: B, answer: (result: ExportResult) => void) => {
      batches.push(batch)
      asked.push(answer)
      if (given) answer(given)
    },
    forceFlush: async () => undefined,
    shutdown: async () => undefined,
  }
}

const pointsOf = ({ scopeMetrics }: ResourceMetrics): number =>
  scopeMetrics.flatMap(({ metrics }) => metrics).reduce((sum, { dataPoints }) => sum + dataPoints.length, 0)

function makeSpans(processor: ReturnType<typeof createSpanPipeline>['processor'], count: number): void {
  const tracer = new TracerProvider({ spanProcessors: [processor] }).getTracer('t')
  for (let index = 0; index < count; index++) tracer.startSpan('work').end()
}

/** Watches timers from now on. @returns the delays of those that keep a process alive for seconds. */
function watchTimers(): () => number[] {
  const open = new Map<unknown, number>()
  const [set, clear] = [globalThis.setTimeout, globalThis.clearTimeout]
  vi.stubGlobal('setTimeout', (callback: () => void, delayMs = 0) => {
    const timer = set(callback, delayMs)
    if (delayMs > 1_000) open.set(timer, delayMs)
    return timer
  })
  vi.stubGlobal('clearTimeout', (timer: NodeJS.Timeout) => {
    open.delete(timer)
    clear(timer)
  })
  return () => [...open].flatMap(([timer, delayMs]) => ((timer as NodeJS.Timeout).hasRef() ? [delayMs] : []))
}
const isSettled = async (promise: Promise<unknown>) => {
  const open = Symbol('open')
  await new Promise((resolve) => setImmediate(resolve))
  return (await Promise.race([promise, open])) !== open
}

describe('a flush', () => {
  it('waits for what is under way, which the SDK’s own does not', async () => {
    const exporter = heldExporter<ReadableSpan[]>()
    const { processor, stats } = createSpanPipeline(exporter)
    makeSpans(processor, BATCH)
    expect(exporter.asked).toHaveLength(1)
    const flushed = processor.forceFlush()
    expect(await isSettled(flushed)).toBe(false)
    exporter.answer()
    await flushed
    expect(stats.health()).toMatchObject({ sent: BATCH, queued: 0 })
  })

  it('of log records and metrics does too', async () => {
    const logs = heldExporter<ReadableLogRecord[]>()
    const logPipeline = createLogPipeline(logs)
    new LoggerProvider({ processors: [logPipeline.processor] }).getLogger('t').emit({ body: 'x' })
    const metrics = heldExporter<ResourceMetrics>()
    const metricPipeline = createMetricPipeline(metrics)
    new MeterProvider({ readers: [metricPipeline.processor] }).getMeter('t').createCounter('c').add(1)
    const flushed = [logPipeline, metricPipeline].map(({ processor }) => processor.forceFlush())
    await pollUntil('the exports', () => expect([logs.asked.length, metrics.asked.length]).toEqual([1, 1]), {
      everyMs: 5,
    })
    for (const flush of flushed) expect(await isSettled(flush)).toBe(false)
    for (const exporter of [logs, metrics]) exporter.answer()
    await Promise.all(flushed)
    expect([logPipeline.stats.health().sent, metricPipeline.stats.health().sent]).toEqual([1, 1])
    await metricPipeline.processor.shutdown()
  })
})

describe('an export', () => {
  it('does not hold a process that has nothing left to do, whatever the signal', async () => {
    const holding = watchTimers()
    const spans = heldExporter<ReadableSpan[]>()
    makeSpans(createSpanPipeline(spans).processor, BATCH)
    const logs = heldExporter<ReadableLogRecord[]>()
    const logPipeline = createLogPipeline(logs)
    new LoggerProvider({ processors: [logPipeline.processor] }).getLogger('t').emit({ body: 'x' })
    void logPipeline.processor.forceFlush()
    const metrics = heldExporter<ResourceMetrics>()
    const metricPipeline = createMetricPipeline(metrics)
    new MeterProvider({ readers: [metricPipeline.processor] }).getMeter('t').createCounter('c').add(1)
    void metricPipeline.processor.forceFlush()
    await pollUntil(
      'the exports',
      () => expect([spans, logs, metrics].map(({ asked }) => asked.length)).toEqual([1, 1, 1]),
      { everyMs: 5 },
    )
    await new Promise((resolve) => setImmediate(resolve))
    expect(holding()).toEqual([])
    vi.unstubAllGlobals()
    for (const exporter of [spans, logs, metrics]) exporter.answer()
    await metricPipeline.processor.shutdown()
  })

  it('of metrics takes as many points as do not hold the event loop, and a bounded number waits', async () => {
    const exporter = heldExporter<ResourceMetrics>()
    const { processor, stats } = createMetricPipeline(exporter)
    const counter = new MeterProvider({ readers: [processor], views: [tenantView(5_000)] })
      .getMeter('t')
      .createCounter('c')
    for (let index = 0; index < 4_500; index++) counter.add(1, { index })
    const flushes: Promise<void>[] = []
    // Five exports each time.
    const overfill = () => {
      flushes.push(processor.forceFlush())
      expect(stats.health().dropped.rejected).toBeGreaterThan(0)
    }
    await pollUntil('one more than may wait', overfill, { everyMs: 10 })
    expect(exporter.batches.map(pointsOf)).toEqual([1_000, 1_000, 1_000, 1_000])
    exporter.answer()
    await Promise.all(flushes)
    expect(stats.health().sent).toBe(exporter.batches.length)
    await processor.shutdown()
  })

  it('is one at a time, and some at once while a flush is awaited', async () => {
    const exporter = heldExporter<ReadableSpan[]>()
    const { processor } = createSpanPipeline(exporter)
    makeSpans(processor, 10 * BATCH)
    await new Promise((resolve) => setImmediate(resolve))
    expect(exporter.asked).toHaveLength(1)
    const flushed = processor.forceFlush()
    await pollUntil('the exports', () => expect(exporter.asked.length).toBeGreaterThan(1), { everyMs: 5 })
    expect(exporter.asked.length).toBeLessThan(10)
    exporter.answer()
    await flushed
    expect(exporter.asked).toHaveLength(10)
  })

  it('loses nothing of a long queue at the end: the SDK’s exporter refuses the 31st at a time', async () => {
    const server: Server = createServer((request, response) => {
      request.resume().once('end', () => setImmediate(() => response.end()))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`
    const { processor, stats } = createSpanPipeline(createProtobufSpanExporter({ url }))
    makeSpans(processor, 40 * BATCH)
    await processor.shutdown()
    expect(stats.health()).toMatchObject({
      sent: 40 * BATCH,
      dropped: { queue_full: 0, rejected: 0, shutdown: 0 },
    })
    server.close()
    server.closeAllConnections()
  })
})

/** What the telemetry says of itself from now on. */
function listen(): string[] {
  const said: string[] = []
  const hear = (text: string) => void said.push(text)
  const ignore = () => undefined
  diag.setLogger(
    { error: hear, warn: hear, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  )
  return said
}
afterEach(() => diag.disable())

describe('what cannot be sent', () => {
  it.each<[string, Error, string]>([
    [
      'a token that is not taken',
      Object.assign(new Error('Unauthorized'), { code: 401 }),
      '401 Unauthorized (is the token in OTEL_EXPORTER_OTLP_HEADERS right?)',
    ],
    [
      'nobody there',
      Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' }),
      'ECONNREFUSED (does a collector listen at http://collector:4318?)',
    ],
    [
      'nobody there, by gRPC',
      Object.assign(new Error('14 UNAVAILABLE: No connection'), { code: 14 }),
      '14 UNAVAILABLE: No connection (does a collector listen at http://collector:4318?)',
    ],
    ['a refused batch', Object.assign(new Error('Bad Request'), { code: 400 }), '400 Bad Request'],
  ])('is told in one line: %s', async (_name, error, reason) => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', 'http://collector:4318')
    const said = listen()
    const exporter = heldExporter<ReadableSpan[]>()
    const { processor, stats } = createSpanPipeline(exporter)
    makeSpans(processor, BATCH)
    exporter.answer({ code: ExportResultCode.FAILED, error })
    await processor.forceFlush()
    expect(said).toEqual([`spanledger: 128 spans lost: ${reason}`])
    expect(stats.health().dropped.rejected).toBe(BATCH)
    vi.unstubAllEnvs()
  })
})

describe('a collector that refuses connections while it restarts', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] }))
  afterEach(() => void vi.useRealTimers())

  /** An OTLP exporter over HTTP down to its transport, whose collector is back after `downMs`. */
  const transportOf = (downMs: number) => {
    const startedMs = performance.now()
    const error = new Error('connect ECONNREFUSED')
    const send = async (_data: Uint8Array, _timeoutMs: number) =>
      performance.now() - startedMs < downMs ? { status: 'retryable', error } : { status: 'success' }
    const _parameters = { agentFactory: () => ({}) as never, url: 'http://collector:4318/v1/traces' }
    const retrying = { send, _transport: { send, _parameters } }
    unholdExports({ _delegate: { _transport: retrying } }, new AbortController().signal)
    return retrying
  }

  it.each([
    [20_000, 'success'],
    [40_000, 'retryable'],
  ])('for %i ms is tried until the time-out of 30 s, and told of once: %s', async (downMs, status) => {
    const said = listen()
    const sent = transportOf(downMs).send(new Uint8Array(), 30_000)
    await vi.advanceTimersByTimeAsync(60_000)
    expect((await sent).status).toBe(status)
    expect(said).toEqual([
      'spanledger: http://collector:4318/v1/traces takes no telemetry (connect ECONNREFUSED); it is kept and tried again',
    ])
  })
})
