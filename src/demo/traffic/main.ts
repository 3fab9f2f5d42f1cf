// Starts the gentle traffic and stops it on SIGTERM or SIGINT.
import { ConfigError } from '../../shared/config.ts'
import { createLogger } from '../../shared/logger.ts'
import { untilStopped } from '../../shared/shutdown.ts'
import { loadTrafficConfig } from './config.ts'
import { runTraffic } from './run-traffic.ts'

async function main(): Promise<number> {
  const config = loadTrafficConfig()
  const logger = createLogger('traffic', config.TRAFFIC_LOG_LEVEL)
  const stopping = new AbortController()
  const keys = config.DEMO_API_KEYS.split(',').map((triple) => triple.trim().split(':')[2] ?? '')
  logger.info(
    { url: config.TRAFFIC_DEMO_URL, deals: keys.length, perMinute: config.TRAFFIC_REQUESTS_PER_MINUTE },
    'sending',
  )
  const running = runTraffic({
    url: config.TRAFFIC_DEMO_URL,
    keys,
    requestsPerMinute: config.TRAFFIC_REQUESTS_PER_MINUTE,
    errorShare: config.TRAFFIC_ERROR_SHARE,
    seed: config.TRAFFIC_SEED,
    logger,
    signal: stopping.signal,
  })
  const close = async () => {
    stopping.abort()
    const { sent, surprises } = await running
    logger.info({ sent, surprises }, 'traffic ended')
  }
  return untilStopped([{ name: 'traffic', close }], { logger, timeoutMs: 10_000 })
}

try {
  process.exit(await main())
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error)
  process.exit(1)
}
