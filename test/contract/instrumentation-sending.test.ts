// Telemetry on its way to a collector that does not answer, or is away for a moment: what that means for the process, and
// what arrives.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { pollUntil } from '../support/poll.ts'
import { freePorts } from '../support/third-party.ts'
import { startTracedApp } from '../support/traced-app.ts'

describe('an export under way', () => {
  it.each(['http/protobuf', 'http/json'])(
    'holds no process that has nothing left to do: %s',
    async (protocol) => {
      const silent = createServer((request) => void request.resume()).listen(0, '127.0.0.1')
      await once(silent, 'listening')
      try {
        const app = startTracedApp('script.mjs', {
          endpoint: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
          args: ['runs dry when told'],
          env: { OTEL_EXPORTER_OTLP_PROTOCOL: protocol },
        })
        const asked = new Set<string | undefined>()
        silent.on('request', ({ url }) => asked.add(url))
        await pollUntil('exports under way', () => expect([...asked].sort()).toEqual(['/v1/metrics', '/v1/traces']))
        const toldMs = performance.now()
        app.child.kill('SIGUSR2')
        expect(await app.ended).toBe(0)
        // The flush at the end is bound to 3 s; an export is given up after 30 s.
        expect(performance.now() - toldMs).toBeLessThan(20_000)
        expect(app.output()).toContain('1 span lost: the process ended before the collector answered')
      } finally {
        silent.close()
        silent.closeAllConnections()
      }
    },
    120_000,
  )
})

interface Away {
  /** Bytes of the requests for traces. */
  traces: Buffer[]
  close(): void
}

async function startHttp(port: number): Promise<Away> {
  const traces: Buffer[] = []
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray())
    if (request.url === '/v1/traces') traces.push(body)
    response.end()
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { traces, close }
}

interface Grpc {
  Server: new () => {
    addService(methods: object, handlers: object): void
    bindAsync(address: string, credentials: unknown, done: (error: Error | null) => void): void
    forceShutdown(): void
  }
  ServerCredentials: { createInsecure(): unknown }
}

async function startGrpc(port: number): Promise<Away> {
  const exporter = import.meta.resolve('@opentelemetry/exporter-trace-otlp-grpc')
  const grpc = createRequire(exporter)('@grpc/grpc-js') as Grpc
  const traces: Buffer[] = []
  const server = new grpc.Server()
  const bytes = { requestDeserialize: (body: Buffer) => body, responseSerialize: () => Buffer.alloc(0) }
  const path = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'
  server.addService(
    { export: { path, requestStream: false, responseStream: false, ...bytes } },
    {
      export: ({ request }: { request: Buffer }, answer: (error: null, response: object) => void) => {
        traces.push(request)
        answer(null, {})
      },
    },
  )
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, grpc.ServerCredentials.createInsecure(), (error) =>
      error ? reject(error) : resolve(),
    )
  })
  return { traces, close: () => server.forceShutdown() }
}

describe('a collector that is away when the app starts', () => {
  it.each([
    ['http/protobuf', startHttp],
    ['http/json', startHttp],
    ['grpc', startGrpc],
  ])(
    'gets everything once it is there, and flush() waits for that: %s',
    async (protocol, start) => {
      const [port] = (await freePorts(1)) as [number]
      const app = startTracedApp('script.mjs', {
        endpoint: `http://127.0.0.1:${port}`,
        args: ['flushes and exits when told'],
        env: { OTEL_EXPORTER_OTLP_PROTOCOL: protocol, OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' },
      })
      await pollUntil('a refused export', () => expect(app.output()).toContain('takes no telemetry'))
      const collector = await start(port)
      try {
        app.child.kill('SIGUSR2')
        expect(await app.ended).toBe(0)
        expect(app.output()).not.toContain('lost')
        expect(collector.traces.map((body) => body.includes('chat m'))).toEqual([true])
      } finally {
        collector.close()
      }
    },
    120_000,
  )
})
