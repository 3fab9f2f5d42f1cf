// Starts the viewer: configuration, provisioning files, listen, stop.
import { once } from 'node:events'
import { resolve } from 'node:path'
import { loadConfig } from '../../../src/shared/config.ts'
import { createLogger } from '../../../src/shared/logger.ts'
import { untilStopped } from '../../../src/shared/shutdown.ts'
import { shape } from './config.ts'
import { createViewer } from './server.ts'

const STOP_TIMEOUT_MS = 5_000

const config = loadConfig(shape, 'VIEWER_')
const logger = createLogger('viewer', config.VIEWER_LOG_LEVEL)
const viewer = createViewer({
  host: config.VIEWER_HOST,
  provisioningDir: resolve(config.VIEWER_PROVISIONING_DIR),
  tenantsDir: config.VIEWER_TENANTS_DIR && resolve(config.VIEWER_TENANTS_DIR),
  pageDir: resolve(config.VIEWER_PAGE_DIR),
  env: process.env,
  logger,
})
const server = viewer.app.listen(config.VIEWER_PORT, config.VIEWER_HOST)
await once(server, 'listening')
logger.info({ address: server.address() }, 'listening')
const closeServer = () => new Promise((done) => server.close(done).closeAllConnections())
process.exit(
  await untilStopped(
    [
      { name: 'http', close: closeServer },
      { name: 'databases', close: viewer.close },
    ],
    { logger, timeoutMs: STOP_TIMEOUT_MS },
  ),
)
