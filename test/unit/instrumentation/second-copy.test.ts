// Two copies of the library in one process: the one that a bundler put into the app works with the one that was preloaded.
import { context, SpanKind, trace } from '@opentelemetry/api'
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { setContentPolicy } from '../../../instrumentation/content/policy.ts'
import { setTelemetryBooks } from '../../../instrumentation/health.ts'
import { activeLabels } from '../../../instrumentation/metrics/instruments.ts'
import { abandonAll } from '../../../instrumentation/model-call/unread.ts'
import { SignalStats } from '../../../instrumentation/signals/signal-stats.ts'
import { captureTelemetry } from '../../support/telemetry.ts'

// This one stands for the preload's.
const telemetry = captureTelemetry({ labelLimits: { dealsPerOrg: 1 } })
vi.resetModules()
const inApp = await import('../../../instrumentation/index.ts')
beforeEach(() => telemetry.reset())
afterAll(() => telemetry.stop())

const call = (dealId: string) =>
  inApp.withTenant({ orgId: 'acme', dealId }, () =>
    inApp.traceModelCall({ provider: 'p', model: 'm', input: 'Net debt?' }, () => 'x'),
  )

describe('a copy of the library in the app', () => {
  it('is another one', async () => {
    const { activeLabels: inCopy } = await import('../../../instrumentation/metrics/instruments.ts')
    expect(inCopy).not.toBe(activeLabels)
  })

  it('gives its tenant to the whole request that the preload traces', async () => {
    const server = trace.getTracer('http').startSpan('POST /chat', { kind: SpanKind.SERVER })
    await context.with(trace.setSpan(context.active(), server), () =>
      inApp.tenantMiddleware(() => ({ orgId: 'acme' }))({} as never, {} as never, () => undefined),
    )
    server.end()
    expect((await telemetry.spans()).map(({ attributes }) => attributes)).toEqual([{ org_id: 'acme' }])
  })

  it('has the settings that the preload read: labels and content', async () => {
    setContentPolicy({ default: 'metadata' })
    for (const deal of ['one', 'two']) await call(deal)
    setContentPolicy({ default: 'off' })
    const deals = (await telemetry.points('gen_ai.client.operation.duration')).map(
      ({ attributes }) => attributes.deal_id,
    )
    expect(deals).toEqual(['one', '_other'])
    expect((await telemetry.spans())[0]?.attributes['spanledger.input.messages']).toBe(1)
  })

  it('knows how the preload’s telemetry does', () => {
    setTelemetryBooks([new SignalStats('traces', { maxItems: 1, maxBytes: 1 })])
    inApp.withTenant({ orgId: 'not an id' }, () => undefined)
    expect(inApp.getTelemetryHealth()).toMatchObject({
      started: true,
      signals: [{ signal: 'traces' }],
      problems: { 'tenant:orgId': 1 },
    })
    setTelemetryBooks([])
  })

  it('has its open streams booked when the preload shuts down', async () => {
    await inApp.traceModelCall({ provider: 'p', model: 'm' }, () =>
      (async function* () {
        yield 'never read'
      })(),
    )
    abandonAll()
    const [span] = await telemetry.spans()
    expect(span?.attributes['spanledger.stream.outcome']).toBe('abandoned')
  })
})
