// Faults of the way from an application to the ledger, and of what arrives there.

import { postOtlp, type TestSpan, traceRequest } from '../../support/otlp-json.ts'
import { pollUntil } from '../../support/poll.ts'
import type { Fault } from '../fault.ts'
import { type Drill, QUEUE_BYTES } from '../start-drill.ts'

const DAY_MS = 86_400_000

/** @throws Error when the collector refuses. */
export async function sendSpans({ world }: Drill, spans: TestSpan[]): Promise<void> {
  const url = world.url('COLLECTOR_OTLP_HTTP_PORT', '/v1/traces')
  const response = await postOtlp(url, world.stack.secrets.OTLP_INGEST_TOKEN, traceRequest(spans, 'drill'))
  if (!response.ok) throw new Error(`the collector answered ${response.status}: ${await response.text()}`)
}

export const modelCall = (orgId: string, model: string, tokens: { input: number; output: number }): TestSpan => ({
  name: `chat ${model}`,
  attributes: {
    org_id: orgId,
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'gcp.gemini',
    'gen_ai.request.model': model,
    'gen_ai.usage.input_tokens': tokens.input,
    'gen_ai.usage.output_tokens': tokens.output,
  },
})

const nothing = async () => {}

export const PIPELINE_FAULTS: readonly Fault[] = [
  {
    name: 'collector-stopped',
    what: 'the collector is stopped',
    alert: 'CollectorDown',
    inject: ({ world }) => world.stack.stopService('collector'),
    undo: ({ world }) => world.stack.startService('collector'),
    lastsMs: 40_000,
  },
  {
    name: 'queue-filling',
    what: 'Tempo is stopped and its queue on the collector’s disk fills',
    alert: 'CollectorQueueNearFull',
    async inject(drill) {
      await drill.world.stack.stopService('tempo')
      await fillTempoQueue(drill)
    },
    undo: ({ world }) => world.stack.startService('tempo'),
  },
  {
    name: 'unknown-model',
    what: 'an organisation calls a model that no price book knows',
    alert: 'UnpricedModel',
    orgId: 'globex',
    inject: (drill) => sendSpans(drill, [modelCall('globex', 'unlisted-model-1', { input: 10, output: 10 })]),
    undo: nothing,
    resolvesLate: true,
  },
  {
    name: 'clock-skew',
    what: 'a sender’s clock is nine days ahead',
    alert: 'ClockSkew',
    inject: (drill) =>
      sendSpans(drill, [
        { ...modelCall('globex', 'gemini-2.5-flash', { input: 1, output: 1 }), startMs: Date.now() + 9 * DAY_MS },
      ]),
    undo: nothing,
    resolvesLate: true,
  },
  {
    name: 'tenant-silent',
    what: 'a busy organisation stops sending',
    alert: 'TenantSilent',
    orgId: 'umbrella',
    async inject(drill) {
      for (let second = 0; second < 12; second += 1) {
        const call = modelCall('umbrella', 'gemini-2.5-flash', { input: 10, output: 1 })
        await sendSpans(
          drill,
          Array.from({ length: 12 }, () => call),
        )
        await new Promise((resolve) => setTimeout(resolve, 1_000))
      }
    },
    // It goes on for good: with one call it would fall silent again.
    async undo(drill) {
      const call = modelCall('umbrella', 'gemini-2.5-flash', { input: 10, output: 1 })
      await sendSpans(drill, [call])
      drill.traffic.repeat(5_000, () => sendSpans(drill, [call]))
    },
  },
  {
    name: 'cache-misses',
    what: 'the cache of an organisation never hits',
    alert: 'GenAICacheHitRateLow',
    orgId: 'initech',
    inject: (drill) => lookUp(drill, false),
    undo: (drill) => lookUp(drill, true),
    resolvesLate: true,
  },
]

/** Longer than what is sent takes to be seen in the queue's size. */
const SEEN_WITHIN_MS = 4_000

/**
 * Spans that are no model calls, all sampled for Tempo, until its queue is past the limit of the alert and well below its end.
 * What is missing is sent, and looked at when it must be there: on a quick machine the seconds in between would fill the rest.
 */
async function fillTempoQueue(drill: Drill): Promise<void> {
  const paddingBytes = 30_000
  const span: TestSpan = { name: 'large', attributes: { org_id: 'globex', padding: 'x'.repeat(paddingBytes) } }
  const spansARequest = 20
  const send = async (bytes: number) => {
    for (let left = Math.ceil(bytes / paddingBytes); left > 0; left -= spansARequest)
      await sendSpans(drill, Array<TestSpan>(Math.min(left, spansARequest)).fill(span))
  }
  await pollUntil(
    'the queue to Tempo over its limit',
    async () => {
      const bytes = await drill.world.promql('sum(otelcol_exporter_queue_size{exporter="otlp_grpc/tempo"})')
      if (bytes > 0.82 * QUEUE_BYTES) return
      await send(0.85 * QUEUE_BYTES - bytes)
      throw new Error(`${bytes} of ${QUEUE_BYTES} bytes`)
    },
    { timeoutMs: 60_000, everyMs: SEEN_WITHIN_MS },
  )
}

/** Spread over a few scrapes: a counter that appears with all it will ever count has grown by nothing. */
async function lookUp(drill: Drill, isHit: boolean): Promise<void> {
  const span: TestSpan = {
    name: 'embedding',
    attributes: { org_id: 'initech', 'spanledger.rag.step': 'embedding', 'spanledger.cache.hit': isHit },
  }
  for (let round = 0; round < 8; round += 1) {
    await sendSpans(
      drill,
      Array.from({ length: 20 }, () => span),
    )
    await new Promise((resolve) => setTimeout(resolve, 1_000))
  }
}
