// What the preload adds to an HTTP request. In: nothing. Out: CPU microseconds per request of a small Express app, with
// and without the preload, in child processes.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const app = fileURLToPath(new URL('./instrumentation-http-app.ts', import.meta.url))
const preload = fileURLToPath(new URL('../instrumentation/register.ts', import.meta.url))
const run = promisify(execFile)

async function microsecondsPerRequest(execArgv: string[]): Promise<number> {
  const env = { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_LOG_LEVEL: 'none' }
  const { stdout } = await run(process.execPath, [...execArgv, app], { env })
  return Number(stdout)
}

export async function measureHttp(): Promise<void> {
  const bare = await microsecondsPerRequest([])
  const traced = await microsecondsPerRequest(['--import', preload])
  console.log(`HTTP request, no telemetry ${bare.toFixed(0)} µs CPU (client and server in one process)`)
  console.log(`HTTP request, preloaded    ${traced.toFixed(0)} µs CPU, ${(traced - bare).toFixed(0)} µs more`)
}
