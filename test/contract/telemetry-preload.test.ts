// The preload in real processes: ES modules and CommonJS, and every way a process can end.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OtlpSink, startOtlpSink } from '../support/otlp-sink.ts'
import { pollUntil } from '../support/poll.ts'
import { portOf, receivedBy, startTracedApp, type TracedApp } from '../support/traced-app.ts'

let sink: OtlpSink
beforeAll(async () => {
  sink = await startOtlpSink()
})
afterAll(() => sink.close())

const waitForSpan = (name: string, org: string) =>
  pollUntil(`span ${name} of ${org}`, () => {
    const span = receivedBy(sink, 'traces').find((item) => item.name === name && item.attributes.org_id === org)
    if (!span)
      throw new Error(
        receivedBy(sink, 'traces')
          .map((item) => item.name)
          .join(', '),
      )
    return span
  })

async function stop(app: TracedApp): Promise<void> {
  app.child.kill('SIGKILL')
  await app.ended
}

describe('an ES module app', () => {
  it('has spans, metric points and logs of its request with organisation and deal, and X-Trace-ID', async () => {
    const app = startTracedApp('server.mjs', { endpoint: sink.url })
    try {
      const port = await portOf(app)
      await fetch(`http://127.0.0.1:${port}/livez`)
      const response = await fetch(`http://127.0.0.1:${port}/chat`, { headers: { 'x-test-org': 'esm' } })
      const traceId = response.headers.get('x-trace-id')
      // The model's host answered with the baggage it received: none.
      expect(await response.json()).toEqual({ text: 'undefined' })
      for (const name of ['feature chat', 'chat gpt-5-mini', 'POST', 'GET /chat']) {
        const span = await waitForSpan(name, 'esm')
        expect([span.traceId, span.attributes.deal_id]).toEqual([traceId, 'falcon'])
      }
      const records = await pollUntil('both log lines', () => {
        const found = receivedBy(sink, 'logs').filter((item) => item.traceId === traceId)
        expect(found).toHaveLength(2)
        return found
      })
      // The first was written before the tenant was known.
      expect(records.map(({ name, attributes }) => [name, attributes.org_id, attributes.deal_id])).toEqual([
        ['authenticating', 'esm', 'falcon'],
        ['answered', 'esm', 'falcon'],
      ])
      for (const metric of ['gen_ai.client.operation.duration', 'http.server.request.duration']) {
        await pollUntil(`${metric} of esm`, () =>
          expect(receivedBy(sink, 'metrics')).toContainEqual(
            expect.objectContaining({
              name: metric,
              attributes: expect.objectContaining({ org_id: 'esm', deal_id: 'falcon' }),
            }),
          ),
        )
      }
      expect(receivedBy(sink, 'traces').filter(({ name }) => name.includes('livez'))).toEqual([])
      expect(app.output()).toMatch(
        /"org_id":"esm","deal_id":"falcon","feature":"chat"|"org_id":"esm","deal_id":"falcon".*"msg":"answered"/,
      )
    } finally {
      await stop(app)
    }
  })

  it('shows users a message and the trace id, and logs the stack', async () => {
    const app = startTracedApp('server.mjs', { endpoint: sink.url })
    try {
      const port = await portOf(app)
      const response = await fetch(`http://127.0.0.1:${port}/fail`, { headers: { 'x-test-org': 'failing' } })
      const body = await response.text()
      expect(response.status).toBe(500)
      expect(JSON.parse(body)).toEqual({
        error: { code: 'internal', message: expect.any(String), trace_id: response.headers.get('x-trace-id') },
      })
      expect(body).not.toMatch(/inner reason|at .*\.mjs/)
      await pollUntil('the stack in the log', () =>
        expect(app.output()).toMatch(/the inner reason\\n {4}at .*server\.mjs/),
      )
    } finally {
      await stop(app)
    }
  })
})

describe('a CommonJS app', () => {
  it('is instrumented as well', async () => {
    const app = startTracedApp('server.cjs', { endpoint: sink.url })
    try {
      const port = await portOf(app)
      const response = await fetch(`http://127.0.0.1:${port}/chat`, { headers: { 'x-test-org': 'cjs' } })
      const traceId = response.headers.get('x-trace-id')
      for (const name of ['chat m', 'GET /chat']) expect((await waitForSpan(name, 'cjs')).traceId).toBe(traceId)
      await pollUntil('its log line', () =>
        expect(receivedBy(sink, 'logs').filter((item) => item.traceId === traceId)).toMatchObject([
          { name: 'answered', attributes: { org_id: 'cjs' } },
        ]),
      )
    } finally {
      await stop(app)
    }
  })
})

describe('a process that ends', () => {
  const script = (way: string, endpoint = sink.url, env: Record<string, string> = {}) => {
    const before = sink.requests.length
    const app = startTracedApp('script.mjs', { endpoint, args: [way], env })
    const sent = () => sink.requests.slice(before).some(({ path }) => path === '/v1/traces')
    return { app, sent }
  }
  const spans = () => receivedBy(sink, 'traces').length
  const ready = (app: TracedApp) => pollUntil('READY', () => expect(app.output()).toContain('READY'), { everyMs: 20 })
  /** The exporters' own patience is 30 s (start/exporters.ts); what they are given at the end is 5 s. */
  const expectNoWait = async (app: TracedApp) => {
    await ready(app)
    const readyAtMs = performance.now()
    expect(await app.ended).toBe(0)
    expect(performance.now() - readyAtMs).toBeLessThan(20_000)
  }

  it.each([
    ['runs dry', 0],
    ['runs dry with code 3', 3],
  ])('because it %s sends what is queued and exits with %i', async (way, code) => {
    const { app, sent } = script(way)
    expect(await app.ended).toBe(code)
    expect(sent()).toBe(true)
  })

  it.each([
    ['exits', 4, ''],
    ['unhandled rejection', 1, 'nobody listens'],
    ['uncaught exception', 1, 'nobody catches'],
  ])('by %s does so at once, as without telemetry', async (way, code, message) => {
    const { app } = script(way)
    expect(await app.ended).toBe(code)
    expect(app.output()).toContain(message)
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('by %s sends what is queued and dies of that signal', async (signal) => {
    const { app, sent } = script('waits for a signal')
    await ready(app)
    app.child.kill(signal)
    expect(await app.ended).toBe(signal)
    expect(sent()).toBe(true)
  })

  it('by its own handler of SIGTERM keeps its exit code, and what is queued is sent', async () => {
    const { app, sent } = script('stops itself on a signal')
    await ready(app)
    app.child.kill('SIGTERM')
    expect(await app.ended).toBe(5)
    expect(sent()).toBe(true)
  })

  it.each(['http/protobuf', 'http/json', 'grpc'])('waits for no collector that is down: %s', async (protocol) => {
    const env = { OTEL_EXPORTER_OTLP_PROTOCOL: protocol }
    await expectNoWait(script('runs dry where somebody listens', 'http://127.0.0.1:9', env).app)
  })

  it.each(['http/protobuf', 'http/json'])('waits for no collector that never answers: %s', async (protocol) => {
    const silent = createServer().listen(0, '127.0.0.1')
    await once(silent, 'listening')
    try {
      const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
      await expectNoWait(script('runs dry', endpoint, { OTEL_EXPORTER_OTLP_PROTOCOL: protocol }).app)
    } finally {
      silent.close()
      silent.closeAllConnections()
    }
  })

  it('finishes what another listener began at its end, and sends what that made', async () => {
    const before = spans()
    const { app } = script('saves its state when it runs dry')
    expect(await app.ended).toBe(0)
    expect(app.output()).toContain('STATE SAVED')
    expect(spans() - before).toBe(2)
  })

  it.each([
    ['hears that it runs dry', 1],
    ['works on when it ran dry', 3],
  ])('and %s is told so as often as without telemetry', async (way, times) => {
    const { app, sent } = script(way)
    expect(await app.ended).toBe(0)
    expect(app.output().match(/DRY/g)).toHaveLength(times)
    expect(sent()).toBe(true)
  })

  it('keeps exit code 13 where an await never ends, and what is queued is sent', async () => {
    const { app, sent } = script('awaits what never comes')
    expect(await app.ended).toBe(13)
    expect(sent()).toBe(true)
  })

  it('says nothing when the app had stopped its telemetry itself', async () => {
    const { app, sent } = script('stops its telemetry itself')
    expect(await app.ended).toBe(0)
    expect(app.output()).toBe('READY\n')
    expect(sent()).toBe(true)
  })

  it('finishes what another listener began at its end where the collector is down', async () => {
    const { app } = script('begins more when it runs dry', 'http://127.0.0.1:9')
    expect(await app.ended).toBe(0)
    expect(app.output()).toContain('DONE MORE')
  })
})
