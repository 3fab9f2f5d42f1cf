// Starts the api: HTTP surface and jobs; stops on SIGTERM or SIGINT.
import { systemClock } from '../shared/clock.ts'
import { ConfigError } from '../shared/config.ts'
import { closeServer, listen } from '../shared/listen.ts'
import { createLogger } from '../shared/logger.ts'
import { untilStopped } from '../shared/shutdown.ts'
import { createApi } from './api.ts'
import { loadApiConfig } from './config.ts'

async function main(): Promise<number> {
  const config = loadApiConfig()
  const logger = createLogger('api', config.API_LOG_LEVEL)
  const api = createApi(config, { clock: systemClock, logger })
  const problem = await api.schemaProblem()
  if (problem !== undefined) {
    logger.fatal(problem)
    return 1
  }
  // Gauges that alerts stand on exist before the first scrape: a gap would look like "resolved".
  await api.warmUp()
  const address = `${config.API_HOST}:${config.API_PORT}`
  const { server, url } = await listen(api.app, config.API_PORT, config.API_HOST).catch((error: Error) => {
    throw new ConfigError(`cannot listen on ${address} (API_PORT moves it): ${error.message}`)
  })
  const jobs = api.startJobs()
  logger.info({ url }, 'api listening')
  const closers = [
    { name: 'http', close: () => closeServer(server) },
    { name: 'jobs', close: jobs.close },
    { name: 'api', close: api.close },
  ]
  return untilStopped(closers, { logger, timeoutMs: 10_000 })
}

try {
  process.exit(await main())
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error)
  process.exit(1)
}
