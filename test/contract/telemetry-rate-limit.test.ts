// What providers say of their rate limits becomes a metric: the real preload and clients against the stand-in server.
import type { Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { METRIC } from '../../instrumentation/semconv.ts'
import { prometheusName } from '../../instrumentation/telemetry-md.ts'
import { METRICS_USED } from '../../prometheus/metrics-used.ts'
import { createModelServer } from '../../src/demo/model-server/server.ts'
import { closeServer, listen } from '../../src/shared/listen.ts'
import { type OtlpSink, startOtlpSink } from '../support/otlp-sink.ts'
import { readPoints } from '../support/otlp-view.ts'
import { pollUntil } from '../support/poll.ts'
import { startTracedApp } from '../support/traced-app.ts'

let sink: OtlpSink
let models: { server: Server; url: string }
beforeAll(async () => {
  sink = await startOtlpSink()
  models = await listen(createModelServer({ pace: { firstTokenMs: 0, chunkMs: 0 } }), 0, '127.0.0.1')
})
afterAll(async () => {
  await sink.close()
  await closeServer(models.server)
})

const point = (provider: string, model: string, value: number) => ({
  value,
  attributes: { org_id: 'acme', 'gen_ai.provider.name': provider, 'gen_ai.request.model': model },
})

const usedRatios = (body: unknown) =>
  readPoints(body)
    .filter(({ name }) => name === METRIC.rateLimitUsed.name)
    .map(({ value, attributes }) => ({ value: Math.round(value * 1_000) / 1_000, attributes }))
    .sort((a, b) => a.value - b.value)

describe('the rate limit a provider reports', () => {
  it.each([
    ['every call sampled', {}],
    ['no call sampled', { OTEL_TRACES_SAMPLER: 'always_off' }],
  ])('is a gauge by organisation, provider and model, whichever way the call was made: %s', async (_name, env) => {
    const app = startTracedApp('rate-limit.mjs', { endpoint: sink.url, args: [models.url], env })
    try {
      await pollUntil('the calls', () => expect(app.output()).toContain('DONE'))
      sink.requests.length = 0
      const points = await pollUntil('the metric', () => {
        const found = sink.requests.map(({ body }) => usedRatios(body)).find(({ length }) => length > 0)
        if (!found) throw new Error(app.output())
        return found
      })
      expect(points).toEqual([
        point('openai', 'gemini-2.5-flash', 0.25),
        point('gcp.gemini', 'gemini-2.5-pro', 0.5),
        point('anthropic', 'claude-sonnet-4-0', 0.9),
        point('openai', 'claude-opus-4-5', 1),
      ])
      // A wrapper around a traced client is one call, sampled or not.
      const wrapped = sink.requests
        .flatMap(({ body }) => readPoints(body))
        .filter(
          ({ name, attributes }) =>
            name === METRIC.operationDuration.name && attributes['gen_ai.request.model'] === 'claude-sonnet-4-0',
        )
      expect(wrapped.map(({ value }) => value)).toEqual(wrapped.map(() => 1))
      expect(wrapped.length).toBeGreaterThan(0)
    } finally {
      app.child.kill('SIGKILL')
      await app.ended
    }
  })

  it('has the name and labels its alert reads', () => {
    const used = METRICS_USED[prometheusName(METRIC.rateLimitUsed)]
    const labels = Object.keys(point('p', 'm', 0).attributes).map((label) => label.replaceAll('.', '_'))
    expect([...(used?.labels ?? [])].sort()).toEqual(labels.sort())
  })
})
