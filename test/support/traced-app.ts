// Runs an app of test/fixtures/apps under the preload. In: its file and how to load the library. Out: its port or exit.
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { OtlpSink, SinkRequest } from './otlp-sink.ts'

export interface TracedApp {
  child: ChildProcess
  /** What it wrote so far. */
  output(): string
  /** Its exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals | null>
}

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const REPOSITORY = {
  preload: path('../../instrumentation/register.ts'),
  library: path('../../instrumentation/index.ts'),
}

export function startTracedApp(
  file: string,
  options: {
    endpoint: string
    args?: string[]
    env?: Record<string, string>
    cwd?: string
    /** false: none, the app starts its telemetry itself. */
    preload?: string | false
    /** The Node to run it; default: the one that runs the test. */
    node?: string
    library?: string
  },
): TracedApp {
  const script = file.startsWith('/') ? file : path(`../fixtures/apps/${file}`)
  const child = spawn(
    options.node ?? process.execPath,
    [
      ...(options.preload === false ? [] : ['--import', options.preload ?? REPOSITORY.preload]),
      script,
      ...(options.args ?? []),
    ],
    {
      cwd: options.cwd,
      env: {
        PATH: process.env.PATH,
        // Of this Node alone: an older one is tested as it comes.
        ...(options.node === undefined && { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE }),
        LIBRARY: options.library ?? REPOSITORY.library,
        OTEL_EXPORTER_OTLP_ENDPOINT: options.endpoint,
        OTEL_SERVICE_NAME: 'traced-app',
        OTEL_METRIC_EXPORT_INTERVAL: '500',
        OTEL_BSP_SCHEDULE_DELAY: '200',
        OTEL_BLRP_SCHEDULE_DELAY: '200',
        ...options.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (text += String(data)))
  return {
    child,
    output: () => text,
    ended: new Promise((resolve) => child.once('close', (code, signal) => resolve(signal ?? code))),
  }
}

/** Waits for the line `PORT=…`. */
export function portOf(app: TracedApp): Promise<number> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const port = /PORT=(\d+)/.exec(app.output())?.[1]
      if (port) resolve(Number(port))
    }
    app.child.stdout?.on('data', look)
    void app.ended.then((code) => reject(new Error(`the app ended (${code}):\n${app.output()}`)))
    look()
  })
}

interface Value {
  stringValue?: string
  intValue?: string
  boolValue?: boolean
}
interface Item {
  name?: string
  traceId?: string
  attributes?: { key: string; value: Value }[]
  body?: Value
}

export interface ReceivedItem {
  name: string
  traceId: string
  attributes: Record<string, unknown>
}

const attributesOf = (item: Item): Record<string, unknown> =>
  Object.fromEntries(
    (item.attributes ?? []).map(({ key, value }) => [key, value.stringValue ?? value.intValue ?? value.boolValue]),
  )

/** Everything of one signal that a sink received: spans by name, log records by body, metric points by metric name. */
export function receivedBy(sink: OtlpSink, signal: 'traces' | 'logs' | 'metrics'): ReceivedItem[] {
  return sink.requests.filter(({ path: p }) => p === `/v1/${signal}`).flatMap(({ body }) => itemsOf(body))
}

function itemsOf(body: SinkRequest['body']): ReceivedItem[] {
  const found: ReceivedItem[] = []
  const visit = (value: unknown, metric?: string): void => {
    if (Array.isArray(value)) for (const item of value) visit(item, metric)
    else if (typeof value === 'object' && value !== null) {
      const record = value as Record<string, unknown> & Item
      if (Array.isArray(record.dataPoints)) {
        for (const point of record.dataPoints as Item[]) {
          found.push({ name: metric ?? '', traceId: '', attributes: attributesOf(point) })
        }
        return
      }
      if (
        'spanId' in record &&
        'traceId' in record &&
        ('kind' in record || 'severityNumber' in record || 'body' in record)
      ) {
        found.push({
          name: record.name ?? record.body?.stringValue ?? '',
          traceId: Buffer.from(record.traceId ?? '', 'base64').toString('hex'),
          attributes: attributesOf(record),
        })
        return
      }
      for (const item of Object.values(record)) visit(item, typeof record.name === 'string' ? record.name : metric)
    }
  }
  visit(body)
  return found
}
