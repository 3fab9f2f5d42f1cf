// Probes are not traced; what costs money in one is booked all the same.
import { context, trace } from '@opentelemetry/api'
import { suppressTracing } from '@opentelemetry/core'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { isHealthPath } from '../../../instrumentation/http/health-paths.ts'
import { traceFeature, traceModelCall, withTenant } from '../../../instrumentation/index.ts'
import { captureTelemetry } from '../../support/telemetry.ts'

const telemetry = captureTelemetry()
beforeEach(() => telemetry.reset())
afterAll(() => telemetry.stop())

/** What the HTTP instrumentation does with a request that it is told to ignore. */
const inProbe = <T>(fn: () => T): T => context.with(suppressTracing(context.active()), fn)

const call = () =>
  withTenant({ orgId: 'acme' }, () =>
    traceModelCall({ provider: 'openai', model: 'm' }, (call) => {
      trace.getTracer('http').startSpan('POST').end()
      call.setUsage({ inputTokens: 3, outputTokens: 1 })
    }),
  )

describe('a model call in a probe', () => {
  it('is booked in a trace of its own, and nothing else is traced', async () => {
    await inProbe(call)
    expect(await telemetry.spans()).toMatchObject([
      { name: 'chat m', attributes: { org_id: 'acme', 'gen_ai.usage.input_tokens': 3 } },
    ])
    const [span] = await telemetry.rawSpans()
    expect(span?.parentSpanContext).toBeUndefined()
  })

  it('is booked within a feature too, which is not', async () => {
    await inProbe(() => withTenant({ orgId: 'acme' }, () => traceFeature('self_test', call)))
    expect((await telemetry.spans()).map(({ name, attributes }) => [name, attributes.feature])).toEqual([
      ['chat m', 'self_test'],
    ])
  })

  it('is not booked where another instrumentation suppresses what is below its own span', async () => {
    await trace.getTracer('other').startActiveSpan('their call', async (span) => {
      await inProbe(call)
      span.end()
    })
    expect((await telemetry.spans()).map(({ name }) => name)).toEqual(['their call'])
  })
})

it.each([
  ['/livez', true],
  ['/metrics?format=text', true],
  ['/ready', false],
  ['/api/metrics', false],
  [undefined, false],
])('%s is a probe: %s', (url, is) => expect(isHealthPath(url)).toBe(is))
