// What a traced model call costs. In: nothing. Out: CPU microseconds per call for this library and for the bare
// OpenTelemetry SDK doing the same work (same attributes, metric points, context and encoded export), and what an HTTP
// request costs on top. Counted: starting and ending the span, three metric points, the tenant's attributes, redaction,
// batching and the encoding that the exporter does; not counted: the socket. Fails when a limit is passed. Run: node bench/instrumentation.ts
import { context, metrics, SpanKind, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { ExportResultCode } from '@opentelemetry/core'
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace'
import { traceModelCall, withTenant } from '../instrumentation/index.ts'
import { tenantView } from '../instrumentation/metrics/tenant-view.ts'
import { ATTR, METRIC } from '../instrumentation/semconv.ts'
import { createSpanPipeline } from '../instrumentation/start/pipelines.ts'
import { createSpanSerializer } from '../instrumentation/wire/span-serializer.ts'
import { measureHttp } from './instrumentation-http.ts'

const LIMIT_US = 15
const LIMIT_RATIO = 1.1
const CALLS = 20_000
const ROUNDS = 15

const tenant = {
  orgId: 'acme',
  dealId: 'falcon',
  userId: 'u-1',
  sessionId: 's-1',
  feature: 'chat',
  agent: { id: 'analyst', name: 'Deal analyst', version: 'v2' },
  department: 'M&A',
  environment: 'production',
}
const tenantSpanAttributes = {
  [ATTR.orgId]: 'acme',
  [ATTR.dealId]: 'falcon',
  [ATTR.userId]: 'u-1',
  [ATTR.sessionId]: 's-1',
  [ATTR.feature]: 'chat',
  [ATTR.agentId]: 'analyst',
  [ATTR.agentName]: 'Deal analyst',
  [ATTR.agentVersion]: 'v2',
  [ATTR.department]: 'M&A',
  [ATTR.environment]: 'production',
}

const response = (index: number) => ({
  id: `chatcmpl-${index}`,
  object: 'chat.completion',
  model: 'gpt-4.1-mini-2025-04-14',
  choices: [{ finish_reason: 'stop', message: { role: 'assistant', content: 'Net debt is 42 million.' } }],
  usage: {
    prompt_tokens: 1843,
    completion_tokens: 212,
    prompt_tokens_details: { cached_tokens: 1664 },
    completion_tokens_details: { reasoning_tokens: 128 },
  },
})

/** Encodes what it gets, as the OTLP exporter does, and sends it nowhere. */
const encodingExporter = (serializer: typeof ProtobufTraceSerializer): SpanExporter => ({
  export(spans: ReadableSpan[], done) {
    serializer.serializeRequest(spans)
    done({ code: ExportResultCode.SUCCESS })
  },
  shutdown: () => Promise.resolve(),
})

interface Contender {
  call(index: number): Promise<unknown>
  flush(): Promise<void>
  enter<T>(fn: () => T): T
}

const meterProvider = (views: boolean) =>
  new MeterProvider({
    readers: [
      new PeriodicExportingMetricReader({
        exporter: new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE),
        exportIntervalMillis: 3_600_000,
      }),
    ],
    views: views ? [tenantView(5_000)] : [],
  })

function bareSdk(): Contender {
  const processor = new BatchSpanProcessor({
    exporter: encodingExporter(ProtobufTraceSerializer),
    maxQueueSize: 16_384,
    maxExportBatchSize: 128,
  })
  const tracer = new TracerProvider({ spanProcessors: [processor] }).getTracer('bare', '1')
  const meter = meterProvider(false).getMeter('bare', '1')
  const [duration, tokens] = [METRIC.operationDuration, METRIC.tokenUsage].map((m) =>
    meter.createHistogram(m.name, { unit: m.unit }),
  )
  return {
    enter: (fn) => fn(),
    flush: () => processor.forceFlush(),
    async call(index) {
      const startedAt = performance.now()
      const call = {
        [ATTR.operationName]: 'chat',
        [ATTR.providerName]: 'openai',
        [ATTR.requestModel]: 'gpt-4.1-mini',
      }
      const span = tracer.startSpan('chat gpt-4.1-mini', {
        kind: SpanKind.CLIENT,
        attributes: { ...tenantSpanAttributes, ...call },
      })
      const result = await context.with(trace.setSpan(context.active(), span), async () => response(index))
      span.setAttributes({
        [ATTR.responseId]: result.id,
        [ATTR.responseModel]: result.model,
        [ATTR.finishReasons]: result.choices.map((choice) => choice.finish_reason),
        [ATTR.inputTokens]: result.usage.prompt_tokens,
        [ATTR.outputTokens]: result.usage.completion_tokens,
        [ATTR.cacheReadTokens]: result.usage.prompt_tokens_details.cached_tokens,
        [ATTR.reasoningTokens]: result.usage.completion_tokens_details.reasoning_tokens,
        [ATTR.outputCharacters]: result.choices[0]?.message.content.length ?? 0,
      })
      const labels = {
        [ATTR.orgId]: 'acme',
        [ATTR.dealId]: 'falcon',
        [ATTR.feature]: 'chat',
        [ATTR.department]: 'M&A',
        [ATTR.agentId]: 'analyst',
        [ATTR.environment]: 'production',
        ...call,
        [ATTR.responseModel]: result.model,
      }
      duration?.record((performance.now() - startedAt) / 1000, labels)
      tokens?.record(result.usage.prompt_tokens, { ...labels, [ATTR.tokenType]: 'input' })
      tokens?.record(result.usage.completion_tokens, { ...labels, [ATTR.tokenType]: 'output' })
      span.end()
      return result
    },
  }
}

function library(): Contender {
  const { processor } = createSpanPipeline(encodingExporter(createSpanSerializer()))
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [processor] }))
  metrics.setGlobalMeterProvider(meterProvider(true))
  return {
    enter: (fn) => withTenant(tenant, fn),
    flush: () => processor.forceFlush(),
    call: (index) => traceModelCall({ provider: 'openai', model: 'gpt-4.1-mini' }, async () => response(index)),
  }
}

/** CPU microseconds per call over one round, the encoded export included. */
async function round(contender: Contender): Promise<number> {
  const before = process.cpuUsage()
  await contender.enter(async () => {
    for (let index = 0; index < CALLS; index++) {
      await contender.call(index)
      if (index % 1_000 === 999) await contender.flush()
    }
  })
  await contender.flush()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / CALLS
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
const [ours, bare] = [library(), bareSdk()]
await round(ours)
await round(bare)
const figures = { ours: [] as number[], bare: [] as number[] }
// Interleaved, so that a busy machine slows both alike.
for (let i = 0; i < ROUNDS; i++) {
  figures.ours.push(await round(ours))
  figures.bare.push(await round(bare))
}
const oursUs = median(figures.ours)
const bareUs = median(figures.bare)
const ratio = median(figures.ours.map((value, i) => value / (figures.bare[i] ?? Number.NaN)))

console.log(`model call, this library   ${oursUs.toFixed(2)} µs CPU (limit ${LIMIT_US})`)
console.log(`model call, bare SDK       ${bareUs.toFixed(2)} µs CPU`)
console.log(`ratio                      ${ratio.toFixed(3)} (limit ${LIMIT_RATIO})`)
await measureHttp()
if (oursUs > LIMIT_US || ratio > LIMIT_RATIO) process.exitCode = 1
