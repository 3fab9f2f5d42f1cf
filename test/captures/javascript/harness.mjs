// Runs capture cases. In: PROVIDER_URL, CAPTURE_OUT, and cases (a scenario for the provider, a function).
// Out: CAPTURE_OUT/<library>-<version>/<case>.json with every span of the case and the provider's truth beside them.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { context, SpanKind, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'

export const URL = process.env.PROVIDER_URL
const OUT = process.env.CAPTURE_OUT

export const QUESTION = 'What is the answer?'
export const LONG_QUESTION = 'What is the answer? '.repeat(12)
export const CALM = {}
export const CACHED = { cacheRead: 1024 }
export const CACHED_SMALL = { cacheRead: 7, cacheWrite: 3 }
export const CACHE_WRITE = { cacheRead: 1024, cacheWrite: 512 }
export const REASONING = { reasoning: 64 }
export const RATE_LIMITED = { flaw: 'rate_limited', flawedRequests: 99 }
export const RETRIED = { flaw: 'server_error', flawedRequests: 1 }
export const SLOW = { chunkDelay: 40 }

const nanos = ([seconds, rest]) => String(BigInt(seconds) * 1_000_000_000n + BigInt(rest))
let spans = []

const exporter = {
  export(finished, done) {
    for (const span of finished) {
      const scope = span.instrumentationScope ?? span.instrumentationLibrary
      const id = span.spanContext()
      spans.push({
        traceId: id.traceId,
        spanId: id.spanId,
        parentSpanId: span.parentSpanContext?.spanId ?? span.parentSpanId ?? '',
        name: span.name,
        kind: span.kind + 1,
        start: nanos(span.startTime),
        end: nanos(span.endTime),
        statusCode: span.status.code,
        statusMessage: span.status.message ?? '',
        scopeName: scope.name,
        scopeVersion: scope.version ?? '',
        attributes: span.attributes,
        resource: span.resource.attributes,
        events: span.events.map((event) => ({
          name: event.name,
          time: nanos(event.time),
          attributes: event.attributes ?? {},
        })),
      })
    }
    done({ code: 0 })
  },
  async shutdown() {},
  async forceFlush() {},
}

export const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'capture' }),
  spanProcessors: [new SimpleSpanProcessor(exporter)],
})
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
trace.setGlobalTracerProvider(provider)
const tracer = trace.getTracer('capture')

async function control(scenario) {
  const init = scenario === undefined ? {} : { method: 'PUT', body: JSON.stringify(scenario) }
  return (await fetch(`${URL}/control`, init)).json()
}

export function library(name, packageName) {
  const file = join(process.cwd(), 'node_modules', packageName, 'package.json')
  return `${name}-${JSON.parse(readFileSync(file, 'utf8')).version}`
}

/** Runs each case beneath an application span; an exception of the case is part of the capture. */
export async function capture(slug, cases) {
  mkdirSync(join(OUT, slug), { recursive: true })
  for (const [name, [scenario, work]] of Object.entries(cases)) {
    if (process.argv.length > 2 && !process.argv.includes(name)) continue
    await control(scenario)
    spans = []
    await tracer.startActiveSpan('POST /ask', { kind: SpanKind.SERVER }, async (span) => {
      try {
        await work()
      } catch (error) {
        if (!scenario.flaw && !/abort/i.test(name)) console.log(`${slug}/${name}`, String(error?.stack).slice(0, 600))
      }
      span.end()
    })
    await new Promise((resolve) => setTimeout(resolve, name === 'abort' ? 700 : 200))
    await provider.forceFlush()
    const truth = await control()
    writeFileSync(join(OUT, slug, `${name}.json`), JSON.stringify({ spans, truth }))
    console.log(`${slug}/${name}: ${spans.length} spans, ${truth.length} requests`)
  }
}
