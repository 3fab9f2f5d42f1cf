// Starts the stand-in model server and stops it on SIGTERM or SIGINT.
import { ConfigError } from '../../shared/config.ts'
import { closeServer, listen } from '../../shared/listen.ts'
import { createLogger } from '../../shared/logger.ts'
import { untilStopped } from '../../shared/shutdown.ts'
import { loadModelServerConfig } from './config.ts'
import { createModelServer } from './server.ts'

async function main(): Promise<number> {
  const config = loadModelServerConfig()
  const logger = createLogger('model-server', config.MODEL_SERVER_LOG_LEVEL)
  const pace = { firstTokenMs: config.MODEL_SERVER_FIRST_TOKEN_MS, chunkMs: config.MODEL_SERVER_CHUNK_MS }
  const { server, url } = await listen(createModelServer({ pace }), config.MODEL_SERVER_PORT, config.MODEL_SERVER_HOST)
  logger.info({ url }, 'stand-in model server listening')
  return untilStopped([{ name: 'http', close: () => closeServer(server) }], { logger, timeoutMs: 5_000 })
}

try {
  process.exit(await main())
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error)
  process.exit(1)
}
