// Starts the demo app and stops it on SIGTERM or SIGINT. Run it with `node --import ./instrumentation/register.ts`, so
// that its telemetry has somewhere to go; without that it works the same and emits nothing.
import { ConfigError } from '../shared/config.ts'
import { closeServer, listen } from '../shared/listen.ts'
import { createLogger } from '../shared/logger.ts'
import { untilStopped } from '../shared/shutdown.ts'
import { createDemoApp } from './app.ts'
import { assembleDemo } from './assemble.ts'
import { loadDemoConfig } from './config.ts'

async function main(): Promise<number> {
  const config = loadDemoConfig()
  const logger = createLogger('demo', config.DEMO_LOG_LEVEL)
  const context = await assembleDemo(config, logger)
  const { server, url } = await listen(createDemoApp(context), config.DEMO_PORT, config.DEMO_HOST)
  logger.info({ url, deals: context.credentials.all().length }, 'demo app listening')
  // The graph may come up later than this; the first question that reaches it writes what is missing.
  for (const credential of context.credentials.all()) {
    const { namespace } = context.workspaces.of(credential)
    context.graphMemory
      .flush(namespace)
      .catch((error: Error) => logger.warn({ err: error, namespace }, 'graph not seeded yet: Neo4j does not answer'))
  }
  const closers = [
    { name: 'http', close: () => closeServer(server) },
    { name: 'graph', close: () => context.graph.close() },
    { name: 'journal', close: () => context.journal.close() },
  ]
  return untilStopped(closers, { logger, timeoutMs: 8_000 })
}

try {
  process.exit(await main())
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error)
  process.exit(1)
}
