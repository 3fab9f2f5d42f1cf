// The demo app and its stand-in model server as real processes, telemetry captured. In: extra environment. Out: their
// URLs, calls with a deal's key, and the spans, log records and metric points that arrived over OTLP.
import { resolve } from 'node:path'
import { type OtlpSink, startOtlpSink } from './otlp-sink.ts'
import { pollUntil } from './poll.ts'
import { freePorts, type RunningProgram, startProgram } from './third-party.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** Keys of the deals the app under test knows. */
export const DEMO_KEYS = {
  falcon: 'key-of-acme-falcon',
  heron: 'key-of-acme-heron',
  atlas: 'key-of-globex-atlas',
} as const

export type DemoDeal = keyof typeof DEMO_KEYS

const API_KEYS = `acme:falcon:${DEMO_KEYS.falcon},acme:heron:${DEMO_KEYS.heron},globex:atlas:${DEMO_KEYS.atlas}`

export interface CapturedSpan {
  name: string
  kind: number
  traceId: string
  spanId: string
  parentSpanId: string
  statusCode: number
  attributes: Record<string, unknown>
}

export interface CapturedLog {
  body: unknown
  traceId: string
  attributes: Record<string, unknown>
}

export interface RunningDemo {
  url: string
  modelUrl: string
  sink: OtlpSink
  app: RunningProgram
  call(deal: DemoDeal | undefined, path: string, init?: RequestInit): Promise<Response>
  post(deal: DemoDeal, path: string, body: unknown, headers?: Record<string, string>): Promise<Response>
  /** Spans of one trace, once `enough` says that all awaited ones are there. */
  spansOf(traceId: string, enough: (spans: CapturedSpan[]) => boolean): Promise<CapturedSpan[]>
  spans(): CapturedSpan[]
  logs(): CapturedLog[]
  /** Standing orders to the model server. */
  order(rule: object): Promise<void>
  close(): Promise<void>
}

// biome-ignore lint/suspicious/noExplicitAny: decoded wire data
type Wire = any

function attributesOf(list: Wire[] = []): Record<string, unknown> {
  const plainOf = (value: Wire = {}): unknown => {
    if (value.arrayValue) return (value.arrayValue.values ?? []).map(plainOf)
    if (value.intValue !== undefined) return Number(value.intValue)
    return value.stringValue ?? value.boolValue ?? value.doubleValue ?? null
  }
  return Object.fromEntries(list.map((entry) => [entry.key, plainOf(entry.value)]))
}

/** A JSON answer to look into. */
export const jsonOf = (response: Response): Promise<Wire> => response.json() as Promise<Wire>

const hexOf = (base64: string | undefined) => Buffer.from(base64 ?? '', 'base64').toString('hex')

function spansIn(sink: OtlpSink): CapturedSpan[] {
  const bodies = sink.requests.filter((request) => request.path === '/v1/traces').map((request) => request.body as Wire)
  return bodies.flatMap((body) =>
    (body.resourceSpans ?? []).flatMap((resource: Wire) =>
      (resource.scopeSpans ?? []).flatMap((scope: Wire) =>
        (scope.spans ?? []).map((span: Wire) => ({
          name: span.name,
          kind: span.kind ?? 0,
          traceId: hexOf(span.traceId),
          spanId: hexOf(span.spanId),
          parentSpanId: hexOf(span.parentSpanId),
          statusCode: span.status?.code ?? 0,
          attributes: attributesOf(span.attributes),
        })),
      ),
    ),
  )
}

function logsIn(sink: OtlpSink): CapturedLog[] {
  const bodies = sink.requests.filter((request) => request.path === '/v1/logs').map((request) => request.body as Wire)
  return bodies.flatMap((body) =>
    (body.resourceLogs ?? []).flatMap((resource: Wire) =>
      (resource.scopeLogs ?? []).flatMap((scope: Wire) =>
        (scope.logRecords ?? []).map((record: Wire) => ({
          body: record.body?.stringValue,
          traceId: hexOf(record.traceId),
          attributes: attributesOf(record.attributes),
        })),
      ),
    ),
  )
}

export async function startDemo(env: Record<string, string> = {}): Promise<RunningDemo> {
  const [demoPort = 0, modelPort = 0, freeBoltPort = 0] = await freePorts(3)
  const sink = await startOtlpSink()
  const node = process.execPath
  const model = startProgram(node, [resolve(ROOT, 'src/demo/model-server/main.ts')], {
    MODEL_SERVER_PORT: String(modelPort),
    MODEL_SERVER_FIRST_TOKEN_MS: '5',
    MODEL_SERVER_CHUNK_MS: '0',
  })
  const preload = resolve(ROOT, 'instrumentation/register.ts')
  const app = startProgram(node, ['--import', preload, resolve(ROOT, 'src/demo/main.ts')], {
    DEMO_PORT: String(demoPort),
    DEMO_MODEL_URL: `http://127.0.0.1:${modelPort}/v1`,
    DEMO_API_KEYS: API_KEYS,
    DEMO_FAULTS: 'true',
    // Nothing listens there, unless a test names a running Neo4j.
    DEMO_NEO4J_URL: `bolt://127.0.0.1:${freeBoltPort}`,
    DEMO_NEO4J_PASSWORD: 'unused',
    OTEL_SERVICE_NAME: 'demo',
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    OTEL_BSP_SCHEDULE_DELAY: '100',
    OTEL_BLRP_SCHEDULE_DELAY: '100',
    OTEL_METRIC_EXPORT_INTERVAL: '1000',
    OTEL_METRIC_EXPORT_TIMEOUT: '1000',
    ...env,
  })
  const url = `http://127.0.0.1:${demoPort}`
  const modelUrl = `http://127.0.0.1:${modelPort}`
  await pollUntil('the demo app to be ready', async () => {
    const response = await fetch(`${url}/readyz`).catch((error) => {
      throw new Error(`${error}\n${app.output()}\n${model.output()}`)
    })
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  })
  const call: RunningDemo['call'] = (deal, path, init = {}) =>
    fetch(url + path, {
      ...init,
      headers: {
        ...(deal && { Authorization: `Bearer ${DEMO_KEYS[deal]}` }),
        ...(init.headers as Record<string, string>),
      },
    })
  return {
    url,
    modelUrl,
    sink,
    app,
    call,
    post: (deal, path, body, headers = {}) =>
      call(deal, path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    spansOf: (traceId, enough) =>
      pollUntil(`spans of trace ${traceId}`, () => {
        const found = spansIn(sink).filter((span) => span.traceId === traceId)
        if (!enough(found)) throw new Error(`so far: ${found.map((span) => span.name).join(', ') || 'none'}`)
        return found
      }),
    spans: () => spansIn(sink),
    logs: () => logsIn(sink),
    async order(rule) {
      const response = await fetch(`${modelUrl}/control`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(rule),
      })
      if (!response.ok) throw new Error(await response.text())
    },
    async close() {
      await app.stop()
      await model.stop()
      await sink.close()
    },
  }
}
