// An application that stands on Redis and on a vector store, as the drill needs one. In: the running stack. Out: a real
// redis-server and an instrumented process that asks both several times a second, and ways to stop and start the two. The
// vector store is an HTTP server in this process: what counts is that it can go away.
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { findProgram } from '../../../stack/services/find-program.ts'
import type { Stack } from '../../../stack/start-stack.ts'
import { freePorts, type RunningProgram, startProgram } from '../../support/third-party.ts'
import { startTracedApp } from '../../support/traced-app.ts'

export interface CacheApp {
  stopRedis(): Promise<void>
  startRedis(): Promise<void>
  stopVectorStore(): Promise<void>
  startVectorStore(): Promise<void>
  stop(): Promise<void>
}

export async function startCacheApp(stack: Stack): Promise<CacheApp> {
  const [redisPort, storePort] = (await freePorts(2)) as [number, number]
  const redisServer = findProgram('redis-server')
  let redis: RunningProgram | undefined
  let store: Server | undefined

  const startRedis = async () => {
    if (!redisServer) return
    const volatile = ['--save', '', '--appendonly', 'no', '--dir', stack.stateDir]
    redis = startProgram(redisServer, ['--bind', '127.0.0.1', '--port', String(redisPort), ...volatile])
  }
  const startVectorStore = () =>
    new Promise<void>((ready) => {
      store = createServer((_request, response) => response.end('[0.9,0.8]')).listen(storePort, '127.0.0.1', ready)
    })
  const stopVectorStore = () =>
    new Promise<void>((done) => {
      store?.close(() => done())
      store?.closeAllConnections()
    })

  await startRedis()
  await startVectorStore()
  const app = startTracedApp(join(import.meta.dirname, 'main.ts'), {
    endpoint: `http://127.0.0.1:${stack.ports.COLLECTOR_OTLP_HTTP_PORT}`,
    args: [redisServer ? String(redisPort) : '', `http://127.0.0.1:${storePort}/`],
    env: {
      OTEL_SERVICE_NAME: 'drill-cache',
      OTEL_METRIC_EXPORT_INTERVAL: '1000',
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${stack.secrets.OTLP_INGEST_TOKEN}`,
    },
  })
  return {
    stopRedis: async () => redis?.stop(),
    startRedis,
    stopVectorStore,
    startVectorStore,
    async stop() {
      app.child.kill()
      await app.ended
      await redis?.stop()
      await stopVectorStore()
    },
  }
}
