// Starts the demo app and stops it on SIGTERM or SIGINT. Run it with `node --import ./instrumentation/register.ts`, so
// that its telemetry has somewhere to go; without that it works the same and emits nothing.
import { setTimeout as delay } from 'node:timers/promises'
import { activeTelemetry } from '../../instrumentation/index.ts'
import { ConfigError } from '../shared/config.ts'
import { closeServer, listen } from '../shared/listen.ts'
import { createLogger } from '../shared/logger.ts'
import { untilStopped } from '../shared/shutdown.ts'
import { createDemoApp } from './app.ts'
import { assembleDemo } from './assemble.ts'
import { loadDemoConfig } from './config.ts'
import { keepGraph } from './graph/keep-graph.ts'

const GRAPH_HEAD_START_MS = 10_000

async function main(): Promise<number> {
  const config = loadDemoConfig()
  const logger = createLogger('demo', config.DEMO_LOG_LEVEL)
  const context = await assembleDemo(config, logger)
  const keeper = keepGraph(context)
  // The first question finds a graph that is filled and warm; a Neo4j that is slow or away does not hold the app up.
  await Promise.race([keeper.firstRound, delay(GRAPH_HEAD_START_MS, undefined, { ref: false })])
  const { server, url } = await listen(createDemoApp(context), config.DEMO_PORT, config.DEMO_HOST)
  logger.info({ url, deals: context.credentials.all().length }, 'demo app listening')
  const closers = [
    { name: 'http', close: () => closeServer(server) },
    { name: 'graph keeper', close: () => keeper.stop() },
    { name: 'graph', close: () => context.graph.close() },
    { name: 'journal', close: () => context.journal.close() },
    { name: 'telemetry', close: async () => activeTelemetry()?.shutdown() },
  ]
  return untilStopped(closers, { logger, timeoutMs: 8_000 })
}

try {
  process.exit(await main())
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error)
  process.exit(1)
}
